// Reflector: keeps a store's feed equal to one selection of one kind, by list and watch, through every fault of the
// network and of the API server. It decides nothing about what the objects mean.

import type { KubernetesObject } from "../api/custom-resource.ts";
import { KubernetesError, type Resources, type Selection, type WatchEvent } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ReflectorMetrics } from "../telemetry/metrics.ts";
import { backoffMs } from "./backoff.ts";
import { sleep, type Clock } from "./clock.ts";
import { keyOf } from "./object-key.ts";
import type { StoreFeed } from "./store-feed.ts";

/** Where a reflector gets its objects from. */
export type ObjectSource<T extends KubernetesObject> = Pick<Resources<T>, "type" | "list" | "watch">;

export interface ReflectorOptions<T extends KubernetesObject> {
  /** For logs and metrics: the plural of the kind, or what tells several apart. */
  readonly name: string;
  readonly source: ObjectSource<T>;
  /** Default: everything. */
  readonly selection?: Selection | undefined;
  readonly feed: StoreFeed<T>;
  /**
   * An API server that does not know the kind has no objects of it, and one that forbids it holds nobody up: the feed
   * tells whether it is known what there is. Default false: then there is no sync without a list.
   */
  readonly isOptional?: boolean | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ReflectorMetrics;
  readonly timing?: Partial<ReflectorTiming> | undefined;
  readonly random?: (() => number) | undefined;
}

export interface ReflectorTiming {
  /**
   * How long a watch lasts, seconds; between this and a third more. The server sends a bookmark 2 s before the end, so
   * that a quiet watch moves on, and silence beyond the end is a fault. Default 30: any fault is noticed within a minute.
   */
  readonly watchSeconds: number;
  /** Time for the initial events of a WatchList, seconds. Default 45. */
  readonly initialSeconds: number;
  /** A complete list as a safety net, milliseconds; 0 for none. What it finds is an alarm. Default 1 h. */
  readonly relistEveryMs: number;
  /** First and longest wait after failures, milliseconds. Default 800 and 20,000. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** How often an optional kind that is absent is looked for, milliseconds. Default 15,000. */
  readonly absentRetryMs: number;
}

const DEFAULT_TIMING: ReflectorTiming = {
  watchSeconds: 30,
  initialSeconds: 45,
  relistEveryMs: 3_600_000,
  backoffBaseMs: 800,
  backoffMaxMs: 20_000,
  absentRetryMs: 15_000,
};

/** A stream that ends sooner, having told nothing, is a fault, not a time-out. */
const SHORTEST_WATCH_MS = 1_000;
/** Answers that only a list can get past, when they come this often in a row. */
const REFUSALS_BEFORE_LIST = 5;

type ListReason = "initial" | "expired" | "refused" | "periodic";

/**
 * Guarantees
 * - After any fault the feed is current again without user code: a watch continues after the last version seen; only
 *   an expired version (410), repeated refusals, or the safety net lead to a new list.
 * - The version moves with every event and bookmark, but not with the initial events of a WatchList, which are unordered.
 * - A list from behind the version already seen is refused: the store never goes back in time.
 * - `run` ends only by its signal.
 *
 * Assumptions
 * - The source bounds every request in time.
 *
 * Caveats
 * - An API server restored from a backup is refused until its version has passed ours; `quietForMs` grows meanwhile, so
 *   that liveness restarts the process, which then starts from what there is.
 */
export class Reflector<T extends KubernetesObject> {
  readonly name: string;
  readonly #options: ReflectorOptions<T>;
  readonly #timing: ReflectorTiming;
  #listReason: ListReason | undefined = "initial";
  #canWatchList = true;
  #failures = 0;
  #listedAt = 0;
  #isForbidden = false;
  #activeAt: number;

  constructor(options: ReflectorOptions<T>) {
    this.name = options.name;
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#activeAt = options.clock.monotonic();
  }

  /** It has listed; or there is nothing to wait for, because the kind is optional and absent or forbidden. */
  get hasSynced(): boolean {
    return this.#options.feed.hasSynced || this.#isForbidden;
  }

