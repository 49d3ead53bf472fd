// The poller of consumer groups: at each sweep of a bus it looks at all declared groups together, keeps what it found, and
// wakes only those of which something is news. Beside it serves the first look of a group that was just declared.

import { setImmediate } from "node:timers/promises";

import { isGroupNews, type GroupReading } from "../../domain/group-reading.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { KafkaFailure } from "../../kafka/model/failure.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";
import { pollGroups, type PollMemory, type WatchedGroup } from "./group-poll.ts";
import { failureOf, type GroupAnswer, type Listings, readPosition } from "./group-positions.ts";
import { TopicTransactions } from "./topic-transactions.ts";
import { TopicUsers } from "./topic-users.ts";

export interface GroupPollerOptions {
  readonly registry: BusRegistry;
  readonly clock: Clock;
  /** Whether the lag of each partition is part of the readings. Default: only that of each topic. */
  readonly keepsPartitions?: boolean | undefined;
  /** The declared groups of a bus, at this moment. */
  watched(busName: string): readonly WatchedGroup[];
  /** What is known of the object's group is news. */
  wake(key: string): void;
}

interface Entry {
  readonly watched: WatchedGroup;
  /** The latest of the group. */
  readonly reading: GroupReading;
  /** What its object was last woken with or took itself. */
  readonly told: GroupReading | undefined;
  /** The last one that its object showed with all its numbers. */
  readonly shown: GroupReading | undefined;
  /** From when on those of a later one may be shown, monotonic milliseconds; undefined: none is held back. */
  readonly heldUntilMs?: number | undefined;
}

interface BusState {
  readonly clusterId: string;
  readonly memory: PollMemory;
  readonly users: TopicUsers;
  readonly entries: Map<string, Entry>;
  /** First looks that have not begun yet. */
  waiting:
    | { readonly groups: Map<string, WatchedGroup>; readonly read: Promise<ReadonlyMap<string, GroupReading>> }
    | undefined;
}

/** Groups asked for together, declared or not. */
const CHUNK = 500;

/**
 * Guarantees
 * - What it tells was read; while the bus is down every group of it is unknown.
 * - A bus' poll takes one listing and a few rounds, whatever the number of groups; first looks of one moment share theirs.
 * - Looks of the sweep alone count for evaluation, so that runs never change how a group is judged.
 *
 * Assumptions
 * - `start` is called before the sweep's.
 */
export class GroupPoller implements SweepSource {
  readonly #options: GroupPollerOptions;
  readonly #buses = new Map<string, BusState>();
  #unsubscribe: () => void = () => {};

