// Lanes: ready items in separate lines, so that one slow or broken target never holds up the work of another.
// No clock, no keys: the queue decides what is ready.

import { LinkedList, type ListNode } from "./linked-list.ts";
import { PriorityTurns, type Priority } from "./priority.ts";

interface Lane<T> {
  readonly name: string;
  readonly waiting: Readonly<Record<Priority, LinkedList<T>>>;
  /** Places in the rounds, present while the lane has something to give. */
  readonly turns: Record<Priority, ListNode<Lane<T>> | undefined>;
  inFlight: number;
  isPaused: boolean;
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
  readonly #limitOf: (lane: string) => number;

  constructor(limitOf: (lane: string) => number) {
    this.#limitOf = limitOf;
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
    lane.inFlight += 1;
    this.#updateTurns(lane);
    return value;
  }

  free(name: string): void {
    const lane = this.#lane(name);
    lane.inFlight -= 1;
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
      inFlight: 0,
      isPaused: false,
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  #updateTurns(lane: Lane<T>): void {
    const mayGive = !lane.isPaused && lane.inFlight < this.#limitOf(lane.name);
    for (const priority of ["live", "bulk"] as const) {
      const turn = lane.turns[priority];
      if (mayGive && lane.waiting[priority].size > 0) {
        lane.turns[priority] ??= this.#rounds[priority].push(lane);
      } else if (turn !== undefined) {
        this.#rounds[priority].remove(turn);
        lane.turns[priority] = undefined;
      }
    }
    const isEmpty = lane.waiting.live.size === 0 && lane.waiting.bulk.size === 0;
    if (isEmpty && lane.inFlight === 0 && !lane.isPaused) this.#lanes.delete(lane.name);
  }
}
