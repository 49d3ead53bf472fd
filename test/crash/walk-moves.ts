// The moves of a random walk: what people do to objects through the API server's validation, what others do in Kafka,
// what happens to the operator and to the network. Plain data, generated from the schemas, so that a walk can be printed,
// repeated and made shorter.

import * as fc from "fast-check";

import { eventBus } from "../../src/api/event-bus.ts";
import { eventTopic } from "../../src/api/event-topic.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { readStructure } from "../../src/api/read-structure.ts";
import { retentionPolicy } from "../../src/api/retention-policy.ts";
import type { ObjectStructure } from "../../src/api/structure.ts";
import { mutation, valueOf, type Mutation } from "../integration/api-arbitraries.ts";

/** Which of the kinds of which objects are edited. */
export type WalkedKind = "EventTopic" | "RetentionPolicy" | "EventBus";

export type Move =
  | { readonly move: "create"; readonly kind: WalkedKind; readonly name: string; readonly spec: object }
  | {
      readonly move: "set";
      readonly kind: WalkedKind;
      readonly name: string;
      readonly field: string;
      readonly value: unknown;
    }
  | { readonly move: "unset"; readonly kind: WalkedKind; readonly name: string; readonly field: string }
  | { readonly move: "mutate"; readonly kind: WalkedKind; readonly name: string; readonly mutation: Mutation }
  /** Back to an earlier spec. */
  | { readonly move: "revert"; readonly kind: WalkedKind; readonly name: string; readonly back: number }
  | { readonly move: "delete"; readonly kind: WalkedKind; readonly name: string }
  | { readonly move: "label"; readonly name: string; readonly team: string }
  | { readonly move: "request"; readonly name: string; readonly token: string }
  /** The topic id, or something that is not one. */
  | { readonly move: "confirm"; readonly name: string; readonly isRight: boolean }
  /** What is held back now, by the one or the other way. */
  | { readonly move: "approve"; readonly kind: WalkedKind; readonly name: string }
  | { readonly move: "alterInKafka"; readonly topic: string; readonly key: string; readonly value: string | null }
  | { readonly move: "growInKafka"; readonly topic: string; readonly by: number }
  | { readonly move: "deleteInKafka"; readonly topic: string }
  | { readonly move: "makeInKafka"; readonly topic: string; readonly partitions: number }
  | { readonly move: "produce"; readonly topic: string; readonly ageMs: number }
  | { readonly move: "commit"; readonly topic: string; readonly group: string }
  | { readonly move: "network"; readonly state: "up" | "refused" | "hanging" }
  | { readonly move: "throttle"; readonly isOn: boolean }
  | { readonly move: "deny"; readonly isOn: boolean }
  | { readonly move: "restart"; readonly how: "stop" | "die" }
  | { readonly move: "wait"; readonly ms: number };

const KINDS: Readonly<Record<WalkedKind, KindDefinition>> = {
  EventTopic: eventTopic,
  RetentionPolicy: retentionPolicy,
  EventBus: eventBus,
};

/** Objects of these names exist now and then. */
const NAMES: Readonly<Record<WalkedKind, readonly string[]>> = {
  EventTopic: ["t1", "t2", "t3", "t4"],
  RetentionPolicy: ["p1", "p2"],
  EventBus: ["bus"],
};

/** Topics in Kafka that they meet about; the last two collide. */
const TOPICS = ["a", "b", "a.b", "a_b"] as const;

const DURATIONS = ["1m", "1h", "1d", "7d", "14d", "unlimited"] as const;

