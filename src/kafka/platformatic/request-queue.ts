// Items that wait for one lane, and which of them make up the next request. Pure bookkeeping: no time, no connection.

import type { Priority } from "../admin.ts";
import type { ItemResult, Operation } from "./operation.ts";
import type { WireError } from "./wire-error.ts";

/** What became of a ticket at one attempt. */
export type Outcome<Value> =
  | { readonly kind: "answered"; readonly result: ItemResult<Value>; readonly throttleMs: number }
  | { readonly kind: "lost"; readonly error: WireError }
  | { readonly kind: "dropped"; readonly reason: string };

/** One item that wants to be sent. */
export interface Ticket<Item, Value> {
  readonly operation: Operation<Item, Value>;
  readonly item: Item;
  readonly priority: Priority;
  /** Only for writes: the cluster that the caller has judged. */
  readonly clusterId?: string | undefined;
  /** False once nobody waits for it any more; then it is passed over. */
  readonly isWanted: boolean;
  /** It goes out now. */
  written(): void;
  settle(outcome: Outcome<Value>): void;
}

export interface Batch {
  readonly operation: Operation<unknown, unknown>;
  readonly priority: Priority;
  readonly items: readonly unknown[];
  /** By key of the operation; several where reads ask the same. */
  readonly tickets: ReadonlyMap<string, readonly Ticket<unknown, unknown>[]>;
}

type Waiting = { readonly ticket: Ticket<unknown, unknown>; readonly order: number };

// After so many live requests in a row a waiting bulk request goes first.
const liveInARow = 7;

/**
 * A queue per lane.
 *
 * Guarantees
 * - Live goes before bulk, but at least one request in eight is bulk while bulk waits. The two never share a request.
 * - Within a priority the oldest item decides which operation goes next, and its items go in order of arrival.
 * - One key at most once in a request; reads that ask the very same share one place.
 * - A request holds at least one item and otherwise respects every limit of its operation.
 */
export class RequestQueue {
  readonly #groups = new Map<string, { readonly priority: Priority; waiting: Waiting[] }>();
  #order = 0;
  #liveSinceBulk = 0;

  get isEmpty(): boolean {
    for (const group of this.#groups.values()) {
      if (group.waiting.some(({ ticket }) => ticket.isWanted)) return false;
    }
    return true;
  }

  add<Item, Value>(ticket: Ticket<Item, Value>): void {
    const { operation, priority, item } = ticket;
    const name = `${priority}/${operation.name}/${operation.variantOf?.(item) ?? ""}`;
    const group = this.#groups.get(name) ?? { priority, waiting: [] };
    this.#groups.set(name, group);
    // Methods of an operation only ever see tickets of that operation: the group's name holds its name.
    group.waiting.push({ ticket, order: this.#order++ });
  }

  /** The next request, or undefined where nothing waits. */
  take(): Batch | undefined {
    const live = this.#oldest("live");
    const bulk = this.#oldest("bulk");
    const name = bulk !== undefined && (live === undefined || this.#liveSinceBulk >= liveInARow) ? bulk : live;
    const group = name === undefined ? undefined : this.#groups.get(name);
    if (name === undefined || group === undefined) return undefined;
    this.#liveSinceBulk = group.priority === "live" ? this.#liveSinceBulk + 1 : 0;
    const { batch, rest } = compose(group.waiting, group.priority);
    if (rest.length === 0) this.#groups.delete(name);
    else group.waiting = rest;
    return batch;
  }

  /** Empties the queue. */
  drain(): readonly Ticket<unknown, unknown>[] {
    const tickets = [...this.#groups.values()].flatMap((group) => group.waiting.map(({ ticket }) => ticket));
    this.#groups.clear();
    return tickets.filter((ticket) => ticket.isWanted);
  }

  #oldest(priority: Priority): string | undefined {
    let oldest: string | undefined;
    let order = Infinity;
    for (const [name, group] of this.#groups) {
      if (group.priority !== priority) continue;
      const first = group.waiting.find(({ ticket }) => ticket.isWanted);
      if (first === undefined) this.#groups.delete(name);
      else if (first.order < order) [oldest, order] = [name, first.order];
    }
    return oldest;
  }
}

function compose(waiting: readonly Waiting[], priority: Priority): { batch: Batch | undefined; rest: Waiting[] } {
  const [first] = waiting;
  if (first === undefined) return { batch: undefined, rest: [] };
  const { operation } = first.ticket;
  const room = operation.limits.map((limit) => ({ limit, left: limit.most }));
  const items: unknown[] = [];
  const tickets = new Map<string, Ticket<unknown, unknown>[]>();
  const rest: Waiting[] = [];
  let isFull = false;
  for (const entry of waiting) {
    const { ticket } = entry;
    if (!ticket.isWanted) continue;
    const key = operation.keyOf(ticket.item);
    const sharing = tickets.get(key);
    if (sharing !== undefined) {
      if (isSameQuestion(sharing[0], ticket)) sharing.push(ticket);
      else rest.push(entry);
      continue;
    }
    isFull ||= items.length > 0 && room.some(({ limit, left }) => limit.of(ticket.item) > left);
    if (isFull) {
      rest.push(entry);
      continue;
    }
    for (const bound of room) bound.left -= bound.limit.of(ticket.item);
    items.push(ticket.item);
    tickets.set(key, [ticket]);
  }
  return { batch: items.length === 0 ? undefined : { operation, priority, items, tickets }, rest };
}

function isSameQuestion(one: Ticket<unknown, unknown> | undefined, other: Ticket<unknown, unknown>): boolean {
  if (one === undefined || other.operation.access === "write") return false;
  const question = other.operation.questionOf?.bind(other.operation);
  return question === undefined || question(one.item) === question(other.item);
}
