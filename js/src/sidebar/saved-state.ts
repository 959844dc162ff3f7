/** What the panel knows of itself across a reload: which kernel was chosen, and whether one of its own was running. */

import type { IStateDB } from "@jupyterlab/statedb";
import type { Choice } from "./kernel-picker";

const KEY = "genwidget:panel";

export interface Remembered {
  choice: Choice;
  hadOwnKernel: boolean;
}

export class SavedState {
  constructor(readonly state: IStateDB | null) {}

  async recall(): Promise<Remembered | null> {
    const kept = (await this.state?.fetch(KEY)) as Partial<Remembered> | undefined;
    if (!kept) return null;
    return {
      choice: typeof kept.choice === "string" ? kept.choice : null,
      hadOwnKernel: kept.hadOwnKernel === true,
    };
  }

  async keep(what: Remembered): Promise<void> {
    await this.state?.save(KEY, { ...what });
  }

  async forget(): Promise<void> {
    await this.state?.remove(KEY);
  }
}
