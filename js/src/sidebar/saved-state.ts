/** What the panel knows of itself across a reload: its kernel, and where the playground that it showed last was. */

import type { IStateDB } from "@jupyterlab/statedb";
import type { Choice } from "./kernel-picker";

const KEY = "genwidget:panel";

/** Which kernel was chosen, whether one of the panel's own was running, and whether the panel was closed since. */
export interface Remembered {
  choice: Choice;
  hadOwnKernel: boolean;
  wasClosed: boolean;
}

export const NOTHING: Remembered = { choice: null, hadOwnKernel: false, wasClosed: false };

/** What was chosen in a playground; of what was typed nothing is written down. */
export interface Chosen {
  place: string;
  widgetId: string;
  region: string;
  model_id: string;
}

const TEXTS = ["place", "widgetId", "region", "model_id"] as const;

export class SavedState {
  constructor(readonly state: IStateDB | null) {}

  /** As it was when it was recalled, and as it is kept since. */
  get chosen(): Chosen | null {
    return this.#chosen;
  }

  async recall(): Promise<Remembered | null> {
    const kept = (await this.state?.fetch(KEY)) as Partial<Remembered & { chosen: Chosen }> | undefined;
    if (!kept) return null;
    const { chosen } = kept;
    this.#chosen ??= chosen && TEXTS.every((name) => typeof chosen[name] === "string") ? chosen : null;
    this.#remembered = {
      choice: typeof kept.choice === "string" ? kept.choice : null,
      hadOwnKernel: kept.hadOwnKernel === true,
      wasClosed: kept.wasClosed === true,
    };
    return this.#remembered;
  }

  async keep(what: Remembered): Promise<void> {
    this.#remembered = { ...what };
    await this.#save();
  }

  async keepChosen(chosen: Chosen): Promise<void> {
    if (JSON.stringify(chosen) === JSON.stringify(this.#chosen)) return;
    this.#chosen = chosen;
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.state?.save(KEY, {
      ...this.#remembered,
      ...(this.#chosen && { chosen: { ...this.#chosen } }),
    });
  }

  #remembered: Remembered = NOTHING;
  #chosen: Chosen | null = null;
}
