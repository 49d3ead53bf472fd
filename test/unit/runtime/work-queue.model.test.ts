// The laws of the queue under 100,000 random operations, against a model that is too simple to be wrong.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { Priority } from "../../../src/runtime/priority.ts";
import { WorkQueue, type Work } from "../../../src/runtime/work-queue.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { seededRandom, type SeededRandom } from "../../fakes/seeded-random.ts";

const LANES = ["a", "b", "c", "d"];
const KEYS = Array.from({ length: 40 }, (_, index) => `${LANES[index % LANES.length]}/${index}`);
const LANE_LIMIT = 4;
const BULK_LIMIT = { most: 3, againAt: 1 };
const MOST_IN_FLIGHT = 8;
const SEEDS = 20;
const STEPS_PER_SEED = 5_000;

interface Wanted {
  priority: Priority;
  dueAt: number;
  /** Moment at which the key became ready or rose; its place in line. */
  place?: number | undefined;
}

const laneOf = (key: string): string => key.split("/")[0] ?? "";

/** The queue and what is known of it from outside. */
class Trial {
  readonly clock = new FakeClock();
  readonly queue: WorkQueue;
  readonly random: SeededRandom;
  readonly waiting = new Map<string, Wanted>();
  readonly running = new Map<string, Wanted | undefined>();
  readonly paused = new Set<string>();
  readonly overdue = new Set<string>();
  /** Keys in work that were taken as bulk. */
  readonly bulk = new Set<string>();
  /** Lanes whose bulk has had its burst. */
  readonly sated = new Set<string>();
  handedOut = 0;
  #moment = 0;
  #liveSinceBulk = 0;
  /** By priority and lane: how often each other lane was served while it could have given. */
  readonly #passedOver = new Map<string, Map<string, number>>();

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.queue = new WorkQueue({
      clock: this.clock,
      maxInFlight: MOST_IN_FLIGHT,
      laneOf,
      laneLimit: () => LANE_LIMIT,
      bulkLimit: BULK_LIMIT,
      onReady: () => {},
    });
  }

  add(key: string, priority: Priority, afterMs: number): void {
    this.queue.add(key, { priority, afterMs });
    const dueAt = this.clock.monotonic() + afterMs;
    if (this.running.has(key)) this.running.set(key, merge(this.running.get(key), { priority, dueAt }));
    else this.#want(key, { priority, dueAt });
    this.#observe();
  }

  advance(ms: number): void {
    // One millisecond at a time, so that the model learns the order in which keys became ready.
    for (let passed = 0; passed < ms; passed += 1) {
      this.clock.advanceSync(1);
      this.#promote();
      this.#observe();
    }
  }

  take(): void {
    const eligible = this.#eligible();
    const work = this.queue.next();
    if (work === undefined) {
      expect(eligible, "nothing is held back without reason").to.deep.equal([]);
      return;
    }
    this.#checkTaken(work, eligible);
    this.waiting.delete(work.key);
    this.running.set(work.key, undefined);
    if (work.priority === "bulk") this.bulk.add(work.key);
    this.handedOut += 1;
    this.#observe();
  }

  finish(key: string): void {
    this.queue.done(key);
    const again = this.running.get(key);
    this.running.delete(key);
    this.overdue.delete(key);
    this.bulk.delete(key);
    // The slot is free for a moment before the key stands in line again.
    this.#observe();
    if (again !== undefined) this.#want(key, again);
    this.#observe();
  }

  release(key: string): void {
    this.queue.release(key);
    this.overdue.add(key);
    this.bulk.delete(key);
    this.#observe();
  }

  togglePause(lane: string): void {
    if (this.paused.delete(lane)) {
      this.queue.resume(lane);
    } else {
      this.paused.add(lane);
      this.queue.pause(lane);
    }
    this.#observe();
  }

  #want(key: string, added: Wanted): void {
    const known = this.waiting.get(key);
    const wanted = merge(known, added);
    const isReady = wanted.dueAt <= this.clock.monotonic();
    const keepsPlace = known?.place !== undefined && known.priority === wanted.priority;
    this.waiting.set(key, { ...wanted, place: keepsPlace ? known.place : isReady ? (this.#moment += 1) : undefined });
  }

  #promote(): void {
    for (const wanted of this.waiting.values()) {
      // Keys due in the same millisecond share a moment: their order among themselves is free.
      if (wanted.place === undefined && wanted.dueAt <= this.clock.monotonic()) wanted.place = this.#moment + 0.5;
    }
    this.#moment += 1;
  }

  /** After every step: a lane that could not give for a moment begins its turn anew. */
  #observe(): void {
    this.#noteBulk();
    const giving = new Set<string>();
    for (const [key, { place, priority }] of this.waiting) {
      const lane = laneOf(key);
      if (place !== undefined && this.#isOpen(lane, priority)) giving.add(`${priority} ${lane}`);
    }
    for (const turn of this.#passedOver.keys()) {
      if (!giving.has(turn)) this.#passedOver.delete(turn);
    }
  }

  #noteBulk(): void {
    for (const lane of LANES) {
      const inFlight = [...this.bulk].filter((key) => laneOf(key) === lane).length;
      if (inFlight >= BULK_LIMIT.most) this.sated.add(lane);
      else if (inFlight <= BULK_LIMIT.againAt) this.sated.delete(lane);
    }
  }

  #isOpen(lane: string, priority: Priority): boolean {
    const hasRoom = (this.#slotsByLane().get(lane) ?? 0) < LANE_LIMIT;
    return hasRoom && !this.paused.has(lane) && !(priority === "bulk" && this.sated.has(lane));
  }

  #slotsByLane(): Map<string, number> {
    const slots = new Map<string, number>();
    for (const key of this.running.keys()) {
      if (!this.overdue.has(key)) slots.set(laneOf(key), (slots.get(laneOf(key)) ?? 0) + 1);
    }
    return slots;
  }

  #eligible(): string[] {
    if (this.running.size - this.overdue.size >= MOST_IN_FLIGHT) return [];
    const ready = [...this.waiting].filter(([, { place }]) => place !== undefined);
    return ready.filter(([key, { priority }]) => this.#isOpen(laneOf(key), priority)).map(([key]) => key);
  }

  #checkTaken(work: Work, eligible: readonly string[]): void {
    const { key, priority } = work;
    expect(this.running.has(key), "a key in work is never handed out").to.equal(false);
    expect(eligible, "only what is due, in an open lane with room").to.include(key);
    const wanted = this.waiting.get(key);
    expect(priority, "the highest priority asked for").to.equal(wanted?.priority);
    const inLine = eligible.filter((other) => this.waiting.get(other)?.priority === priority);
    for (const other of inLine.filter((candidate) => laneOf(candidate) === laneOf(key))) {
      expect(wanted?.place, "first in, first out within a lane").to.be.at.most(this.waiting.get(other)?.place ?? 0);
    }
    this.#checkPriority(priority, eligible);
    this.#checkTurns(priority, laneOf(key), new Set(inLine.map(laneOf)));
  }

  #checkPriority(priority: Priority, eligible: readonly string[]): void {
    const waits = (wanted: Priority): boolean => eligible.some((key) => this.waiting.get(key)?.priority === wanted);
    if (priority === "live") {
      if (waits("bulk")) this.#liveSinceBulk += 1;
      expect(this.#liveSinceBulk, "bulk gets one turn in eight").to.be.at.most(7);
    } else {
      if (waits("live")) expect(this.#liveSinceBulk, "live goes first").to.be.at.least(7);
      this.#liveSinceBulk = 0;
    }
  }

  #checkTurns(priority: Priority, lane: string, open: ReadonlySet<string>): void {
    this.#passedOver.delete(`${priority} ${lane}`);
    for (const other of open) {
      if (other === lane) continue;
      const turn = `${priority} ${other}`;
      const counts = this.#passedOver.get(turn) ?? new Map<string, number>();
      this.#passedOver.set(turn, counts.set(lane, (counts.get(lane) ?? 0) + 1));
      expect(counts.get(lane), `${other} waits while ${lane} is served again`).to.be.at.most(1);
    }
  }
}

