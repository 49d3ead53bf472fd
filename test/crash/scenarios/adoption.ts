// Scenarios: topics are there already, or wanted by two.

import type { Scenario } from "../scenario.ts";
import { DELETE, make } from "./acts.ts";

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
