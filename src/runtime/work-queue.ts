// WorkQueue: which keys are to be worked on, and when. It holds keys only, never objects or event types, and starts
// nothing itself: whoever is told by `onReady` takes work with `next` and gives it back with `done`.

import type { Clock, Timer } from "./clock.ts";
import { DelayHeap } from "./delay-heap.ts";
import { Lanes, type BulkLimit, type LaneTicket } from "./lanes.ts";
import { mostUrgent, type Priority } from "./priority.ts";

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Keys handed out and not given back, over all lanes. */
  readonly maxInFlight: number;
  /** The lane of a key, asked whenever the key gets ready. Default: one lane for all. */
  readonly laneOf?: ((key: string) => string) | undefined;
  /** Keys in flight a lane. Default: no limit of its own. */
  readonly laneLimit?: ((lane: string) => number) | undefined;
  /** For the bulk keys of each lane. Default: none of their own. */
  readonly bulkLimit?: BulkLimit | undefined;
  /** Something may now be taken that could not be before. Called synchronously, possibly within `add` and `done`. */
  readonly onReady: () => void;
}

export interface AddOptions {
  /** Default `live`. */
  readonly priority?: Priority | undefined;
  /** Default 0. */
  readonly afterMs?: number | undefined;
  /** Why, in a word or two, for logs. */
  readonly reason?: string | undefined;
}

/** A key handed out. */
export interface Work {
  readonly key: string;
  readonly priority: Priority;
  readonly reason: string;
  /** How long the key stood ready, milliseconds. */
  readonly waitedMs: number;
}

interface Request {
  readonly priority: Priority;
  readonly dueAt: number;
  readonly reason: string;
}

interface Entry extends Request {
  readonly key: string;
  /** Its place in line; undefined while delayed. */
  readonly ticket?: LaneTicket<Entry> | undefined;
}

interface Running {
  readonly lane: string;
  readonly priority: Priority;
  readonly startedAt: number;
  holdsSlot: boolean;
  /** What was asked for meanwhile. */
  again?: Request | undefined;
}

