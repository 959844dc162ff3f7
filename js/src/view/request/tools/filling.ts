/** A form that is filled by what is pasted or dropped: the kernel reads it, by the rule that Python has too. */

import { readBody } from "../../../form/body-text";
import type { Changes } from "../../../form/changes";
import { findFault } from "../../../form/json-fault";
import { matches } from "../../../form/validate";
import { word } from "../../../form/words";
import { RULES } from "../../../form/words.generated";
import { NotConnected } from "../../../kernel/comm";
import type { Page } from "../../../page/page";
import { Store } from "../../../page/store";
import type { Field, Reply } from "../../../protocol";

import { keepPlace } from "./keep-place";
import { requestWith } from "./upload";

export interface FillState {
  /** What is said of what was pasted last, the first sentence first. */
  notes: readonly string[];
  isRefused: boolean;
  isReading: boolean;
}

const NONE: FillState = { notes: [], isRefused: false, isReading: false };
/** The name by which a recipe is known. */
const RECIPE = "genwidget_recipe";
const NO_RECIPE = "recipe_none";
const MEDIA = /^(?:image|video)\//;

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

/** A file's name that leaves its sentence the room at a field: its beginning, and its end, where the format is. */
function inShort(name: string): string {
  const letters = [...name];
  if (letters.length <= 16) return name;
  return `${letters.slice(0, 8).join("")}…${letters.slice(-7).join("")}`;
}

export class Filling {
  readonly store = new Store<FillState>(NONE);
  readonly #page: Page;
  readonly #changes: Changes;
  /** How much of what was given is still being read. */
  #underWay = 0;
  /** What the refusal that is told is about, with the form as it was then. */
  #about: { field: Field | undefined; form: string } | null = null;
  /** What may still fill the form, each with the form as it was when it was given. */
  readonly #asked = new Set<{ form: string }>();

  constructor(page: Page, changes: Changes) {
    this.#page = page;
    this.#changes = changes;
  }

  dismiss(): void {
    this.#about = null;
    this.store.set({ notes: [], isRefused: false });
    this.#page.store.set({ told: [] });
  }

