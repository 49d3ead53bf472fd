// The scenarios: everything that people do with topics, buses and policies and that has side effects.

import { ANNOTATION } from "../../src/api/group.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

const DELETE = { deletionPolicy: "Delete" } as const;

/** Kafka's own tools, or somebody who uses them. */
function alter(world: World, name: string, set: Readonly<Record<string, string>>, unset: readonly string[] = []): void {
  world.kafka.topics.alter(name, { set, unset });
}

function make(world: World, name: string, partitions: number, configs: Readonly<Record<string, string>> = {}): void {
  world.kafka.topics.create({ name, partitions, configs });
}

function endByHand(world: World, name: string): void {
  world.kafka.topics.delete(world.kafka.topics.get(name)?.id ?? "");
  world.oracle.allowAnotherCreation(name);
}

function confirm(world: World, name: string): void {
  world.annotateTopic(name, { [ANNOTATION.confirmDeletion]: world.topic(name)?.status?.topicId ?? "" });
}

export const CREATION: readonly Scenario[] = [
  {
    name: "topics are created",
    createsWithoutRecord: true,
    acts: [
      (world) => {
        world.createTopic("plain");
        world.createTopic("sized", { partitions: 3, config: { "flush.ms": 5 }, compressionType: "lz4" });
        world.createTopic("keyed", { partitions: 2, partitionKey: "tenant" });
      },
    ],
  },
  {
    name: "a topic is created that must not have existed",
    acts: [(world) => world.createTopic("only", { adoption: "Never", partitions: 2, config: { "flush.ms": 5 } })],
  },
  {
    name: "a topic is created that goes with its object",
    acts: [(world) => world.createTopic("owned", { ...DELETE, partitions: 2, compressionType: "zstd" })],
  },
  {
    name: "an object is taken back before anything was created",
    acts: [
      (world) => world.createTopic("wrong", { ...DELETE, config: { "flush.sm": 5 } }),
      (world) => world.deleteTopic("wrong"),
    ],
  },
];

export const ADOPTION: readonly Scenario[] = [
  {
    name: "an identical topic is adopted",
    acts: [
      (world) => make(world, "there", 2, { "flush.ms": "5", "segment.ms": "60000" }),
      (world) => world.createTopic("there", { partitions: 2, config: { "flush.ms": 5 } }),
    ],
  },
  {
    name: "a topic that differs is refused, then adopted and changed",
    acts: [
      (world) => make(world, "there", 2, { "flush.ms": "5", "segment.ms": "60000" }),
      (world) => world.createTopic("there", { partitions: 4, config: { "flush.ms": 6 }, compressionType: "lz4" }),
      (world) => world.editTopic("there", { adoption: "Adopt" }),
    ],
  },
  {
    name: "a topic is adopted with its deletion",
    acts: [
      (world) => make(world, "there", 2),
      (world) => world.createTopic("there", { ...DELETE, adoption: "Adopt", config: { "flush.ms": 6 } }),
      (world) => world.deleteTopic("there"),
    ],
  },
  {
    name: "two objects claim a topic, and the second takes over",
    acts: [
      (world) => world.createTopic("first", { ...DELETE, domain: "shared", partitions: 2 }),
      (world) => world.createTopic("second", { ...DELETE, domain: "shared", adoption: "Adopt", partitions: 5 }),
      (world) => world.deleteTopic("first"),
    ],
  },
  {
    name: "of two objects that claim a topic the one without it goes",
    acts: [
      (world) => world.createTopic("first", { ...DELETE, domain: "shared" }),
      (world) => world.createTopic("second", { ...DELETE, domain: "shared" }),
      (world) => world.deleteTopic("second"),
    ],
  },
];

export const CHANGES: readonly Scenario[] = [
  {
    name: "a topic grows",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("small", { partitions: 1, partitionKey: "tenant" }),
      (world) => world.editTopic("small", { partitions: 4 }),
      (world) => world.editTopic("small", { acknowledgePartitionGrowth: 4 }),
      (world) => world.editTopic("small", { partitions: 2 }),
    ],
  },
  {
    name: "configuration is changed, keys come and go",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("tuned", { config: { "flush.ms": 5 } }),
      (world) => world.editTopic("tuned", { config: { "flush.ms": 6, "segment.ms": "60000" }, compressionType: "lz4" }),
      (world) => world.editTopic("tuned", { config: { "segment.ms": "70000" } }),
      (world) => world.editTopic("tuned", { config: undefined, compressionType: undefined }),
    ],
  },
  {
    name: "half of a change is illegal",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("half", { partitions: 3, config: { "flush.ms": 5 } }),
      (world) => world.editTopic("half", { partitions: 1, config: { "flush.ms": 6, "flush.sm": 1 } }),
      (world) => world.editTopic("half", { partitions: 4, config: { "flush.ms": 7 } }),
    ],
  },
  {
    name: "somebody changes configuration in Kafka",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("drifting", { compressionType: "lz4", config: { "flush.ms": 5 } }),
      (world) => alter(world, "drifting", { "compression.type": "gzip", "segment.ms": "60000" }, ["flush.ms"]),
      (world) => world.editTopic("drifting", { drift: "Report" }),
      (world) => alter(world, "drifting", { "compression.type": "gzip" }),
      (world) => world.editTopic("drifting", { drift: "Correct" }),
    ],
  },
  {
    name: "everything that nobody declares is reset",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("full", { configOwnership: "Full", config: { "flush.ms": 5 } }),
      (world) => alter(world, "full", { "segment.ms": "60000", "flush.messages": "7" }),
    ],
  },
  {
    name: "objects and the bus are suspended, edited and resumed",
    createsWithoutRecord: true,
    acts: [
      (world) => {
        world.createTopic("one", { partitions: 1 });
        world.createTopic("two", { partitions: 1 });
      },
      (world) => world.editTopic("one", { suspend: true, partitions: 2 }),
      (world) => world.editTopic("one", { suspend: false }),
      (world) => world.editBus({ suspend: true }),
      (world) => world.editTopic("two", { partitions: 2 }),
      (world) => world.editBus({ suspend: undefined, access: "ReadOnly" }),
      (world) => world.editBus({ access: undefined }),
    ],
  },
];

