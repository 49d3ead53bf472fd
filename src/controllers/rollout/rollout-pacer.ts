// The pace at which edits of buses and policies reach the topics that exist: a token bucket a bus, first come first
// served, and a pause when the brokers keep saying no. In memory: a restart begins with the topics that are left.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { RolloutCause } from "./rollout-cause.ts";

/** `EventBus.spec.rollout`, with its defaults. */
export interface Pace {
  readonly maxTopicsPerMinute: number;
  readonly pauseOnFailures: number;
}

export type Turn = "now" | "wait" | "paused";

/** What came of a run of a topic. `unused`: nothing was sent, or no answer came; `waiting`: it did not get its turn. */
export type TurnEnd = "applied" | "rejected" | "unused" | "waiting";

export interface RolloutProgress {
  readonly applied: number;
  /** Keys of topics, sorted. */
  readonly waiting: readonly string[];
  /** Keys of the topics whose rejection made it pause, sorted; empty while it goes on. */
  readonly rejected: readonly string[];
}

interface Rollout extends RolloutCause {
  applied: number;
  /** Since the last success. */
  readonly rejected: Set<string>;
  isPaused: boolean;
}

const MINUTE_MS = 60_000;

/**
 * Guarantees
 * - Of one bus, at most `maxTopicsPerMinute` topics get a turn in a minute, but for `pauseOnFailures` that may go at once
 *   after a rest; and no more than those are under way at a time.
 * - After rejections of `pauseOnFailures` topics in a row a rollout pauses, and no more are rejected; others of the same
 *   bus go on.
 * - Turns are given in the order in which topics came; a turn that was not used is given to the next.
 *
 * Assumptions
 * - Every run of a topic is concluded, whether it asked for a turn or not; `wake` brings about a run.
 */
export class RolloutPacer {
  readonly #clock: Clock;
  readonly #wake: (key: string) => void;
  readonly #buses = new Map<string, BusPace>();
  /** The bus on which a topic waits or has its turn. */
  readonly #busOf = new Map<string, BusPace>();

  constructor(clock: Clock, wake: (key: string) => void) {
    this.#clock = clock;
    this.#wake = wake;
  }

