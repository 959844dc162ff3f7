/** The one sender to the kernel: it says hello, numbers each command, matches each answer by its number, says goodbye. */

import type { Answer, Beat, Command, Model, Reply } from "../protocol";

export type Connection = "waiting" | "connected" | "silent" | "gone";

/** How long the kernel may take to say hello before the view says that it is not connected. */
export const PATIENCE_MS = 5000;
/** How long a kernel that was there may take to answer when it is asked whether it still is. */
export const CHECK_MS = 2500;

/** An id for an intent or a command. `crypto.randomUUID` is absent where the page is not served securely. */
export function mintId(): string {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    return (Number(digit) ^ (byte & (15 >> (Number(digit) / 4)))).toString(16);
  });
}

/** No answer will come: the message could not be sent, or the view is gone. */
export class NotConnected extends Error {}

interface Waiting {
  resolve: (answer: Answer | Promise<Answer>) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** What has come of an answer that is too large for one message. */
  parts: DataView<ArrayBuffer>[];
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

  /** What the kernel's clock showed when the page's stopwatch began, in Unix milliseconds; each may go wrong. */
  clockStart = 0;

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
  request<C extends Command>(command: C, buffers?: Uint8Array[]): Promise<Answer<C["kind"]>> {
    return this.#send(mintId(), command, 0, buffers) as Promise<Answer<C["kind"]>>;
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
    if (this.#connection !== "gone")
      this.request({ kind: "bye", view: this.viewId }).catch(ignoreNotConnected);
    this.#reject();
  }

  /** Ask for no more than an answer, and return the question's id. */
  #ask(command: Command, patienceMs: number): string {
    const id = mintId();
    this.#askedAt = performance.now();
    this.#send(id, command, patienceMs).then(({ data }) => {
      this.clockStart = ((data as Answer<"hello">["data"]).now ?? Date.now()) - performance.now();
    }, ignoreNotConnected);
    return id;
  }

  /** `patienceMs` is how long the kernel may take, of what it answers at once; 0 of what may wait for the API. */
  #send(id: string, command: Command, patienceMs: number, buffers?: Uint8Array[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const one: Waiting = { resolve, reject, timer: undefined, parts: [] };
      const doubt = () => {
        // A slow answer alone proves nothing, since some commands wait for the API; an unanswered question does.
        if (!patienceMs) this.#wasConnected ? this.check() : this.hello();
        else if (this.#isExcused(patienceMs)) one.timer = setTimeout(doubt, patienceMs);
        else if (this.#connection !== "gone") this.#become("silent");
      };
      one.timer = setTimeout(doubt, patienceMs || PATIENCE_MS);
      this.#waiting.set(id, one);
      try {
        this.#model.send({ id, ...command }, undefined, buffers);
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

  /**
   * Whatever comes shows that the kernel lives, also a beat, which may bring a part of an answer; of a kernel that was
   * lost, only an answer that was asked for since.
   */
  readonly #receive = (content: Reply | Beat, buffers: readonly DataView<ArrayBuffer>[] = []): void => {
    if (content?.kind !== "reply" && content?.kind !== "beat") return;
    this.hear();
    const { id, spans } = content as Reply;
    this.#waiting.get(id)?.parts.push(...buffers);
    const one = content.kind === "reply" ? this.#settle(id) : undefined;
    if (one || this.#connection === "silent") this.#become("connected");
    one?.resolve(spans ? join(spans, one.parts) : { ...(content as Reply), buffers });
  };
}

/** Put an answer together: first itself, as JSON, then its buffers, each from one byte on and so many of them. */
async function join(spans: readonly [number, number][], parts: BlobPart[]): Promise<Answer> {
  const whole = await new Blob(parts).arrayBuffer();
  const [reply, ...buffers] = spans.map(([start, size]) => new DataView(whole, start, size));
  return { ...JSON.parse(new TextDecoder().decode(reply)), buffers };
}

/** For promises whose failure the connection strip already tells. */
export function ignoreNotConnected(error: unknown): void {
  if (!(error instanceof NotConnected)) throw error;
}
