// CrashPoint: where the life of one operator ends. It counts the side effects of a process; from the chosen one on
// nothing of that process reaches the world any more, and no answer reaches the process. It knows neither port.

/** `before`: the effect does not happen. `after`: it happens, and its answer is lost. */
export type Side = "before" | "after";

export interface CrashPointOptions {
  /** Which side effect, from 1; none by default. */
  readonly at?: number | undefined;
  /** Which of them count, by name; all by default. */
  readonly counts?: RegExp | undefined;
  /** Default `after`. */
  readonly side?: Side | undefined;
  /** Called once, when it has happened: a real process kills itself here. */
  readonly onCrash?: (() => void) | undefined;
}

export class CrashPoint {
  /** The side effects that were begun and count, in order. */
  readonly effects: string[] = [];
  readonly #options: CrashPointOptions;
  /** What the dead process waits for. Its own: one for all would keep every process that ever waited in memory. */
  readonly #never = new Promise<never>(() => {});
  #isDead = false;

  constructor(options: CrashPointOptions = {}) {
    this.#options = options;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** At once, between two effects. */
  crash(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#options.onCrash?.();
  }

  /** A call that changes nothing. */
  async read<T>(call: () => Promise<T>): Promise<T> {
    return await (this.#isDead ? this.#never : this.#heard(call()));
  }

  /** A call that changes something outside. What others have sent before the process dies still arrives. */
  async effect<T>(name: string, call: () => Promise<T>): Promise<T> {
    if (this.#isDead) return await this.#never;
    if (this.#options.counts?.test(name) === false) return await this.#heard(call());
    this.effects.push(name);
    if (this.effects.length !== this.#options.at) return await this.#heard(call());
    this.#isDead = true;
    if (this.#options.side !== "before") await call().catch(() => {});
    this.#options.onCrash?.();
    return await this.#never;
  }

  async *watch<T>(events: AsyncIterable<T>): AsyncIterable<T> {
    if (this.#isDead) await this.#never;
    for await (const event of events) yield this.#isDead ? await this.#never : event;
    if (this.#isDead) await this.#never;
  }

  async #heard<T>(call: Promise<T>): Promise<T> {
    const [answer] = await Promise.allSettled([call]);
    if (this.#isDead) return await this.#never;
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  }
}