/**
 * Guarantees
 * - A key is handed out to one taker at a time; what is added meanwhile is handed out once more after `done`.
 * - A key waits at most once: adding it again keeps the earliest time and the highest priority, and a ready key stays
 *   ready whatever delay is added.
 * - Order: live before bulk with one turn in eight for bulk; lanes take turns; within a lane by the moment a key became
 *   ready or rose in priority.
 * - A paused lane keeps its keys without handing them out; no lane and not the whole exceed their limits.
 * - After `close` nothing is accepted or handed out, and `drained` resolves when every key is given back.
 *
 * Assumptions
 * - Every key taken is given back by `done`, whatever happened.
 *
 * Caveats
 * - `release` frees the slot of a key whose run does not end, but the key stays locked until `done`.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #lanes: Lanes<Entry>;
  /** Each key that waits, delayed or ready. */
  readonly #waiting = new Map<string, Entry>();
  readonly #delayed = new DelayHeap<Entry>();
  readonly #running = new Map<string, Running>();
  #slotsInUse = 0;
  #alarm: { readonly at: number; readonly timer: Timer } | undefined;
  #isClosed = false;
  readonly #drained = Promise.withResolvers<void>();

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    const { laneLimit: limitOf = () => Infinity, bulkLimit: bulk } = options;
    this.#lanes = new Lanes({ limitOf, bulk });
  }

  add(key: string, options: AddOptions = {}): void {
    if (this.#isClosed) return;
    const { priority = "live", afterMs = 0, reason = "" } = options;
    const request: Request = { priority, reason, dueAt: this.#now() + Math.max(0, afterMs) };
    const running = this.#running.get(key);
    if (running === undefined) this.#enqueue(key, request);
    else running.again = running.again === undefined ? request : merge(running.again, request);
  }

  /** The key whose turn it is, locked until `done`; undefined when none may be handed out now. */
  next(): Work | undefined {
    if (this.#isClosed || this.#slotsInUse >= this.#options.maxInFlight) return undefined;
    this.#promoteDue();
    const entry = this.#lanes.take();
    if (entry === undefined) return undefined;
    this.#waiting.delete(entry.key);
    this.#slotsInUse += 1;
    const now = this.#now();
    const { key, priority, reason, ticket } = entry;
    this.#running.set(key, { lane: ticket?.lane ?? "", priority, startedAt: now, holdsSlot: true });
    return { key, priority, reason, waitedMs: now - entry.dueAt };
  }

  /** Gives a key back. */
  done(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.release(key);
    this.#running.delete(key);
    if (running.again !== undefined && !this.#isClosed) this.#enqueue(key, running.again);
    if (this.#isClosed && this.#running.size === 0) this.#drained.resolve();
  }

  /** Frees the slot of a key that is overdue; the key itself stays locked until `done`. */
  release(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined || !running.holdsSlot) return;
    running.holdsSlot = false;
    this.#slotsInUse -= 1;
    this.#lanes.free(running.lane, running.priority);
    this.#notify();
  }

  /** Keeps the keys of a lane in line from now on; keys in flight are not touched. */
  pause(lane: string): void {
    this.#lanes.pause(lane);
  }

  resume(lane: string): void {
    this.#lanes.resume(lane);
    this.#notify();
  }

  /** Drops what waits and accepts nothing more. */
  close(): void {
    this.#isClosed = true;
    this.#alarm?.timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    if (this.#running.size === 0) this.#drained.resolve();
  }

  /** Resolves after `close`, once no key is in flight. */
  get drained(): Promise<void> {
    return this.#drained.promise;
  }

  /** Keys ready to be worked on, paused lanes included. */
  depth(priority: Priority): number {
    return this.#isClosed ? 0 : this.#lanes.size(priority);
  }

  /** Keys in work, and ready to be. */
  get load(): number {
    return this.#running.size + this.depth("live") + this.depth("bulk");
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** How long each key in flight has been so, milliseconds. */
  runningForMs(): number[] {
    const now = this.#now();
    return Array.from(this.#running.values(), (running) => now - running.startedAt);
  }

  #enqueue(key: string, request: Request): void {
    const known = this.#waiting.get(key);
    const wanted = known === undefined ? request : merge(known, request);
    if (known !== undefined) {
      if (!this.#mustMove(known, wanted)) return;
      this.#takeOut(known);
    }
    if (wanted.dueAt <= this.#now()) this.#makeReady({ ...wanted, key });
    else this.#delay({ ...wanted, key });
  }

  /** A key leaves its place only for a better one, or for the lane where it now belongs. */
  #mustMove(known: Entry, wanted: Request): boolean {
    if (known.priority !== wanted.priority) return true;
    if (known.ticket === undefined) return wanted.dueAt < known.dueAt;
    return known.ticket.lane !== this.#laneOf(known.key);
  }

  #takeOut(entry: Entry): void {
    this.#waiting.delete(entry.key);
    if (entry.ticket === undefined) this.#delayed.remove(entry);
    else this.#lanes.remove(entry.ticket);
  }

  #makeReady(request: Request & { readonly key: string }): void {
    const entry: { -readonly [Field in keyof Entry]: Entry[Field] } = { ...request };
    entry.ticket = this.#lanes.push(this.#laneOf(entry.key), entry.priority, entry);
    this.#waiting.set(entry.key, entry);
    this.#notify();
  }

  #delay(entry: Entry): void {
    this.#waiting.set(entry.key, entry);
    this.#delayed.add(entry);
    this.#setAlarm();
  }

  #promoteDue(): void {
    const now = this.#now();
    for (let first = this.#delayed.first; first !== undefined && first.dueAt <= now; first = this.#delayed.first) {
      this.#takeOut(first);
      this.#makeReady(first);
    }
  }

  /** One timer, for the key that is due first. */
  #setAlarm(): void {
    const at = this.#delayed.first?.dueAt;
    if (at === undefined || (this.#alarm !== undefined && this.#alarm.at <= at)) return;
    this.#alarm?.timer.cancel();
    const ring = (): void => {
      this.#alarm = undefined;
      this.#promoteDue();
      this.#setAlarm();
    };
    this.#alarm = { at, timer: this.#options.clock.after(at - this.#now(), ring) };
  }

  #laneOf(key: string): string {
    return this.#options.laneOf?.(key) ?? "";
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #notify(): void {
    if (!this.#isClosed) this.#options.onReady();
  }
}

function merge(known: Request, added: Request): Request {
  return {
    priority: mostUrgent(known.priority, added.priority),
    dueAt: Math.min(known.dueAt, added.dueAt),
    reason: added.dueAt < known.dueAt ? added.reason : known.reason,
  };
}
