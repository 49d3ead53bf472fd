// Lanes: ready items in separate lines, so that one slow or broken target never holds up the work of another.
// No clock, no keys: the queue decides what is ready.

import { LinkedList, type ListNode } from "./linked-list.ts";
import { PriorityTurns, type Priority } from "./priority.ts";

interface Lane<T> {
  readonly name: string;
  readonly waiting: Readonly<Record<Priority, LinkedList<T>>>;
  /** Places in the rounds, present while the lane has something to give. */
  readonly turns: Record<Priority, ListNode<Lane<T>> | undefined>;
  readonly inFlight: Record<Priority, number>;
  /** Bulk has had its burst, and waits until most of it has ended. */
  isBulkSated: boolean;
  isPaused: boolean;
}

/** How many items of a lane may be in flight. */
export interface LaneLimits {
  /** Of both priorities together. */
  limitOf(lane: string): number;
  readonly bulk?: BulkLimit | undefined;
}

/** Once `most` bulk items of a lane are in flight, none follow until only `againAt` are left. */
export interface BulkLimit {
  readonly most: number;
  readonly againAt: number;
}

/** A place in a line. */
export interface LaneTicket<T> {
  readonly lane: string;
  readonly priority: Priority;
  readonly node: ListNode<T>;
}

/**
 * Guarantees
 * - Within a lane and a priority: first in, first out. Within a priority: lanes take turns.
 * - Live goes before bulk, but one turn in eight is bulk's while both wait.
 * - A lane gives nothing while it is paused or has as many items in flight as its limit.
 * - With a bulk limit, bulk leaves the rest of a lane to live, and comes in bursts: what starts together can share.
 */
export class Lanes<T> {
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes that have something to give, in the order of their turns. */
  readonly #rounds: Readonly<Record<Priority, LinkedList<Lane<T>>>> = {
    live: new LinkedList(),
    bulk: new LinkedList(),
  };
  readonly #sizes: Record<Priority, number> = { live: 0, bulk: 0 };
  readonly #turns = new PriorityTurns();
  readonly #limits: LaneLimits;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Items in line, paused lanes included. */
  size(priority: Priority): number {
    return this.#sizes[priority];
  }

  push(name: string, priority: Priority, value: T): LaneTicket<T> {
    const lane = this.#lane(name);
    const node = lane.waiting[priority].push(value);
    this.#sizes[priority] += 1;
    this.#updateTurns(lane);
    return { lane: name, priority, node };
  }

  remove(ticket: LaneTicket<T>): void {
    const lane = this.#lane(ticket.lane);
    if (lane.waiting[ticket.priority].remove(ticket.node)) this.#sizes[ticket.priority] -= 1;
    this.#updateTurns(lane);
  }

  /** The next item, which then counts as in flight in its lane until `free`; undefined when no lane may give one. */
  take(): T | undefined {
    const priority = this.#turns.take({ live: this.#rounds.live.size > 0, bulk: this.#rounds.bulk.size > 0 });
    if (priority === undefined) return undefined;
    const lane = this.#rounds[priority].shift();
    if (lane === undefined) return undefined;
    lane.turns[priority] = undefined;
    const value = lane.waiting[priority].shift();
    this.#sizes[priority] -= 1;
    lane.inFlight[priority] += 1;
    this.#updateTurns(lane);
    return value;
  }

  /** An item that was taken with this priority has ended. */
  free(name: string, priority: Priority): void {
    const lane = this.#lane(name);
    lane.inFlight[priority] -= 1;
    this.#updateTurns(lane);
  }

  pause(name: string): void {
    this.#setPaused(name, true);
  }

  resume(name: string): void {
    this.#setPaused(name, false);
  }

  #setPaused(name: string, isPaused: boolean): void {
    const lane = this.#lane(name);
    lane.isPaused = isPaused;
    this.#updateTurns(lane);
  }

  #lane(name: string): Lane<T> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane: Lane<T> = {
      name,
      waiting: { live: new LinkedList(), bulk: new LinkedList() },
      turns: { live: undefined, bulk: undefined },
      inFlight: { live: 0, bulk: 0 },
      isBulkSated: false,
      isPaused: false,
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  #updateTurns(lane: Lane<T>): void {
    this.#noteBulk(lane);
    for (const priority of ["live", "bulk"] as const) {
      const turn = lane.turns[priority];
      if (lane.waiting[priority].size > 0 && this.#mayGive(lane, priority)) {
        lane.turns[priority] ??= this.#rounds[priority].push(lane);
      } else if (turn !== undefined) {
        this.#rounds[priority].remove(turn);
        lane.turns[priority] = undefined;
      }
    }
    const isEmpty = lane.waiting.live.size === 0 && lane.waiting.bulk.size === 0;
    const isIdle = lane.inFlight.live === 0 && lane.inFlight.bulk === 0;
    if (isEmpty && isIdle && !lane.isPaused) this.#lanes.delete(lane.name);
  }

  #mayGive({ inFlight, isBulkSated, isPaused, name }: Lane<T>, priority: Priority): boolean {
    if (isPaused || inFlight.live + inFlight.bulk >= this.#limits.limitOf(name)) return false;
    return priority === "live" || !isBulkSated;
  }

  #noteBulk(lane: Lane<T>): void {
    const { most, againAt } = this.#limits.bulk ?? { most: Infinity, againAt: Infinity };
    if (lane.inFlight.bulk >= most) lane.isBulkSated = true;
    else if (lane.inFlight.bulk <= againAt) lane.isBulkSated = false;
  }
}
