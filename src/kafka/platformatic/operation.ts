// What a kind of request must say of itself so that its items can share requests: which go together, how many, and how
// an answer is told apart per item. Shapes only.

import type { Priority } from "../admin.ts";
import type { Wire } from "./wire.ts";

export type Access = "read" | "write";

/**
 * A broker works on one request of a connection at a time, so that what is slow travels on connections of its own: writes
 * (tens of milliseconds in the controller) and bulk reads (megabytes) never keep a live read waiting.
 */
export type Channel = "read" | "bulkRead" | "write";

export function channelOf(access: Access, priority: Priority): Channel {
  return access === "read" && priority === "bulk" ? "bulkRead" : access;
}

/** What a broker said about one item. */
export type ItemResult<Value> =
  | { readonly isOk: true; readonly value: Value }
  | { readonly isOk: false; readonly code: number; readonly message?: string | null | undefined };

export interface Exchange<Value> {
  /** By `keyOf`, never by position: brokers reorder. An item that is absent was not answered. */
  readonly results: ReadonlyMap<string, ItemResult<Value>>;
  /** The broker wants to be left alone for so long (KIP-219, KIP-599); 0 is not. */
  readonly throttleMs: number;
}

/** An upper bound of one request: the sum of `of` over its items is at most `most`; one item alone always goes. */
export interface Limit<Item> {
  readonly most: number;
  of(item: Item): number;
}

/**
 * One kind of request.
 *
 * Assumptions
 * - `exchange` writes its (first) request before it first awaits: permission is judged right before the call.
 */
export interface Operation<Item, Value> {
  /** Unique among operations; mostly Kafka's name of the API. */
  readonly name: string;
  readonly access: Access;
  readonly limits: readonly Limit<Item>[];
  /** What the answer is found by. Two items with one key never share a request, unless they are the same question. */
  keyOf(item: Item): string;
  /** All that distinguishes one question from another; by default the key. Reads that ask the same share an answer. */
  questionOf?(item: Item): string;
  /** Items of different variants never share a request. */
  variantOf?(item: Item): string;
  /** @throws WireError where there is no answer at all. */
  exchange(wire: Wire, items: readonly Item[]): Promise<Exchange<Value>>;
}

export function okResult<Value>(value: Value): ItemResult<Value> {
  return { isOk: true, value };
}

/** `errorCode` 0 makes a value, any other a refusal with the broker's message. */
export function resultOf<Value>(
  { errorCode, errorMessage }: { readonly errorCode: number; readonly errorMessage?: string | null | undefined },
  value: () => Value,
): ItemResult<Value> {
  return errorCode === 0 ? okResult(value()) : { isOk: false, code: errorCode, message: errorMessage };
}