export const POLICIES: readonly Scenario[] = [
  {
    name: "a policy is edited under its topics, and goes",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createPolicy("days", { retention: { time: "7d" }, appliesTo: { busNames: ["bus"] } }),
      (world) => {
        for (const name of ["a", "b", "c"]) world.createTopic(name, { partitions: 1 });
      },
      (world) => world.editPolicy("days", { retention: { time: "14d" }, segment: { time: "1d" } }),
      (world) => world.editPolicy("days", { retention: { time: "2d" } }),
      (world) => world.deletePolicy("days"),
    ],
  },
  {
    name: "the bus' defaults change under their topics",
    createsWithoutRecord: true,
    acts: [
      (world) => {
        for (const name of ["a", "b"]) world.createTopic(name, { partitions: 1 });
      },
      (world) => world.editBus({ topicDefaults: { compressionType: "zstd", maxMessageBytes: "2Mi" } }),
      (world) => world.editBus({ topicDefaults: undefined }),
    ],
  },
];

export const DELETION: readonly Scenario[] = [
  {
    name: "an empty topic goes with its object",
    acts: [
      (world) => world.createTopic("empty", { ...DELETE, partitions: 2 }),
      (world) => world.deleteTopic("empty"),
      (world) => world.createTopic("empty", { ...DELETE, partitions: 1 }),
    ],
  },
  {
    name: "a topic with records is kept until it is confirmed",
    acts: [
      (world) => world.createTopic("full", { ...DELETE, partitions: 2 }),
      (world) => world.kafka.produce("full", 1, [world.clock.now()]),
      (world) => world.deleteTopic("full"),
      (world) => confirm(world, "full"),
    ],
  },
  {
    name: "a topic without protection goes with its records",
    acts: [
      (world) => world.createTopic("free", { ...DELETE, deletionProtection: false }),
      (world) => world.kafka.produce("free", 0, [world.clock.now()]),
      (world) => world.deleteTopic("free"),
    ],
  },
  {
    name: "a deletion that is blocked is taken back to Retain",
    acts: [
      (world) => world.createTopic("kept", DELETE),
      (world) => world.kafka.produce("kept", 0, [world.clock.now()]),
      (world) => world.deleteTopic("kept"),
      (world) => world.editTopic("kept", { deletionPolicy: "Retain" }),
    ],
  },
  {
    name: "topics are left behind",
    acts: [
      (world) => {
        for (const name of ["suspended", "remade", "ungranted"]) world.createTopic(name, DELETE);
      },
      (world) => world.editTopic("suspended", { suspend: true }),
      (world) => world.deleteTopic("suspended"),
      (world) => {
        world.editTopic("remade", { drift: "Report" });
        endByHand(world, "remade");
        make(world, "remade", 3);
      },
      (world) => world.deleteTopic("remade"),
      (world) => world.editBus({ namespaces: [{}] }),
      (world) => world.deleteTopic("ungranted"),
    ],
  },
  {
    name: "the wish to delete comes and goes",
    acts: [
      (world) => world.createTopic("switched", DELETE),
      (world) => world.editTopic("switched", { deletionPolicy: "Retain" }),
      (world) => world.editTopic("switched", DELETE),
      (world) => world.deleteTopic("switched"),
    ],
  },
  {
    name: "an object without the wish to delete goes",
    createsWithoutRecord: true,
    acts: [(world) => world.createTopic("retained"), (world) => world.deleteTopic("retained")],
  },
];

export const LOSSES: readonly Scenario[] = [
  {
    name: "somebody deletes a topic in Kafka, and it is made anew",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("gone", { partitions: 2, config: { "flush.ms": 5 } }),
      (world) => world.editTopic("gone", { config: { "flush.ms": 6 } }),
      (world) => endByHand(world, "gone"),
    ],
  },
  {
    name: "somebody deletes a topic in Kafka, where that is only told",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("missing", { partitions: 2, drift: "Report" }),
      (world) => world.editTopic("missing", { config: { "flush.ms": 6 } }),
      (world) => endByHand(world, "missing"),
      (world) => world.editTopic("missing", { drift: "Correct" }),
    ],
  },
  {
    name: "somebody deletes a topic in Kafka and makes another",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("remade", { partitions: 2, config: { "flush.ms": 5 } }),
      (world) => {
        endByHand(world, "remade");
        make(world, "remade", 1, { "flush.ms": "9" });
      },
      (world) => world.editTopic("remade", { adoption: "Adopt" }),
    ],
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...CREATION,
  ...ADOPTION,
  ...CHANGES,
  ...POLICIES,
  ...DELETION,
  ...LOSSES,
];
