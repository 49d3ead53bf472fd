// Tables of objects and what must be said of them. The tests of src/api ask the validator, those on a real API server
// ask both.

import { consumerGroup } from "../../../src/api/consumer-group.ts";
import { eventBus } from "../../../src/api/event-bus.ts";
import { eventTopic } from "../../../src/api/event-topic.ts";
import { API_VERSION } from "../../../src/api/group.ts";
import type { KindDefinition } from "../../../src/api/kind.ts";
import { retentionPolicy } from "../../../src/api/retention-policy.ts";
import { CONSUMER_GROUP_CASES } from "./consumer-group-cases.ts";
import { EVENT_BUS_CASES } from "./event-bus-cases.ts";
import { EVENT_TOPIC_CASES } from "./event-topic-cases.ts";
import { RETENTION_POLICY_CASES } from "./retention-policy-cases.ts";

export interface Case {
  /** Completes "accepts …" or "refuses …". */
  readonly why: string;
  readonly spec: unknown;
  /** Spec before the change; absent for a creation. */
  readonly old?: unknown;
  readonly oldStatus?: unknown;
  /** Of the object. */
  readonly name?: string;
  /** `path: beginning of the message` of every problem; absent where the object is accepted. */
  readonly refused?: readonly string[];
}

/** Cases by the aspect that they are about. */
export type CaseTable = Readonly<Record<string, readonly Case[]>>;

export const CASES: readonly { readonly kind: KindDefinition; readonly table: CaseTable }[] = [
  { kind: eventBus, table: EVENT_BUS_CASES },
  { kind: eventTopic, table: EVENT_TOPIC_CASES },
  { kind: retentionPolicy, table: RETENTION_POLICY_CASES },
  { kind: consumerGroup, table: CONSUMER_GROUP_CASES },
];

/** An object of the kind, as a manifest. */
export function manifest(kind: KindDefinition, name: string, spec: unknown, status?: unknown): object {
  return {
    apiVersion: API_VERSION,
    kind: kind.kind,
    metadata: { name },
    spec,
    ...(status === undefined ? {} : { status }),
  };
}
