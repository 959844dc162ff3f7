/** The one sender to the kernel: it says hello, numbers each command, matches each answer by its number, says goodbye. */

import type { Answer, Beat, Command, Model, Reply } from "../protocol";

export type Connection = "waiting" | "connected" | "silent" | "gone";

/** How long the kernel may take to say hello before the view says that it is not connected. */
export const PATIENCE_MS = 5000;
/** How long a kernel that was there may take to answer when it is asked whether it still is. */
export const CHECK_MS = 2500;

/** An id for an intent or a command. `crypto.randomUUID` is absent where the page is not served securely. */
export function mintId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Commands that the kernel answers at once. */
const QUESTIONS = new Set<Command["kind"]>(["hello", "beat"]);

/** No answer will come: the message could not be sent, or the view is gone. */
export class NotConnected extends Error {}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Link {
  /** What the kernel knows this view by. */
  readonly viewId = mintId();
  readonly #model: Model;
  readonly #waiting = new Map<string, Waiting>();
  readonly #onChange: (connection: Connection) => void;
  readonly #isBusy: () => boolean;
  #connection: Connection = "waiting";
  #wasConnected = false;
  #heardAt = 0;
  #askedAt = 0;
  #checkId = "";

  /** `isBusy` says whether the host hears the kernel work: one that is busy may be slow to answer. */
  constructor(model: Model, onChange: (connection: Connection) => void, isBusy: () => boolean = () => false) {
    this.#model = model;
    this.#onChange = onChange;
    this.#isBusy = isBusy;
    model.on("msg:custom", this.#receive);
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Milliseconds since the kernel gave its last sign of life. */
  get quietMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Milliseconds since it was asked for one. */
  get askedMs(): number {
    return performance.now() - this.#askedAt;
  }

  /** Ask whether a kernel is there; the answer, or the lack of one, is told to `onChange`. */
  hello(): void {
    this.#ask({ kind: "hello", view: this.viewId }, PATIENCE_MS);
  }

  /** Ask a kernel that was there whether it still is. */
  check(): void {
    const isAsked = this.#waiting.has(this.#checkId);
    if (!this.#wasConnected || (isAsked && this.#connection === "connected")) return;
    this.#settle(this.#checkId);
    this.#checkId = this.#ask({ kind: "beat" }, CHECK_MS);
  }

  /** Something came from the kernel. */
  hear(): void {
    this.#heardAt = performance.now();
  }

  /** The kernel has ended for certain: no answer will come any more. */
  lose(): void {
    this.#become("gone");
    this.#reject();
  }

  /** Send a command. The promise rejects with NotConnected when it cannot be sent or its kernel has ended. */
  request<C extends Command>(command: C): Promise<Answer<C["kind"]>> {
    return this.#send(mintId(), command, PATIENCE_MS) as Promise<Answer<C["kind"]>>;
  }

  /** Write synced traits; a view whose kernel has gone says so instead of throwing. */
  save(): void {
    try {
      this.#model.save_changes();
    } catch {
      this.#become("gone");
    }
  }

  /** Say goodbye, so that the kernel need not keep open what nobody sees, and take nothing more. */
  close(): void {
    this.#model.off("msg:custom", this.#receive);
    this.#reject();
    if (this.#connection === "gone") return;
    this.request({ kind: "bye", view: this.viewId }).catch(ignoreNotConnected);
    this.#reject();
  }

  /** Ask for no more than an answer, and return the question's id. */
  #ask(command: Command, patienceMs: number): string {
    const id = mintId();
    this.#askedAt = performance.now();
    this.#send(id, command, patienceMs).catch(ignoreNotConnected);
    return id;
  }

  #send(id: string, command: Command, patienceMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const one: Waiting = { resolve, reject, timer: undefined };
      const doubt = () => {
        // A slow answer alone proves nothing, since some commands wait for the API; an unanswered question does.
        if (!QUESTIONS.has(command.kind)) this.#wasConnected ? this.check() : this.hello();
        else if (this.#isExcused(patienceMs)) one.timer = setTimeout(doubt, patienceMs);
        else if (this.#connection !== "gone") this.#become("silent");
      };
      one.timer = setTimeout(doubt, patienceMs);
      this.#waiting.set(id, one);
      try {
        this.#model.send({ id, ...command });
      } catch (error) {
        this.#settle(id);
        this.lose();
        reject(new NotConnected("", { cause: error }));
      }
    });
  }

  /** Nobody waits any more for the answer to a command; return who did. */
  #settle(id: string): Waiting | undefined {
    const one = this.#waiting.get(id);
    clearTimeout(one?.timer);
    this.#waiting.delete(id);
    return one;
  }

  #reject(): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(new NotConnected());
  }

  /** Something else has come meanwhile, or the kernel is busy: its answer may still come. */
  #isExcused(patienceMs: number): boolean {
    return this.#connection === "connected" && (this.quietMs < patienceMs || this.#isBusy());
  }

  #become(connection: Connection): void {
    if (connection === "connected") this.#wasConnected = true;
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#onChange(connection);
  }

  /** Whatever comes shows that the kernel lives, also a beat; of one that was lost, only an answer that was asked for since. */
  readonly #receive = (content: Reply | Beat, buffers?: readonly DataView[]): void => {
    if (content?.kind !== "reply" && content?.kind !== "beat") return;
    this.hear();
    const one = content.kind === "reply" ? this.#settle(content.id) : undefined;
    if (one || this.#connection === "silent") this.#become("connected");
    if (one && content.kind === "reply") one.resolve({ ...content, buffers: buffers ?? [] });
  };
}

/** For promises whose failure the connection strip already tells. */
export function ignoreNotConnected(error: unknown): void {
  if (!(error instanceof NotConnected)) throw error;
}