  /** Whether a topic may be changed now for these causes. A cause that is paused has no part in a turn. */
  turn(busName: string, key: string, causes: readonly RolloutCause[], pace: Pace): Turn {
    const known = this.#buses.get(busName);
    const bus = known ?? new BusPace(this.#clock, pace, this.#wake);
    if (known === undefined) this.#buses.set(busName, bus);
    bus.pace = pace;
    this.#busOf.set(key, bus);
    return bus.turn(key, causes);
  }

  isPaused(busName: string, cause: RolloutCause): boolean {
    return this.#buses.get(busName)?.rollout(cause).isPaused ?? false;
  }

  conclude(key: string, end: TurnEnd): void {
    this.#busOf.get(key)?.conclude(key, end);
    if (end !== "waiting") this.#busOf.delete(key);
  }

  /** The object as it is now: lifts the pause of an earlier attempt. */
  update(cause: RolloutCause): void {
    for (const bus of this.#buses.values()) bus.update(cause);
  }

  /** Undefined while nothing waits. */
  progress(object: string): RolloutProgress | undefined {
    const parts = [...this.#buses.values()].map((bus) => bus.progress(object)).filter((part) => part !== undefined);
    const waiting = parts.flatMap((part) => part.waiting).toSorted();
    if (waiting.length === 0) return undefined;
    const applied = parts.reduce((sum, part) => sum + part.applied, 0);
    return { applied, waiting, rejected: parts.flatMap((part) => part.rejected).toSorted() };
  }

  /** The bus is gone: nobody waits for it any longer. */
  forget(busName: string): void {
    this.#buses.get(busName)?.stop();
    this.#buses.delete(busName);
  }

  stop(): void {
    for (const busName of this.#buses.keys()) this.forget(busName);
  }
}

/** The bucket and the line of one bus. */
class BusPace {
  pace: Pace;
  readonly #clock: Clock;
  readonly #wake: (key: string) => void;
  readonly #rollouts = new Map<string, Rollout>();
  /** In the order in which they came. */
  readonly #waiting = new Map<string, readonly RolloutCause[]>();
  /** Those whose turn it is. */
  readonly #granted = new Map<string, readonly RolloutCause[]>();
  /** What those without a turn want, until their run is concluded. */
  readonly #asked = new Map<string, readonly RolloutCause[]>();
  #tokens: number;
  #filledAt: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, pace: Pace, wake: (key: string) => void) {
    this.#clock = clock;
    this.pace = pace;
    this.#wake = wake;
    this.#tokens = pace.pauseOnFailures;
    this.#filledAt = clock.monotonic();
  }

  turn(key: string, causes: readonly RolloutCause[]): Turn {
    const going = causes.filter((cause) => !this.rollout(cause).isPaused);
    if (going.length > 0 && this.#granted.has(key)) {
      this.#granted.set(key, going);
      return "now";
    }
    if (going.length > 0 && this.#nextInLine() === undefined && this.#takeToken(going)) {
      this.#granted.set(key, going);
      return "now";
    }
    this.#asked.set(key, causes);
    return going.length > 0 ? "wait" : "paused";
  }

  conclude(key: string, end: TurnEnd): void {
    const causes = this.#granted.get(key);
    const asked = this.#asked.get(key);
    this.#granted.delete(key);
    this.#asked.delete(key);
    for (const cause of causes ?? []) this.#count(this.rollout(cause), key, end);
    if (causes !== undefined && (end === "unused" || end === "waiting")) this.#tokens += 1;
    if (end !== "waiting") this.#waiting.delete(key);
    else if (!this.#waiting.has(key)) this.#waiting.set(key, asked ?? causes ?? []);
    this.#giveTurns();
  }

  update(cause: RolloutCause): void {
    if (!this.#rollouts.has(cause.object)) return;
    this.rollout(cause);
    this.#giveTurns();
  }

  /** As it is for this generation and attempt. */
  rollout(cause: RolloutCause): Rollout {
    const known = this.#rollouts.get(cause.object);
    if (known?.generation === cause.generation && known.attempt === cause.attempt) return known;
    const applied = known?.generation === cause.generation ? known.applied : 0;
    const rollout = { ...cause, applied, rejected: new Set<string>(), isPaused: false };
    this.#rollouts.set(cause.object, rollout);
    return rollout;
  }

  progress(object: string): RolloutProgress | undefined {
    const rollout = this.#rollouts.get(object);
    if (rollout === undefined) return undefined;
    const isOfIt = (causes: readonly RolloutCause[]): boolean => causes.some((cause) => cause.object === object);
    const waiting = [...this.#waiting, ...this.#granted].filter(([, causes]) => isOfIt(causes)).map(([key]) => key);
    const rejected = rollout.isPaused ? [...rollout.rejected] : [];
    return { applied: rollout.applied, waiting: [...new Set(waiting)], rejected };
  }

  stop(): void {
    this.#timer?.cancel();
    this.#waiting.clear();
  }

  #count(rollout: Rollout, key: string, end: TurnEnd): void {
    if (end === "applied") {
      rollout.applied += 1;
      rollout.rejected.clear();
    } else if (end === "rejected") {
      rollout.rejected.add(key);
      rollout.isPaused = rollout.rejected.size >= this.pace.pauseOnFailures;
    }
  }

  /** The first whose rollout is not paused. */
  #nextInLine(): string | undefined {
    for (const [key, causes] of this.#waiting) {
      if (causes.some((cause) => !this.#isPaused(cause.object))) return key;
    }
    return undefined;
  }

  #isPaused(object: string): boolean {
    return this.#rollouts.get(object)?.isPaused ?? false;
  }

  #giveTurns(): void {
    let key = this.#nextInLine();
    for (; key !== undefined && this.#takeToken(this.#waiting.get(key) ?? []); key = this.#nextInLine()) {
      this.#granted.set(key, this.#waiting.get(key) ?? []);
      this.#waiting.delete(key);
      this.#wake(key);
    }
    this.#timer?.cancel();
    this.#timer = undefined;
    // Where it is not for want of a token, the end of a turn gives the next.
    if (key === undefined || this.#granted.size >= this.#mostUnderWay(this.#waiting.get(key) ?? [])) return;
    const afterMs = Math.ceil((1 - this.#tokens) * this.#intervalMs());
    this.#timer = this.#clock.after(afterMs, () => this.#giveTurns());
  }

  /** Not more than may be rejected before a pause, so that no more ever are. */
  #mostUnderWay(causes: readonly RolloutCause[]): number {
    const rejected = causes.map(({ object }) => this.#rollouts.get(object)?.rejected.size ?? 0);
    return Math.max(1, this.pace.pauseOnFailures - Math.max(0, ...rejected));
  }

  #takeToken(causes: readonly RolloutCause[]): boolean {
    const now = this.#clock.monotonic();
    const filled = this.#tokens + (now - this.#filledAt) / this.#intervalMs();
    this.#tokens = Math.min(filled, this.pace.pauseOnFailures);
    this.#filledAt = now;
    if (this.#tokens < 1 || this.#granted.size >= this.#mostUnderWay(causes)) return false;
    this.#tokens -= 1;
    return true;
  }

  #intervalMs(): number {
    return MINUTE_MS / this.pace.maxTopicsPerMinute;
  }
}