/** Values that mean something to the other objects of the walk, where types and bounds alone would rarely hit them. */
const MEANINGFUL: Readonly<Record<WalkedKind, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  EventTopic: {
    busRef: fc.constant({ name: "bus" }),
    partitions: fc.integer({ min: 1, max: 6 }),
    acknowledgePartitionGrowth: fc.integer({ min: 1, max: 6 }),
    partitionKey: fc.constant("tenant"),
    replicationFactor: fc.integer({ min: 1, max: 4 }),
    minInSyncReplicas: fc.integer({ min: 1, max: 3 }),
    retention: fc.record({ time: fc.constantFrom(...DURATIONS) }),
    retentionPolicyRef: fc.constantFrom({ name: "p1" }, { name: "p2" }, { name: "none" }),
    config: fc.dictionary(
      fc.constantFrom("flush.ms", "segment.ms", "segment.bytes", "flush.sm", "index.interval.bytes"),
      fc.constantFrom<string | number>(5, 60_000, "70000", "2097152", "x"),
      { maxKeys: 3, noNullPrototype: true },
    ),
  },
  RetentionPolicy: {
    retention: fc.record({ time: fc.constantFrom(...DURATIONS) }),
    appliesTo: fc.constantFrom(
      { busNames: ["bus"] },
      { domains: ["a"] },
      { topicSelector: { matchLabels: { team: "x" } } },
    ),
    bounds: fc.constant({ retentionTime: { min: "1h", max: "14d" } }),
    priority: fc.integer({ min: 0, max: 2 }),
  },
  EventBus: {
    namespaces: fc.constantFrom<unknown>(
      [{ adoption: "Adopt", deletionPolicies: ["Retain", "Delete"] }],
      [{}],
      [{ names: ["elsewhere"] }],
      [{ domains: ["a"], adoption: "Never", deletionPolicies: ["Delete"] }],
    ),
    legacyNames: fc.constant([{ pattern: "a", patternType: "prefixed" }]),
    topicDefaults: fc.record({
      partitions: fc.integer({ min: 1, max: 4 }),
      compressionType: fc.constantFrom("lz4", "zstd"),
    }),
    limits: fc.record({ maxPartitionsPerTopic: fc.integer({ min: 1, max: 5 }) }),
    ignoredConfigs: fc.constant([{ pattern: "segment.", patternType: "prefixed" }]),
    kafka: fc.constantFrom({ bootstrapServers: ["kafka:9092"] }, { bootstrapServers: ["nowhere:9092"] }),
    expectedClusterId: fc.constantFrom("cluster-1", "another"),
    resyncInterval: fc.constantFrom("5s", "1m", "2m"),
    naming: fc.constant({ template: "{domain}" }),
  },
};

/** Fields whose every value costs time without a new situation. */
const NARROW: ReadonlySet<string> = new Set(["resyncInterval", "kafka", "naming"]);

function moves(): fc.WeightedArbitrary<Move>[] {
  const topic = fc.constantFrom(...TOPICS);
  const name = fc.constantFrom(...NAMES.EventTopic);
  const weighted = (weight: number, arbitrary: fc.Arbitrary<Move>): fc.WeightedArbitrary<Move> => ({
    arbitrary,
    weight,
  });
  const edits = (["EventTopic", "RetentionPolicy", "EventBus"] as const).flatMap((kind, index) => {
    const share = [6, 2, 2][index] ?? 1;
    return [
      weighted(share * 3, creationOf(kind)),
      weighted(share * 6, editOf(kind)),
      weighted(share, deletionOf(kind)),
    ];
  });
  return [
    ...edits,
    weighted(1, fc.record({ move: fc.constant("label"), name, team: fc.constantFrom("x", "y") })),
    weighted(1, fc.record({ move: fc.constant("request"), name, token: fc.constantFrom("1", "2", "3") })),
    weighted(3, fc.record({ move: fc.constant("confirm"), name, isRight: fc.boolean() })),
    ...(["EventTopic", "RetentionPolicy", "EventBus"] as const).map((kind) =>
      weighted(
        2,
        fc.record({ move: fc.constant("approve"), kind: fc.constant(kind), name: fc.constantFrom(...NAMES[kind]) }),
      ),
    ),
    weighted(4, alterInKafka(topic)),
    weighted(1, fc.record({ move: fc.constant("growInKafka"), topic, by: fc.integer({ min: 1, max: 2 }) })),
    weighted(2, fc.record({ move: fc.constant("deleteInKafka"), topic })),
    weighted(2, fc.record({ move: fc.constant("makeInKafka"), topic, partitions: fc.integer({ min: 1, max: 4 }) })),
    weighted(3, fc.record({ move: fc.constant("produce"), topic, ageMs: fc.constantFrom(0, 7_200_000, 864_000_000) })),
    weighted(1, fc.record({ move: fc.constant("commit"), topic, group: fc.constantFrom("g1", "g2") })),
    weighted(2, fc.record({ move: fc.constant("network"), state: fc.constantFrom("up", "up", "refused", "hanging") })),
    weighted(1, fc.record({ move: fc.constant("throttle"), isOn: fc.boolean() })),
    weighted(1, fc.record({ move: fc.constant("deny"), isOn: fc.boolean() })),
    weighted(3, fc.record({ move: fc.constant("restart"), how: fc.constantFrom("stop", "die") })),
    weighted(6, fc.record({ move: fc.constant("wait"), ms: fc.constantFrom(50, 3_000, 40_000, 200_000) })),
  ];
}

