// One of Strimzi's operators in a world: it looks a moment after something has changed, and at everything from time to time,
// by the clock of the world. What it does when it looks is given.

import type { CustomResource } from "../../src/api/custom-resource.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";

/** The real one acts so soon on a single change. */
const REACTION_MS = 200;
/** Two minutes by default; here so often that a world which rests has seen several. */
const PASS_MS = 25_000;
const FOR_EVER_SECONDS = 1_000_000;

/** A kind of Strimzi as it is stored: with a status of Strimzi's own. */
export type StrimziKind = InMemoryKubernetes<CustomResource<unknown>>;

interface Work {
  look(): Promise<void>;
  /** The next look is at everything. */
  pass(): void;
}

export class ClockedOperator {
  readonly #clock: Clock;
  readonly #objects: StrimziKind;
  readonly #work: Work;
  #reactionMs = REACTION_MS;
  #isUp = false;
  #isFollowing = false;
  #isLookDue = false;

  constructor(clock: Clock, objects: StrimziKind, work: Work) {
    this.#clock = clock;
    this.#objects = objects;
    this.#work = work;
  }

  /** `reactionMs`: how long it leaves a change alone. */
  start(reactionMs = REACTION_MS): void {
    this.#reactionMs = reactionMs;
    this.#isUp = true;
    this.#work.pass();
    this.#lookSoon();
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    void this.#follow();
    this.#passLater();
  }

  /** As in an update, or for ever. */
  stop(): void {
    this.#isUp = false;
  }

  async #follow(): Promise<void> {
    const { resourceVersion } = this.#objects;
    const { signal } = new AbortController();
    const events = this.#objects.watch({}, { resourceVersion, timeoutSeconds: FOR_EVER_SECONDS, signal });
    for await (const _ of events) this.#lookSoon();
  }

  #passLater(): void {
    this.#clock.after(PASS_MS, () => {
      this.#passLater();
      this.#work.pass();
      this.#lookSoon();
    });
  }

  #lookSoon(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    this.#clock.after(this.#reactionMs, () => {
      this.#isLookDue = false;
      if (this.#isUp) void this.#work.look();
    });
  }
}
