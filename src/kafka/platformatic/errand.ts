// One call of the port on its way to an answer: finds a lane, sends, reads what came of it, and tries again where that
// can help, until its deadline. The only place that decides about retries.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { Call, Priority, WriteCall } from "../admin.ts";
import { type Answer, failedWith, type KafkaFailure, ok } from "../model/failure.ts";
import { unwatchAbort, watchAbort } from "./abort-watch.ts";
import type { Lane } from "./lane.ts";
import type { Operation } from "./operation.ts";
import { brokerFailure, protocolError } from "./protocol-errors.ts";
import type { Outcome, Ticket } from "./request-queue.ts";
import type { WireError } from "./wire-error.ts";

/** The way to the broker that has the answer. */
export type Way =
  | { readonly kind: "lane"; readonly lane: Lane }
  /** There is none now, but there may be one soon. */
  | { readonly kind: "busy"; readonly failure: KafkaFailure }
  /** Looking for it has answered the question already. */
  | { readonly kind: "answer"; readonly answer: Answer<never> };

export interface Route {
  find(call: Call): Promise<Way>;
  /** What was known of the way has proved wrong. */
  forget(): void;
  /** Whether another broker may have the answer when this one cannot be reached. */
  readonly hasOthers: boolean;
}

export interface ErrandOptions<Item, Value> {
  readonly clock: Clock;
  readonly operation: Operation<Item, Value>;
  readonly item: Item;
  readonly call: Call | WriteCall;
  readonly route: Route;
  /** A connection to this broker failed. */
  brokerFailed(id: number): void;
}

const firstDelayMs = 50;
const longestDelayMs = 1000;

function delayMs(attempt: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
}

/**
 * Guarantees
 * - One answer, at the latest at the deadline; it never rejects.
 * - A write that was written is never repeated unless the broker said that it did nothing, and is `unknown` where no
 *   answer tells what became of it.
 * - An abort drops what is not on the wire; what is there is awaited.
 */
export class Errand<Item, Value> implements Ticket<Item, Value> {
  readonly operation: Operation<Item, Value>;
  readonly item: Item;
  readonly priority: Priority;
  readonly clusterId: string | undefined;
  readonly answer: Promise<Answer<Value>>;
  readonly #options: ErrandOptions<Item, Value>;
  readonly #deadline: number;
  readonly #timer: Timer;
  readonly #onAbort = (): void => this.#dropped("The call was aborted");
  #resolve: (answer: Answer<Value>) => void = () => {};
  #wake: (outcome: Outcome<Value>) => void = () => {};
  #pause: Timer | undefined;
  #lane: Lane | undefined;
  #isOnWire = false;
  #isAnswered = false;
  #lastFailure: KafkaFailure | undefined;

