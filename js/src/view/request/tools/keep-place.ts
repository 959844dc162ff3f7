/** Another model's form has other elements: the focus stays in the field of the same name. */

import type { Page } from "../../../page/page";

export function keepPlace(page: Page, change: () => void): void {
  const id = page.focused?.id ?? "";
  change();
  if (id)
    requestAnimationFrame(() =>
      page.root.querySelector<HTMLElement>(`#${CSS.escape(id)}:not(:focus)`)?.focus(),
    );
}