  /** Time since it last heard anything, answers and refusals alike, milliseconds: beyond a minute or two it is deaf. */
  quietForMs(): number {
    return this.#options.clock.monotonic() - this.#activeAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#listAndWatch(signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recoverFrom(error, signal);
      }
    }
  }

  async #listAndWatch(signal: AbortSignal): Promise<void> {
    const { relistEveryMs } = this.#timing;
    const isListDue = relistEveryMs > 0 && this.#options.clock.monotonic() - this.#listedAt >= relistEveryMs;
    if (isListDue) this.#listReason ??= "periodic";
    if (this.#listReason === undefined) await this.#watch(signal);
    else if (this.#canWatchList) await this.#watchList(signal);
    else await this.#list(signal);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { source, selection = {} } = this.#options;
    const { items, resourceVersion } = await source.list(selection, { signal, priority: "bulk" });
    this.#replace(items, resourceVersion);
  }

  /** Current objects, then changes, in one stream (KEP-3157). */
  async #watchList(signal: AbortSignal): Promise<void> {
    const { source, selection = {}, metrics } = this.#options;
    const timeoutSeconds = this.#timing.initialSeconds;
    metrics.watched();
    const initial = new Map<string, T>();
    let hasListed = false;
    try {
      for await (const event of source.watch(selection, { sendInitialEvents: true, timeoutSeconds, signal })) {
        if (hasListed) {
          this.#apply(event);
        } else if (event.type === "bookmark") {
          if (!event.endsInitialEvents) continue;
          this.#replace([...initial.values()], event.resourceVersion);
          hasListed = true;
        } else {
          collect(initial, event);
        }
      }
      if (!hasListed) throw new KubernetesError(0, "Truncated", "The stream ended before its initial events");
    } catch (error) {
      // Whatever kept the list from coming in this form, the plain form is tried next.
      if (!hasListed) this.#canWatchList = false;
      throw error;
    }
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { source, selection = {}, feed, clock, metrics, random = Math.random } = this.#options;
    const startedAt = clock.monotonic();
    const timeoutSeconds = Math.round(this.#timing.watchSeconds * (1 + random() / 3));
    let hasHeard = false;
    metrics.watched();
    const resourceVersion = feed.seenVersion;
    for await (const event of source.watch(selection, { resourceVersion, timeoutSeconds, signal })) {
      this.#apply(event);
      hasHeard = true;
    }
    this.#activeAt = clock.monotonic();
    if (!hasHeard && this.#activeAt - startedAt < SHORTEST_WATCH_MS) {
      metrics.watchedBriefly();
      throw new KubernetesError(0, "Truncated", "The stream ended at once, without an event");
    }
    this.#failures = 0;
  }

  #apply(event: WatchEvent<T>): void {
    const { feed, clock } = this.#options;
    this.#activeAt = clock.monotonic();
    this.#failures = 0;
    if (event.type === "bookmark") feed.bookmark(event.resourceVersion);
    else if (event.type === "deleted") feed.remove(event.object);
    else feed.put(event.object);
  }

  #replace(items: readonly T[], resourceVersion: string): void {
    const { feed, clock, log, metrics } = this.#options;
    if (feed.isBehind(resourceVersion)) {
      throw new KubernetesError(0, "Rewound", `List ${resourceVersion} is older than ${feed.seenVersion ?? ""}`);
    }
    const reason = this.#listReason ?? "initial";
    const missed = feed.replace(items, resourceVersion);
    this.#listReason = undefined;
    this.#canWatchList = true;
    this.#failures = 0;
    this.#listedAt = this.#activeAt = clock.monotonic();
    metrics.listed(reason, items.length, missed);
    const fields = { reflector: this.name, reason, objects: items.length, resourceVersion, missed };
    if (missed > 0) log.warn("Listed, and found changes that no watch had told", fields);
    else log.debug("Listed", fields);
  }

  #isAbsent(failure: KubernetesError | undefined): boolean {
    return failure?.code === 404 && this.#options.isOptional === true && this.#options.feed.seenVersion === undefined;
  }

  /** What a failure says about how to go on. */
  #judge(failure: KubernetesError | undefined): void {
    if (failure?.code === 403) this.#isForbidden = this.#options.isOptional === true;
    if (failure?.code === 410) this.#listReason ??= "expired";
    else if (isRefusal(failure) && this.#failures >= REFUSALS_BEFORE_LIST) this.#listReason ??= "refused";
  }

  async #recoverFrom(cause: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#options;
    const failure = cause instanceof KubernetesError ? cause : undefined;
    if (this.#isAbsent(failure)) {
      this.#options.feed.declareAbsent();
      this.#activeAt = clock.monotonic();
      await sleep(clock, this.#timing.absentRetryMs, signal).catch(() => {});
      return;
    }
    this.#failures += 1;
    if (failure?.reason !== "Rewound") this.#activeAt = clock.monotonic();
    this.#judge(failure);
    const { backoffBaseMs: baseMs, backoffMaxMs: maxMs } = this.#timing;
    const waitMs = Math.max(backoffMs(this.#failures, { baseMs, maxMs, random }), failure?.retryAfterMs ?? 0);
    const fields = { reflector: this.name, failures: this.#failures, waitMs: Math.round(waitMs), error: cause };
    log[this.#failures > 1 ? "warn" : "info"]("Watch interrupted", fields);
    await sleep(clock, waitMs, signal).catch(() => {});
  }
}

/** An answer of the server that will not change by asking the same again; connection trouble and rights may. */
function isRefusal(failure: KubernetesError | undefined): boolean {
  if (failure === undefined) return true;
  return failure.code >= 400 && ![401, 403, 408, 429, 503].includes(failure.code);
}

function collect<T extends KubernetesObject>(
  objects: Map<string, T>,
  event: Exclude<WatchEvent<T>, { type: "bookmark" }>,
): void {
  if (event.type === "deleted") objects.delete(keyOf(event.object.metadata));
  else objects.set(keyOf(event.object.metadata), event.object);
}
