// Scenarios: topics are created.

import type { Scenario } from "../scenario.ts";
import { DELETE } from "./acts.ts";

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
