/** Earlier prompts, as a terminal has earlier commands: Up in an empty prompt, then Up and Down; and as a list. */

import type { Changes } from "../../../form/changes";
import { word } from "../../../form/words";
import { NotConnected } from "../../../kernel/comm";
import type { Page } from "../../../page/page";
import { Store } from "../../../page/store";
import { asText } from "../../../text/format";
import type { PROMPT_KEYS } from "./keys";

export class Prompts {
  /** Those that the open list has; null where it is closed. */
  readonly store = new Store<{ listed: readonly string[] | null }>({ listed: null });
  readonly #page: Page;
  readonly #changes: Changes;
  #known: readonly string[] = [];
  #version = -1;
  /** Whose they are. */
  #key = "";
  /** Which one stands in the field; -1 for what was typed. */
  #at = -1;
  #typed = "";

  constructor(page: Page, changes: Changes) {
    this.#page = page;
    this.#changes = changes;
  }

  /** Take a step that was asked for in a prompt; whether it was for this. */
  press(step: keyof typeof PROMPT_KEYS, field: string): boolean {
    const isOne = this.#isShown(field);
    if (step === "older" && (isOne || this.#textOf(field) === "")) {
      void this.older(field);
      return true;
    }
    if (step === "newer" && isOne && this.#keyNow() === this.#key) {
      this.#show(field, this.#at - 1);
      return true;
    }
    return false;
  }

  /** Show the next older prompt, after all of those that are shown already. */
  async older(field: string): Promise<void> {
    const before = this.#textOf(field);
    if (!this.#isShown(field)) [this.#at, this.#typed] = [-1, before];
    if (!(await this.#read()) || this.#textOf(field) !== before) return;
    const known = this.#known;
    let at = this.#at + 1;
    while (at < known.length && known[at] === before) at += 1;
    if (at < known.length) this.#show(field, at);
    else this.#page.announce(word(known.length > 0 ? "prompt_last" : "prompt_none"));
  }

  /** Open the list, or close it where it is open. */
  async list(field: string): Promise<void> {
    if (this.store.state.listed) this.leave(field);
    else if (await this.#read()) this.store.set({ listed: this.#known });
  }

  close(): void {
    this.store.set({ listed: null });
  }

  /** Close the list and go back to the field. */
  leave(field: string): void {
    this.#page.goTo(`f-${field}`);
    this.close();
  }

  /** Take one of the list; where it has none, that is told as if it were one, and leads back to the field. */
  choose(field: string, at: number): void {
    if (at >= this.#known.length) {
      this.leave(field);
      return;
    }
    if (!this.#isShown(field)) this.#typed = this.#textOf(field);
    this.#show(field, at);
    this.close();
  }

  #textOf(field: string): string {
    return asText(this.#page.model.get("values")[field]);
  }

  /** Whether what stands in the field is the prompt that was shown there last. */
  #isShown(field: string): boolean {
    return this.#at >= 0 && this.#textOf(field) === this.#known[this.#at];
  }

  /** Ask for the prompts where there may be newer ones; whether they are known. */
  async #read(): Promise<boolean> {
    const { model, link } = this.#page;
    const { version } = model.get("history_state");
    const key = this.#keyNow();
    if (key === this.#key && (version === this.#version || this.#at >= 0)) return true;
    try {
      const answer = await link.request({ kind: "list_prompts" });
      if (key !== this.#keyNow()) return false; // they are another key's
      this.#known = answer.data.prompts ?? [];
      this.#version = version;
      this.#key = key;
      this.#at = -1;
      return true;
    } catch (error) {
      if (error instanceof NotConnected) return false;
      throw error;
    }
  }

  #keyNow(): string {
    const { model } = this.#page;
    return [model.get("region"), model.get("locked"), model.get("key_hint")].join(" ");
  }

  #show(field: string, at: number): void {
    const page = this.#page;
    this.#at = at;
    this.#changes.seal();
    page.form.write(field, at < 0 ? this.#typed : this.#known[at]);
    this.#changes.seal();
    if (at < 0) page.announce(word("prompt_typed"));
    else page.announce(word("prompt", { place: at + 1, of: this.#known.length }));
    page.goTo(`f-${field}`);
    requestAnimationFrame(() => {
      const area = page.focused;
      if (area instanceof HTMLTextAreaElement) area.setSelectionRange(area.value.length, area.value.length);
    });
  }
}
