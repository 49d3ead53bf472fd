// Operations and tickets for the tests of queue, lane and errand: what is sent is recorded, what comes back is scripted.

import type { Priority } from "../../../../src/kafka/admin.ts";
import type { Access, Exchange, Limit, Operation } from "../../../../src/kafka/platformatic/operation.ts";
import type { Outcome, Ticket } from "../../../../src/kafka/platformatic/request-queue.ts";
import type { Wire } from "../../../../src/kafka/platformatic/wire.ts";

export interface FakeItem {
  readonly key: string;
  readonly question?: string;
  readonly variant?: string;
  readonly weight?: number;
}

export type Exchanger = (items: readonly FakeItem[], wire: Wire) => Promise<Exchange<string>>;

export interface FakeOperationOptions {
  readonly name?: string;
  readonly access?: Access;
  readonly itemsMost?: number;
  readonly weightMost?: number;
  readonly exchange?: Exchanger;
}

/** Answers every item with its own key. */
export const echo: Exchanger = async (items) => ({
  results: new Map(items.map(({ key }) => [key, { isOk: true, value: key }])),
  throttleMs: 0,
});

export function fakeOperation(options: FakeOperationOptions = {}): Operation<FakeItem, string> {
  const limits: Limit<FakeItem>[] = [
    { most: options.itemsMost ?? Infinity, of: () => 1 },
    { most: options.weightMost ?? Infinity, of: ({ weight = 1 }) => weight },
  ];
  return {
    name: options.name ?? "Fake",
    access: options.access ?? "read",
    limits,
    keyOf: ({ key }) => key,
    questionOf: ({ key, question = key }) => question,
    variantOf: ({ variant = "" }) => variant,
    exchange: (wire, items) => (options.exchange ?? echo)(items, wire),
  };
}

export class FakeTicket implements Ticket<FakeItem, string> {
  readonly operation: Operation<FakeItem, string>;
  readonly item: FakeItem;
  readonly priority: Priority;
  readonly clusterId: string | undefined;
  isWanted = true;
  wasWritten = false;
  readonly outcomes: Outcome<string>[] = [];

  constructor(
    operation: Operation<FakeItem, string>,
    item: FakeItem,
    options: { readonly priority?: Priority; readonly clusterId?: string } = {},
  ) {
    this.operation = operation;
    this.item = item;
    this.priority = options.priority ?? "live";
    this.clusterId = options.clusterId;
  }

  written(): void {
    this.wasWritten = true;
  }

  settle(outcome: Outcome<string>): void {
    this.outcomes.push(outcome);
  }
}

export interface FakeWire extends Wire {
  isOpen: boolean;
  retireAt: number;
}

export function fakeWire(clusterId = "C"): FakeWire {
  return {
    address: { host: "fake", port: 1 },
    brokerId: 1,
    clusterId,
    brokers: [],
    isOpen: true,
    retireAt: Infinity,
    request: () => Promise.reject(new Error("A fake wire sends nothing")),
    offers: () => true,
    close(): void {
      this.isOpen = false;
    },
  };
}
