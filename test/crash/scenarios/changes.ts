// Scenarios: topics change, by edits and by others.

import type { Scenario } from "../scenario.ts";
import { alter } from "./acts.ts";

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