function merge(known: Wanted | undefined, added: Wanted): Wanted {
  if (known === undefined) return added;
  return {
    priority: known.priority === "live" ? "live" : added.priority,
    dueAt: Math.min(known.dueAt, added.dueAt),
  };
}

describe("WorkQueue, at random", () => {
  it(`keeps all its laws over ${SEEDS * STEPS_PER_SEED} operations, and loses nothing`, () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const trial = new Trial(seed);
      try {
        for (let count = 0; count < STEPS_PER_SEED; count += 1) act(trial);
        drain(trial);
      } catch (error) {
        throw new Error(`Seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  }).timeout(60_000);
});

function act(trial: Trial): void {
  const { random } = trial;
  const anyRunning = (): string | undefined => random.pick([...trial.running.keys()]);
  const dice = random.below(100);
  if (dice < 35) {
    const delay = random.below(3) === 0 ? random.below(50) : 0;
    trial.add(random.pick(KEYS) ?? "", random.below(2) === 0 ? "live" : "bulk", delay);
  } else if (dice < 65) {
    trial.take();
  } else if (dice < 88) {
    const key = anyRunning();
    if (key !== undefined) trial.finish(key);
  } else if (dice < 90) {
    const key = anyRunning();
    if (key !== undefined) trial.release(key);
  } else if (dice < 97) {
    trial.advance(random.below(6));
  } else {
    trial.togglePause(random.pick(LANES) ?? "");
  }
}

/** Whatever still waits is handed out in the end, each key once. */
function drain(trial: Trial): void {
  for (const lane of LANES) if (trial.paused.has(lane)) trial.togglePause(lane);
  trial.advance(60);
  const before = trial.handedOut;
  const expected = trial.waiting.size + [...trial.running.values()].filter((again) => again !== undefined).length;
  while (trial.waiting.size + trial.running.size > 0) {
    for (const key of KEYS) if (trial.running.has(key)) trial.finish(key);
    for (let turn = 0; turn < MOST_IN_FLIGHT; turn += 1) trial.take();
  }
  expect(trial.handedOut - before, "every request is served").to.equal(expected);
  expect(trial.clock.pendingTimers, "no timer is left").to.equal(0);
}