function alterInKafka(topic: fc.Arbitrary<string>): fc.Arbitrary<Move> {
  const changes = fc.constantFrom(
    ["compression.type", "gzip"],
    ["flush.ms", "7"],
    ["segment.ms", "90000"],
    ["retention.ms", "7200000"],
    ["cleanup.policy", "compact"],
    ["flush.ms", null],
    ["compression.type", null],
  );
  return fc.record({ topic, change: changes }).map(({ topic, change: [key = "", value = null] }) => ({
    move: "alterInKafka",
    topic,
    key,
    value,
  }));
}

function creationOf(kind: WalkedKind): fc.Arbitrary<Move> {
  const fields = fc.dictionary(fc.constantFrom(...fieldsOf(kind)), fc.nat(), { maxKeys: 3 });
  const some = fields.chain((chosen) => fc.record(valuesOf(kind, Object.keys(chosen))));
  const named = kind === "EventTopic" ? fc.constantFrom(...IDENTITIES) : fc.constant({});
  return fc.record({ name: fc.constantFrom(...NAMES[kind]), some, named }).map(({ name, some, named }) => ({
    move: "create",
    kind,
    name,
    spec: kind === "EventBus" ? { kafka: { bootstrapServers: ["kafka:9092"] }, ...some } : { ...some, ...named },
  }));
}

const IDENTITIES = [
  { domain: "a" },
  { domain: "b" },
  { domain: "a" },
  { topicName: "a.b" },
  { topicName: "a_b" },
] as const;

/** A field's value: most of the time one that the others can meet. */
function valuesOf(kind: WalkedKind, fields: readonly string[]): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(fields.map((field) => [field, fieldValue(kind, field)]));
}

function fieldValue(kind: WalkedKind, field: string): fc.Arbitrary<unknown> {
  const meaningful = MEANINGFUL[kind][field];
  const structure = STRUCTURES[kind].properties[field];
  const any = structure === undefined ? fc.constant(null) : valueOf(structure);
  if (meaningful === undefined) return any;
  if (NARROW.has(field)) return meaningful;
  return fc.oneof({ arbitrary: meaningful, weight: 4 }, { arbitrary: any, weight: 1 });
}

const STRUCTURES: Readonly<Record<WalkedKind, ObjectStructure>> = {
  EventTopic: readStructure(KINDS.EventTopic.spec, "spec"),
  RetentionPolicy: readStructure(KINDS.RetentionPolicy.spec, "spec"),
  EventBus: readStructure(KINDS.EventBus.spec, "spec"),
};

/** Identity is not edited, or nothing else would come of a walk. */
function fieldsOf(kind: WalkedKind): readonly string[] {
  const identity = new Set(["domain", "entity", "action", "topicName", "strimzi"]);
  return Object.keys(STRUCTURES[kind].properties).filter((field) => !identity.has(field));
}

function editOf(kind: WalkedKind): fc.Arbitrary<Move> {
  const base = { kind: fc.constant(kind), name: fc.constantFrom(...NAMES[kind]) };
  const field = fc.constantFrom(...fieldsOf(kind));
  const set = field.chain((chosen) =>
    fc.record({
      move: fc.constant("set" as const),
      ...base,
      field: fc.constant(chosen),
      value: fieldValue(kind, chosen),
    }),
  );
  return fc.oneof<fc.WeightedArbitrary<Move>[]>(
    { arbitrary: set, weight: 8 },
    { arbitrary: fc.record({ move: fc.constant("unset" as const), ...base, field }), weight: 3 },
    { arbitrary: fc.record({ move: fc.constant("mutate" as const), ...base, mutation }), weight: 2 },
    {
      arbitrary: fc.record({ move: fc.constant("revert" as const), ...base, back: fc.integer({ min: 1, max: 3 }) }),
      weight: 3,
    },
  );
}

function deletionOf(kind: WalkedKind): fc.Arbitrary<Move> {
  return fc.record({
    move: fc.constant("delete" as const),
    kind: fc.constant(kind),
    name: fc.constantFrom(...NAMES[kind]),
  });
}

/** A walk; long enough for several edits of each of a few objects. */
export const walk: fc.Arbitrary<readonly Move[]> = fc.array(fc.oneof(...moves()), { minLength: 1, maxLength: 30 });
