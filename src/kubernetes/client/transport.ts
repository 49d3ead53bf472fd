// Transport: one request to the API server, from the line for a slot to the parsed answer. It knows HTTP and the habits
// of the API server, and no kind.

import { sleep, type Clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import type { Priority } from "../../runtime/priority.ts";
import { KubernetesError, type ApiCall } from "../resources.ts";
import { noAnswer, notJson, refusal, timedOut } from "./api-failure.ts";
import type { Credentials } from "./credentials.ts";
import type { ApiRequest, Exchange } from "./exchange.ts";
import { RequestSlots } from "./request-slots.ts";

export interface TransportOptions {
  readonly exchange: Exchange;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** Time for a request from its slot to the end of the answer, repeats and waits included. Default 30,000. */
  readonly deadlineMs?: number | undefined;
}

/** As many as sockets; nothing is gained by more (TESTBED: the API server's CPU is the limit from 8 on). */
const REQUESTS_AT_ONCE = 16;
/** More often the server is not asked again, whatever it says. */
const MOST_ATTEMPTS = 10;
const DEFAULT_RETRY_AFTER_MS = 1_000;

/** What a request may still try. */
interface Patience {
  attempts: number;
  mayRenew: boolean;
  mayReconnect: boolean;
}

/**
 * Guarantees
 * - Every request ends within its deadline, and as soon as its signal aborts (with the signal's reason).
 * - 401 is answered once with fresh credentials; 429, and 5xx with Retry-After, are waited out, without holding a slot;
 *   a repeatable request whose connection broke is made once more. Everything else is for the caller.
 * - Refusals reject with a KubernetesError of their code; the lack of an answer with code 0.
 *
 * Caveats
 * - After code 0 a write may have happened.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #slots = new RequestSlots(REQUESTS_AT_ONCE);
  /** The lease has its own socket and never stands in line behind other requests. */
  readonly #leaseSlots = new RequestSlots(1);

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The parsed body of a successful answer. */
  async request<T>(request: ApiRequest, { signal, priority = "live" }: ApiCall): Promise<T> {
    const { clock, deadlineMs = 30_000 } = this.#options;
    const what = describe(request);
    using slot = new Slot(request.connectionClass === "leases" ? this.#leaseSlots : this.#slots, priority);
    await this.#enter(slot, request, signal);
    using deadline = new Deadline(clock, deadlineMs, what, signal);
    try {
      return parse(what, await this.#converse(slot, request, deadline)) as T;
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.isExceeded) throw timedOut(what, deadlineMs);
      throw error;
    }
  }

  /** The body of a successful answer, after as many attempts as make sense. */
  async #converse(slot: Slot, request: ApiRequest, deadline: Deadline): Promise<string> {
    const { signal } = deadline;
    const patience = { attempts: 0, mayRenew: true, mayReconnect: request.isRepeatable ?? request.method !== "POST" };
    for (;;) {
      const answer = await this.#attempt(request, signal);
      if (typeof answer === "string") return answer;
      signal.throwIfAborted();
      const waitMs = waitBeforeRepeat(answer, patience);
      if (waitMs === undefined || waitMs > deadline.remainingMs) throw answer;
      if (waitMs === 0) continue;
      slot.release();
      await sleep(this.#options.clock, waitMs, signal);
      await this.#enter(slot, request, signal);
    }
  }

  /** The body, or why there is none. */
  async #attempt(request: ApiRequest, signal: AbortSignal): Promise<string | KubernetesError> {
    const { credentials, exchange } = this.#options;
    const what = describe(request);
    const reply = await exchange.send(request, signal);
    try {
      if (reply.kind === "broken") throw reply.cause;
      const { statusCode, headers, body } = reply.response;
      const text = await body.text();
      if (statusCode < 300) return text;
      if (statusCode === 401) credentials.deny(reply.access);
      return refusal(what, statusCode, text, headers["retry-after"]?.toString());
    } catch (cause) {
      // A rotated certificate authority shows as a broken connection: the next attempt reads the material again.
      credentials.deny(reply.access);
      return noAnswer(what, cause);
    }
  }

  async #enter(slot: Slot, { method }: ApiRequest, signal: AbortSignal): Promise<void> {
    const { clock, exchange } = this.#options;
    const startedAt = clock.monotonic();
    await slot.acquire(signal);
    exchange.countQueued(method, (clock.monotonic() - startedAt) / 1_000);
  }
}

/** One request's place among those under way; given back at the latest when it is disposed. */
class Slot implements Disposable {
  readonly #slots: RequestSlots;
  readonly #priority: Priority;
  #giveBack: (() => void) | undefined;

  constructor(slots: RequestSlots, priority: Priority) {
    this.#slots = slots;
    this.#priority = priority;
  }

  async acquire(signal: AbortSignal): Promise<void> {
    this.#giveBack = await this.#slots.acquire(this.#priority, signal);
  }

  release(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

/** Milliseconds until the request is made again; undefined when it is not. */
function waitBeforeRepeat(failure: KubernetesError, patience: Patience): number | undefined {
  patience.attempts += 1;
  if (patience.attempts >= MOST_ATTEMPTS) return undefined;
  if (failure.code === 0 && patience.mayReconnect) {
    patience.mayReconnect = false;
    return 0;
  }
  if (failure.code === 401 && patience.mayRenew) {
    patience.mayRenew = false;
    return 0;
  }
  if (failure.code === 429) return failure.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS;
  return failure.code >= 500 ? failure.retryAfterMs : undefined;
}

function describe({ method, path }: ApiRequest): string {
  return `${method} ${path.split("?", 1)[0]}`;
}

function parse(what: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw notJson(what);
  }
}
