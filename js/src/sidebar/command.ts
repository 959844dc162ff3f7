/** The panel's command in the words of JupyterLab's language, where a language pack has them; those of ours else. */

import type { ITranslator, TranslationBundle } from "@jupyterlab/translation";
import { SENTENCES } from "./sentences.generated";

/** What language packs call our words. The settings' schema names it too. */
export const DOMAIN = "genwidget";

export interface CommandWords {
  /** In the palette and menus; in the launcher its card has the panel's name. */
  label(args: { isLauncher?: unknown }): string;
  caption: string;
  /** Of the command in the palette. */
  category: string;
  /** Of the panel's tab. */
  title: string;
}

/** A host without a translator has English words. */
export function commandWords(translator: ITranslator | null): CommandWords {
  const trans: Pick<TranslationBundle, "__"> = translator?.load(DOMAIN) ?? { __: (text) => text };
  return {
    label: (args) => (args.isLauncher ? trans.__("Playground") : trans.__("Open Playground")),
    caption: trans.__(SENTENCES.caption),
    category: trans.__("Playground"),
    title: trans.__("Playground"),
  };
}