  constructor(options: ErrandOptions<Item, Value>) {
    const { operation, item, call, clock } = options;
    this.#options = options;
    this.operation = operation;
    this.item = item;
    this.priority = call.priority;
    this.clusterId = "clusterId" in call ? call.clusterId : undefined;
    this.answer = new Promise((resolve) => (this.#resolve = resolve));
    this.#deadline = clock.monotonic() + call.deadlineMs;
    this.#timer = clock.after(call.deadlineMs, () => this.#expired());
    if (call.signal.aborted) {
      this.#onAbort();
      return;
    }
    watchAbort(call.signal, this.#onAbort);
    this.#run().catch((error: unknown) => this.#finish(failedWith(defect(error))));
  }

  get isWanted(): boolean {
    return !this.#isAnswered;
  }

  written(): void {
    this.#isOnWire = true;
  }

  settle(outcome: Outcome<Value>): void {
    this.#isOnWire = false;
    this.#wake(outcome);
  }

  /** The admin is closed. */
  cancel(reason: string): void {
    if (this.#isOnWire && this.#isWrite) this.#finish({ status: "unknown", reason });
    else this.#finish({ status: "notSent", reason });
  }

  get #isWrite(): boolean {
    return this.operation.access === "write";
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#isAnswered; attempt += 1) {
      const way = await this.#options.route.find({ ...this.#options.call, deadlineMs: this.#remainingMs() });
      if (this.#isAnswered) return;
      if (way.kind === "answer") this.#finish(way.answer);
      else if (way.kind === "busy") await this.#again(way.failure, attempt);
      else await this.#judge(await this.#submit(way.lane), attempt);
    }
  }

  #submit(lane: Lane): Promise<Outcome<Value>> {
    this.#lane = lane;
    return new Promise((resolve) => {
      this.#wake = resolve;
      lane.submit(this);
    });
  }

  async #judge(outcome: Outcome<Value>, attempt: number): Promise<void> {
    if (this.#isAnswered) return;
    if (outcome.kind === "dropped") this.#dropped(outcome.reason);
    else if (outcome.kind === "lost") await this.#lost(outcome.error, attempt);
    else if (outcome.result.isOk) this.#finish(ok(outcome.result.value));
    else await this.#refused(outcome.result.code, outcome.result.message, outcome.throttleMs, attempt);
  }

  async #refused(code: number, message: string | null | undefined, throttleMs: number, attempt: number): Promise<void> {
    const failure = brokerFailure(code, message, throttleMs);
    const { retry } = protocolError(code);
    if (retry === "never") {
      // A topic that is missing where its leader was may have moved or been made anew.
      if (failure.kind === "missing") this.#options.route.forget();
      this.#finish(failedWith(failure));
    } else if (retry === "reads" && this.#isWrite) {
      this.#finish({ status: "unknown", reason: `${failure.name}: ${failure.message}` });
    } else {
      this.#options.route.forget();
      await this.#again(failure, attempt);
    }
  }

  async #lost(error: WireError, attempt: number): Promise<void> {
    const { failure, fate } = error;
    const isConnection = failure.kind === "unreachable" || failure.kind === "tls" || failure.kind === "authentication";
    if (isConnection) {
      if (this.#lane !== undefined) this.#options.brokerFailed(this.#lane.brokerId);
      this.#options.route.forget();
    }
    if (fate === "lost" && this.#isWrite) this.#finish({ status: "unknown", reason: failure.message });
    else if (!isConnection || (fate === "notWritten" && !this.#options.route.hasOthers))
      this.#finish(failedWith(failure));
    else await this.#again(failure, attempt);
  }

  /** Waits for the next attempt, or gives the last failure as the answer where no time is left for one. */
  async #again(failure: KafkaFailure, attempt: number): Promise<void> {
    this.#lastFailure = failure;
    const { throttleMs } = failure;
    const waitMs = throttleMs ?? delayMs(attempt);
    if (waitMs >= this.#remainingMs()) {
      this.#finish(failedWith(failure));
      return;
    }
    // A throttled lane pauses by itself: who lines up there at once shares the next request.
    if (throttleMs !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#wake = () => resolve();
      this.#pause = this.#options.clock.after(waitMs, resolve);
    });
  }

  #remainingMs(): number {
    return Math.max(0, this.#deadline - this.#options.clock.monotonic());
  }

  #expired(): void {
    const { deadlineMs } = this.#options.call;
    if (this.#isOnWire && this.#isWrite) {
      this.#finish({ status: "unknown", reason: `${this.operation.name} was not answered within ${deadlineMs} ms` });
    } else if (this.#lastFailure !== undefined) {
      this.#finish(failedWith(this.#lastFailure));
    } else if (this.#isOnWire || !this.#lane?.isConnected) {
      const message = `No broker answered ${this.operation.name} within ${deadlineMs} ms`;
      this.#finish(failedWith({ kind: "unreachable", name: "ETIMEDOUT", message }));
    } else {
      this.#finish({
        status: "notSent",
        reason: `${deadlineMs} ms were over while ${this.operation.name} was waiting`,
      });
    }
  }

  #dropped(reason: string): void {
    if (!this.#isOnWire) this.#finish({ status: "notSent", reason });
  }

  #finish(answer: Answer<Value>): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#timer.cancel();
    this.#pause?.cancel();
    unwatchAbort(this.#options.call.signal, this.#onAbort);
    this.#resolve(answer);
    // Wakes an attempt that is being waited for, so that it ends too.
    this.#wake({ kind: "dropped", reason: "answered" });
  }
}

function defect(error: unknown): KafkaFailure {
  return { kind: "other", name: "DEFECT", message: error instanceof Error ? error.message : String(error) };
}
