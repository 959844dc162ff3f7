/** Takes the page over until it is closed: by its button, by Escape, by a press beside it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Control, IconButton } from "../shared/control";
import { Icon } from "../shared/icons";

interface Props {
  class: string;
  name: string;
  onLeave: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** What of it has the focus first; else it has it itself. */
  first?: (dialog: HTMLDialogElement) => HTMLElement | null;
  children: ComponentChildren;
}

export function Dialog({ class: kind, name, onLeave, onKeyDown, first, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  useLayoutEffect(() => {
    const one = dialog.current as HTMLDialogElement;
    const end = () => leave.current();
    one.showModal();
    (first ? first(one) : one)?.focus({ preventScroll: true });
    one.addEventListener("close", end);
    return () => {
      one.removeEventListener("close", end);
      one.close(); // what had the focus before has it again only of a dialog that was closed
    };
  }, []);
  return (
    <Control
      as="dialog"
      ref={dialog}
      class={`gw-dialog ${kind}`}
      aria-label={name}
      onKeyDown={onKeyDown}
      onClick={(event: MouseEvent) => event.target === dialog.current && dialog.current?.close()}
    >
      {children}
    </Control>
  );
}

/** Close the dialog in which something was pressed. */
export function closeDialog({ currentTarget }: Event): void {
  (currentTarget as Element).closest("dialog")?.close();
}

export function CloseButton({ name }: { name: string }) {
  return (
    <IconButton name={name} onClick={closeDialog}>
      <Icon name="close" />
    </IconButton>
  );
}