  constructor(options: GroupPollerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.registry.subscribe((busName) => this.#linkChanged(busName));
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** All groups in one item: they share what they are read by. */
  begin(busName: string): readonly SweepItem[] {
    return [{ key: busName, look: (admin, call) => this.#poll(busName, admin, call) }];
  }

  end(): void {}

  /** The latest reading that answers this very question; undefined where there is none, then `read` it. */
  reading(busName: string, watched: WatchedGroup): GroupReading | undefined {
    const entries = this.#buses.get(busName)?.entries;
    const entry = entries?.get(watched.key);
    if (entry === undefined || !isSameQuestion(entry.watched, watched)) return undefined;
    entries?.set(watched.key, { ...entry, told: entry.reading });
    return entry.reading;
  }

  /**
   * The object shows the reading that it took last. `heldBackMs`: but for its numbers, which may be shown only after so
   * many milliseconds; from then on they are news.
   */
  shows(busName: string, key: string, { heldBackMs }: { readonly heldBackMs: number | undefined }): void {
    const entries = this.#buses.get(busName)?.entries;
    const entry = entries?.get(key);
    if (entry === undefined) return;
    const heldUntilMs = heldBackMs === undefined ? undefined : this.#time().atMs + heldBackMs;
    entries?.set(key, { ...entry, shown: heldUntilMs === undefined ? entry.told : entry.shown, heldUntilMs });
  }

  /** Looks at one group now; those that are asked for in one turn of the event loop are looked at together. */
  async read(busName: string, watched: WatchedGroup, call: Call): Promise<GroupReading> {
    const link = this.#options.registry.link(busName);
    if (link.kind !== "connected") return unknown(watched.groupId, notConnected(busName));
    const state = this.#stateOf(busName, link.cluster.id);
    const waiting = (state.waiting ??= this.#firstLook(state, link.admin, call));
    waiting.groups.set(watched.key, watched);
    const reading = (await waiting.read).get(watched.key) ?? unknown(watched.groupId, notConnected(busName));
    const { shown, heldUntilMs } = state.entries.get(watched.key) ?? {};
    state.entries.set(watched.key, { watched, reading, told: reading, shown, heldUntilMs });
    return reading;
  }

  /** For metrics: the latest of every group. */
  *readings(): Generator<{ readonly busName: string; readonly watched: WatchedGroup; readonly reading: GroupReading }> {
    for (const [busName, { entries }] of this.#buses) {
      for (const { watched, reading } of entries.values()) yield { busName, watched, reading };
    }
  }

  async #poll(busName: string, admin: KafkaAdmin, call: Call): Promise<boolean> {
    const link = this.#options.registry.link(busName);
    if (link.kind !== "connected" || link.admin !== admin) return false;
    const state = this.#stateOf(busName, link.cluster.id);
    const groups = this.#options.watched(busName);
    const listing = await admin.listGroups(call);
    if (call.signal.aborted) return false;
    if (listing.status !== "ok") {
      this.#keep(
        state,
        groups,
        new Map(groups.map((group) => [group.key, unknown(group.groupId, failureOf(listing))])),
      );
      return false;
    }
    const listed: Listings = new Map(listing.value.groups.map((group) => [group.groupId, group]));
    const time = this.#time();
    const ids = new Set([...groups.map(({ groupId }) => groupId), ...listed.keys()]);
    const positions = await readPositions([...ids], listed, admin, call);
    const readings = await pollGroups(groups, positions, {
      admin,
      call,
      ...time,
      memory: state.memory,
      isRegular: true,
      keepsPartitions: this.#options.keepsPartitions === true,
    });
    if (call.signal.aborted || this.#buses.get(busName) !== state) return false;
    this.#keep(state, groups, readings);
    const declared = new Set(groups.map(({ groupId }) => groupId));
    const topics = state.users.update(positions, listing.value.isPartial, (groupId) => declared.has(groupId));
    this.#options.registry.reportTopicUsers(busName, (topic) => state.users.of(topic), topics);
    return true;
  }

  #firstLook(state: BusState, admin: KafkaAdmin, call: Call): NonNullable<BusState["waiting"]> {
    const groups = new Map<string, WatchedGroup>();
    const look = async (): Promise<ReadonlyMap<string, GroupReading>> => {
      // Runs of one moment ask within one turn of the event loop.
      await setImmediate();
      state.waiting = undefined;
      // Shared by many callers, so one caller's abort must not end it.
      const shared = { ...call, signal: new AbortController().signal };
      const watched = [...groups.values()];
      const time = this.#time();
      const positions = await readPositions(
        watched.map(({ groupId }) => groupId),
        new Map(),
        admin,
        shared,
      );
      const keepsPartitions = this.#options.keepsPartitions === true;
      const world = { admin, call: shared, ...time, memory: state.memory, isRegular: false, keepsPartitions };
      return pollGroups(watched, positions, world);
    };
    return { groups, read: look() };
  }

  /** Keeps what was found of all groups, forgets those that are declared no more, and wakes where there is news. */
  #keep(state: BusState, groups: readonly WatchedGroup[], readings: ReadonlyMap<string, GroupReading>): void {
    const keys = new Set(groups.map(({ key }) => key));
    for (const key of state.entries.keys()) if (!keys.has(key)) state.entries.delete(key);
    for (const key of state.memory.windows.keys()) {
      if (keys.has(key.slice(0, key.indexOf("\n")))) continue;
      state.memory.windows.delete(key);
      state.memory.ages.delete(key);
    }
    for (const watched of groups) {
      const found = readings.get(watched.key);
      if (found !== undefined) this.#take(state, watched, found);
    }
    const topicIds = [...state.memory.windows.values()].map(({ looks }) => looks[0].log.topicId);
    state.memory.transactions.keepOnly(new Set(topicIds));
  }

  #take(state: BusState, watched: WatchedGroup, found: GroupReading): void {
    const before = state.entries.get(watched.key);
    const reading = carried(before?.reading, found);
    const { heldUntilMs = Infinity } = before ?? {};
    const known = this.#time().atMs < heldUntilMs ? before?.told : before?.shown;
    const isNews = isGroupNews(known, reading, watched.objectives);
    state.entries.set(watched.key, {
      watched,
      reading,
      told: isNews ? reading : before?.told,
      shown: before?.shown,
      heldUntilMs: isNews ? undefined : before?.heldUntilMs,
    });
    if (isNews) this.#options.wake(watched.key);
  }

  #linkChanged(busName: string): void {
    const state = this.#buses.get(busName);
    if (state === undefined) return;
    const link = this.#options.registry.link(busName);
    if (link.kind === "connected") {
      // What could not be asked is asked anew, by whoever needs it first.
      for (const [key, { reading }] of state.entries) if (reading.kind === "unknown") state.entries.delete(key);
    } else if (link.kind === "down") {
      for (const { watched } of state.entries.values()) {
        this.#take(state, watched, unknown(watched.groupId, { ...notConnected(busName), message: link.message }));
      }
    } else {
      this.#buses.delete(busName);
    }
  }

  #stateOf(busName: string, clusterId: string): BusState {
    const known = this.#buses.get(busName);
    if (known?.clusterId === clusterId) return known;
    const memory = { windows: new Map(), ages: new Map(), transactions: new TopicTransactions() };
    const state: BusState = { clusterId, memory, users: new TopicUsers(), entries: new Map(), waiting: undefined };
    this.#buses.set(busName, state);
    return state;
  }

  #time(): { readonly nowMs: number; readonly atMs: number } {
    const { clock } = this.#options;
    return { nowMs: clock.now(), atMs: clock.monotonic() };
  }
}

async function readPositions(
  groupIds: readonly string[],
  listed: Listings,
  admin: KafkaAdmin,
  call: Call,
): Promise<ReadonlyMap<string, GroupAnswer>> {
  const positions = new Map<string, GroupAnswer>();
  for (let start = 0; start < groupIds.length; start += CHUNK) {
    const asked = groupIds.slice(start, start + CHUNK);
    const answers = await Promise.all(asked.map((id) => readPosition(id, listed.get(id), admin, call)));
    for (const answer of answers) positions.set(answer.groupId, answer);
  }
  return positions;
}

/** Where it is too early to judge anew, what was judged before still counts, except that nothing was ever committed. */
function carried(before: GroupReading | undefined, now: GroupReading): GroupReading {
  if (before?.kind !== "read" || now.kind !== "read" || now.evaluation !== undefined) return now;
  if (before.evaluation === "NoCommits") return now;
  return { ...now, evaluation: before.evaluation };
}

function isSameQuestion(one: WatchedGroup, other: WatchedGroup): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function unknown(groupId: string, failure: KafkaFailure): GroupReading {
  return { kind: "unknown", groupId, failure };
}

function notConnected(busName: string): KafkaFailure {
  return { kind: "unreachable", name: "NOT_CONNECTED", message: `EventBus "${busName}" is not connected` };
}
