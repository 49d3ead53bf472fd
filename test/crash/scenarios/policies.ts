// Scenarios: what applies to many topics changes.

import type { Scenario } from "../scenario.ts";

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
  {
    name: "a policy is edited, and its topics wait for their turn",
    world: { bus: { rollout: { maxTopicsPerMinute: 4, pauseOnFailures: 1 } } },
    createsWithoutRecord: true,
    acts: [
      (world) => world.createPolicy("days", { retention: { time: "7d" }, appliesTo: { busNames: ["bus"] } }),
      (world) => {
        for (const name of ["a", "b", "c"]) world.createTopic(name, { partitions: 1 });
      },
      (world) => world.editPolicy("days", { retention: { time: "14d" } }),
    ],
  },
  {
    name: "a policy is edited, pauses at a rejection, and is corrected",
    world: { bus: { rollout: { maxTopicsPerMinute: 60, pauseOnFailures: 1 } } },
    createsWithoutRecord: true,
    acts: [
      (world) => world.createPolicy("days", { retention: { time: "7d" }, appliesTo: { busNames: ["bus"] } }),
      (world) => {
        for (const name of ["a", "b", "c"]) world.createTopic(name, { partitions: 1 });
      },
      (world) => world.editPolicy("days", { compaction: { minLag: "2d", maxLag: "1d" } }),
      (world) => world.editPolicy("days", { compaction: { minLag: "1h", maxLag: "1d" } }),
    ],
  },
];
