/** The one sender to the kernel: it says hello, numbers each command, and matches each answer by its number. */

import type { Answer, Command, Model, Reply } from "./state";

export type Connection = "waiting" | "connected" | "silent" | "gone";

/** How long the kernel may take to say hello before the view says that it is not connected. */
export const PATIENCE_MS = 5000;

/** An id for an intent or a command. `crypto.randomUUID` is absent where the page is not served securely. */
export function mintId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** No answer will come: the message could not be sent, or the view is gone. */
export class NotConnected extends Error {}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Link {
  readonly #model: Model;
  readonly #waiting = new Map<string, Waiting>();
  readonly #onChange: (connection: Connection) => void;
  #connection: Connection = "waiting";

  constructor(model: Model, onChange: (connection: Connection) => void) {
    this.#model = model;
    this.#onChange = onChange;
    model.on("msg:custom", this.#receive);
  }

  /** Ask whether a kernel is there; the answer, or the lack of one, is told to `onChange`. */
  hello(): void {
    this.request({ kind: "hello" }).catch(ignoreNotConnected);
  }

  /** Send a command. The promise rejects with NotConnected when it cannot be sent. */
  request(command: Command): Promise<Answer> {
    const id = mintId();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#doubt(command), PATIENCE_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      try {
        this.#model.send({ id, ...command });
      } catch (error) {
        clearTimeout(timer);
        this.#waiting.delete(id);
        this.#become("gone");
        reject(new NotConnected("the message could not be sent", { cause: error }));
      }
    });
  }

  /** Write synced traits; a view whose kernel has gone says so instead of throwing. */
  save(): void {
    try {
      this.#model.save_changes();
    } catch {
      this.#become("gone");
    }
  }

  close(): void {
    this.#model.off("msg:custom", this.#receive);
    for (const one of this.#waiting.values()) {
      clearTimeout(one.timer);
      one.reject(new NotConnected("the view is closed"));
    }
    this.#waiting.clear();
  }

  /** A slow answer alone proves nothing, since some commands wait for the API; an unanswered hello does. */
  #doubt(command: Command): void {
    if (command.kind === "hello") this.#become("silent");
    else this.hello();
  }

  #become(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#onChange(connection);
  }

  readonly #receive = (content: Reply, buffers?: readonly DataView[]): void => {
    if (content?.kind !== "reply") return;
    const one = this.#waiting.get(content.id);
    if (!one) return; // another view's
    clearTimeout(one.timer);
    this.#waiting.delete(content.id);
    this.#become("connected");
    one.resolve({ ...content, buffers: buffers ?? [] });
  };
}

/** For promises whose failure the connection strip already tells. */
export function ignoreNotConnected(error: unknown): void {
  if (!(error instanceof NotConnected)) throw error;
}
