// One KafkaAdmin for each bus and version of its credentials. It swaps them so that work goes on, and knows neither the
// adapter nor a kind: who connects is given.

import type { Clock, Timer } from "../runtime/clock.ts";
import type { Call, KafkaAdmin } from "./admin.ts";
import type { ClusterState } from "./model/cluster.ts";
import { publicPart, type ConnectionSettings, type PublicConnection } from "./model/connection.ts";
import type { Answer } from "./model/failure.ts";

export interface ClustersOptions {
  readonly clock: Clock;
  /** Makes an admin; may throw where the settings are no settings at all. */
  connect(bus: string, settings: ConnectionSettings): KafkaAdmin;
}

/** The connection of a bus that serves now. */
export interface ServingCluster {
  readonly admin: KafkaAdmin;
  /** Of the settings with which it was opened. */
  readonly version: string;
  /** As it was when it was opened. */
  readonly state: ClusterState;
  readonly connection: PublicConnection;
}

interface Serving extends ServingCluster {
  readonly drained: Drain;
}

/** An admin through which the cluster has not answered, kept for the next attempt: it knows which address was tried when. */
interface Failed {
  readonly version: string;
  readonly at: number;
  readonly answer: Answer<never>;
  readonly drained: Drain;
}

// A run makes its calls one after the other; an admin that was replaced stays for those that hold it.
const graceMs = 5000;

// Between the starts of two attempts that fail.
const pauseMs = 1000;

/**
 * Guarantees
 * - An admin serves only after its cluster has answered through it. Until then, and where it never does, the one before
 *   goes on serving.
 * - One that was replaced is closed when no call has been under way on it for 5 s, so that work in flight finishes.
 * - Opening what serves already costs no request; opening the same at the same time, one; and what failed is tried at
 *   most once a second, however often it is asked for.
 *
 * Assumptions
 * - `version` changes whenever a setting or a Secret behind it does; the caller opens again until it succeeds.
 */
export class Clusters {
  readonly #options: ClustersOptions;
  readonly #serving = new Map<string, Serving>();
  readonly #opening = new Map<string, { readonly version: string; readonly answer: Promise<Answer<ClusterState>> }>();
  readonly #failed = new Map<string, Failed>();
  readonly #leaving = new Set<Drain>();

  constructor(options: ClustersOptions) {
    this.#options = options;
  }

  /** What serves the bus, or undefined while nothing has connected yet. */
  get(bus: string): ServingCluster | undefined {
    return this.#serving.get(bus);
  }

  /**
   * Connects a bus, or replaces its connection where `version` is another. Answers as the cluster did.
   * @throws whatever `connect` throws.
   */
  async open(bus: string, version: string, settings: ConnectionSettings, call: Call): Promise<Answer<ClusterState>> {
    const serving = this.#serving.get(bus);
    if (serving?.version === version) return { status: "ok", value: serving.state };
    const opening = this.#opening.get(bus);
    if (opening?.version === version) return opening.answer;
    const failed = this.#failed.get(bus);
    const now = this.#options.clock.monotonic();
    if (failed?.version === version && now - failed.at < pauseMs) return failed.answer;
    const answer = this.#connect(bus, version, settings, call);
    const attempt = { version, answer };
    this.#opening.set(bus, attempt);
    try {
      return await answer;
    } finally {
      if (this.#opening.get(bus) === attempt) this.#opening.delete(bus);
    }
  }

  /** Ends the connection of a bus at once. */
  async close(bus: string): Promise<void> {
    this.#opening.delete(bus);
    const serving = this.#serving.get(bus);
    this.#serving.delete(bus);
    const failed = this.#failed.get(bus);
    this.#failed.delete(bus);
    await Promise.all([serving?.drained.now(), failed?.drained.now()]);
  }

  /** Ends all connections at once, those that are draining too. */
  async closeAll(): Promise<void> {
    const buses = new Set([...this.#serving.keys(), ...this.#opening.keys(), ...this.#failed.keys()]);
    await Promise.all([...buses].map((bus) => this.close(bus)));
    await Promise.all([...this.#leaving].map((drain) => drain.now()));
  }

  async #connect(
    bus: string,
    version: string,
    settings: ConnectionSettings,
    call: Call,
  ): Promise<Answer<ClusterState>> {
    const startedAt = this.#options.clock.monotonic();
    const drained = this.#admin(bus, version, settings);
    const answer = await drained.admin.cluster(call);
    // Meanwhile the bus was closed, or opened with other settings: those count.
    const isWanted = this.#opening.get(bus)?.version === version;
    if (!isWanted) {
      await drained.now();
      return { status: "notSent", reason: `The connection of bus "${bus}" was given up` };
    }
    if (answer.status !== "ok") {
      // Nobody was asked for a caller who gave up.
      if (call.signal.aborted) await drained.now();
      else this.#failed.set(bus, { version, at: startedAt, answer, drained });
      return answer;
    }
    const replaced = this.#serving.get(bus);
    const { admin } = drained;
    this.#serving.set(bus, { admin, version, state: answer.value, connection: publicPart(settings), drained });
    if (replaced !== undefined) this.#leave(replaced.drained);
    return answer;
  }

  /** That of the last attempt, where it was made with these settings. */
  #admin(bus: string, version: string, settings: ConnectionSettings): Drain {
    const failed = this.#failed.get(bus);
    this.#failed.delete(bus);
    if (failed?.version === version) return failed.drained;
    void failed?.drained.now();
    return new Drain(this.#options.connect(bus, settings), this.#options.clock);
  }

  #leave(drain: Drain): void {
    this.#leaving.add(drain);
    void drain.soon().then(() => this.#leaving.delete(drain));
  }
}

/** An admin that knows whether calls are under way on it, and closes once none have been for a while. */
class Drain {
  readonly admin: KafkaAdmin;
  readonly #target: KafkaAdmin;
  readonly #clock: Clock;
  readonly #closed = Promise.withResolvers<void>();
  #underWay = 0;
  #isLeaving = false;
  #timer: Timer | undefined;

  constructor(target: KafkaAdmin, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    this.admin = new Proxy(target, { get: (_, verb) => this.#counted(verb as keyof KafkaAdmin) });
  }

  async now(): Promise<void> {
    this.#timer?.cancel();
    await this.#target.close();
    this.#closed.resolve();
  }

  /** Resolves when it is closed. */
  soon(): Promise<void> {
    this.#isLeaving = true;
    this.#wait();
    return this.#closed.promise;
  }

  #wait(): void {
    this.#timer?.cancel();
    if (this.#isLeaving && this.#underWay === 0) this.#timer = this.#clock.after(graceMs, () => void this.now());
  }

  #counted(verb: keyof KafkaAdmin): unknown {
    const method = this.#target[verb];
    if (typeof method !== "function") return method;
    return async (...args: unknown[]): Promise<unknown> => {
      this.#underWay += 1;
      this.#timer?.cancel();
      try {
        return await (method as (...args: unknown[]) => Promise<unknown>).apply(this.#target, args);
      } finally {
        this.#underWay -= 1;
        this.#wait();
      }
    };
  }
}