  /** Say no longer what was refused once the form is sent, or is another one where that was about. */
  review(isSent: boolean): void {
    const about = this.#about;
    if (about && (isSent || about.form !== this.#formOf(about.field))) this.dismiss();
  }

  /** The model and the value of a field, as a text that changes with them. */
  #formOf(field?: Field): string {
    const { model } = this.#page;
    return JSON.stringify([model.get("model_id"), field && model.get("values")[field.name]]);
  }

  /** Whether a text is a request, and not one to type. */
  isRequest(text: string): boolean {
    return text.length <= Number(RULES.pasted_limit) && matches(RULES, "pasted", text);
  }

  /** Whether a text is a whole recipe, and no body. */
  isRecipe(text: string): boolean {
    return !findFault(text) && Object.hasOwn(readBody(text), RECIPE);
  }

  /**
   * Fill the form with a text; one that the kernel cannot read is handed to `orElse`, so that nothing is lost, which
   * returns what is to be said of it.
   */
  async takeText(text: string, orElse: () => string): Promise<void> {
    const answer = await this.#whileReading(() => this.#ask(new TextEncoder().encode(text)));
    if (answer && !answer.alert) return;
    const notes = [answer?.alert?.message ?? "", orElse()].filter(Boolean);
    if (notes.length > 0) this.#refuse(notes);
  }

  /** Take files in their order: all of them where the field is a list of links, else the first, and say so. */
  async takeFiles(files: readonly File[], field?: Field): Promise<void> {
    const taken = field?.type === "array" ? files : files.slice(0, 1);
    await this.#whileReading(async () => {
      for (const file of taken) {
        await this.#takeFile(file, field);
        if (this.store.state.isRefused) return;
      }
    });
    const { notes, isRefused } = this.store.state;
    if (taken.length === files.length || isRefused) return;
    const left = word("files_left", { count: files.length, name: taken[0]?.name ?? "" });
    this.#say([...notes, left], false, field);
  }

  /** Fill the form with a file; a picture without a recipe becomes the input of a field, of the given one at once. */
  async #takeFile(file: File, field?: Field): Promise<void> {
    const page = this.#page;
    const limit = Number(RULES.pasted_limit);
    if (file.size > limit) {
      const values = { name: file.name, size: megabytes(file.size), limit: megabytes(limit) };
      this.#refuse([word("file_too_large", values)], field);
      return;
    }
    const content = new Uint8Array(await file.arrayBuffer());
    if (field) return this.#addInput(field, file.name, content, true);
    const answer = await this.#ask(content);
    if (!answer?.alert) return;
    const linked = page.form.spec?.fields.find((one) => one.is_url);
    if (answer.alert.code !== NO_RECIPE || !MEDIA.test(file.type)) this.#refuse([answer.alert.message]);
    else if (linked) await this.#addInput(linked, file.name, content, false);
    else this.#refuse([answer.alert.message, word("no_input", { model_id: page.model.get("model_id") })]);
  }

  /** Put a link into a field: in the place of the one that it has or takes, or after those of a list. */
  use(field: Field, url: string): void {
    const page = this.#page;
    const value = page.model.get("values")[field.name];
    const links = (Array.isArray(value) ? value : [value]).filter(
      (one) => typeof one === "string" && one !== "",
    );
    this.#write(() => {
      this.#changes.seal();
      const others = field.max_items === 1 ? [] : links.filter((one) => one !== url);
      page.form.write(field.name, field.type === "array" ? [...others, url] : url);
      this.#changes.seal();
    });
    page.announce(word("input_set", { field: field.name }));
  }

  /** Keep a picture of this machine as an input; the kernel says where that is not possible. */
  async #addInput(field: Field, filename: string, content: Uint8Array, isGivenTo: boolean): Promise<void> {
    const page = this.#page;
    const region = page.model.get("region");
    if (region !== "sandbox" || page.model.get("host_fixed")) {
      this.#refuse([word("public_only", { name: filename })], isGivenTo ? field : undefined);
      return;
    }
    const command = { kind: "add_input", region, filename: filename.slice(0, 512) } as const;
    const answer = await this.#send(() => requestWith(page.link, command, content));
    if (!answer) return;
    const url = answer.ok && answer.data.url;
    // Another model may have been chosen meanwhile.
    const now = page.form.spec?.fields.find((one) => one.is_url && one.name === field.name);
    const values = { name: filename, model_id: page.model.get("model_id"), field: field.name };
    if (!url)
      this.#refuse([`${inShort(filename)}: ${answer.alert?.message ?? ""}`], isGivenTo ? field : undefined);
    else if (now) this.use(now, url);
    else this.#refuse([word("no_field", values)]);
  }

  async #ask(content: Uint8Array): Promise<Reply<"paste"> | null> {
    const { model, link } = this.#page;
    const form = {
      region: model.get("region"),
      model_type: model.get("model_type"),
      model_id: model.get("model_id"),
      values: model.get("values"),
    };
    const asked = { form: this.#page.written };
    this.#asked.add(asked);
    const answer = await this.#send(() => requestWith(link, { kind: "paste", ...form }, content));
    const waiting = [...this.#asked];
    const place = waiting.indexOf(asked);
    this.#asked.delete(asked);
    const { model_id, values, notes } = answer?.data ?? {};
    if (!answer?.ok || model_id === undefined || !values || place < 0) return answer;
    if (asked.form !== this.#page.written) {
      this.#refuse([word("changed")]);
      return answer;
    }
    const page = this.#page;
    // What was given before this would put an older request in its place.
    for (const older of waiting.slice(0, place)) this.#asked.delete(older);
    this.#write(() => keepPlace(page, () => page.change("fill", () => page.form.load(model_id, values))));
    this.#say(notes ?? [], false);
    return answer;
  }

  /** Write into the form what was given: what is still read was given for the form as it is then. */
  #write(write: () => void): void {
    const before = this.#page.written;
    write();
    for (const one of this.#asked) if (one.form === before) one.form = this.#page.written;
  }

  /** Until it has ended nothing is sent, since the form is not yet what was given. */
  async #whileReading<T>(read: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    this.dismiss();
    this.store.set({ isReading: true });
    try {
      return await read();
    } finally {
      this.#underWay -= 1;
      this.store.set({ isReading: this.#underWay > 0 });
    }
  }

  /** What the kernel answers; null where none does. */
  async #send<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error;
      return null;
    }
  }

  #refuse(notes: readonly string[], field?: Field): void {
    this.#say(notes, true, field);
  }

  /** Say it at the field that a file was given to, if that is in the form as it is now; else above the form. */
  #say(notes: readonly string[], isRefused: boolean, field?: Field): void {
    const { form, store } = this.#page;
    this.#about = isRefused || field ? { field, form: this.#formOf(field) } : null;
    const name = store.state.isJson ? "" : field?.name;
    if (name && form.spec?.fields.some((one) => one.name === name)) {
      // A warning, which keeps nothing from being sent: the field has the value that it had.
      store.set({ told: [{ field: name, code: "file", severity: "warning", message: notes.join(" ") }] });
      this.store.set({ notes: [], isRefused });
      return;
    }
    this.store.set({ notes, isRefused });
    this.#page.announce(notes.join(" "));
  }
}
