// Scenarios: topics are lost in Kafka.

import type { Scenario } from "../scenario.ts";
import { DELETE, endByHand, make } from "./acts.ts";

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
    name: "somebody deletes an owned topic in Kafka, and it is made anew",
    acts: [
      (world) => world.createTopic("gone", { ...DELETE, partitions: 2 }),
      (world) => endByHand(world, "gone"),
      (world) => endByHand(world, "gone"),
      (world) => world.deleteTopic("gone"),
    ],
  },
  {
    name: "somebody deletes a topic in Kafka that must not have existed, and it is made anew",
    acts: [
      (world) => world.createTopic("only", { adoption: "Never", partitions: 2 }),
      (world) => endByHand(world, "only"),
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
