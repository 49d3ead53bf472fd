// Scenarios: changes that let Kafka delete records are held back, approved, taken back, or made in steps.

import { approveRollout, approveTopic } from "../approvals.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";
import { alter } from "./acts.ts";

const DAY_MS = 86_400_000;

function produceOld(world: World, name: string, days: number): void {
  world.kafka.produce(name, 0, [world.clock.now() - days * DAY_MS]);
}

export const GUARD: readonly Scenario[] = [
  {
    name: "a shortening is held back, and approved by the owner",
    world: { bus: { changeGuard: { approver: "Owner" } } },
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("kept", { retention: { time: "7d" }, config: { "flush.ms": 5 } }),
      (world) => produceOld(world, "kept", 3),
      (world) => world.editTopic("kept", { retention: { time: "1d" }, config: { "flush.ms": 6 } }),
      (world) => approveTopic(world, "kept"),
      (world) => world.editTopic("kept", { retention: { time: "14d" } }),
    ],
  },
  {
    name: "a shortening is held back, and taken back",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("kept", { retention: { time: "7d" } }),
      (world) => produceOld(world, "kept", 3),
      (world) => world.editTopic("kept", { retention: { time: "1d" } }),
      (world) => world.editTopic("kept", { retention: { time: "7d" } }),
    ],
  },
  {
    name: "the shortening of a policy is held back, and approved on the policy",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createPolicy("days", { retention: { time: "7d" }, appliesTo: { busNames: ["bus"] } }),
      (world) => {
        for (const name of ["a", "b"]) world.createTopic(name, {});
      },
      (world) => produceOld(world, "a", 3),
      (world) => world.editPolicy("days", { retention: { time: "2d" } }),
      (world) => approveRollout(world, "RetentionPolicy", "days"),
    ],
  },
  {
    name: "somebody lengthens retention in Kafka, and what came of it is not taken away unasked",
    world: { bus: { changeGuard: { approver: "Owner" } } },
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("long", { retention: { time: "7d" } }),
      (world) => {
        produceOld(world, "long", 10);
        alter(world, "long", { "retention.ms": String(30 * DAY_MS) });
      },
      (world) => approveTopic(world, "long"),
    ],
  },
  {
    name: "retention goes down in steps",
    world: { bus: { changeGuard: { onShorten: "StepDown", stepDown: { by: "2d", every: "10m" } } } },
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("stepping", { retention: { time: "7d" } }),
      (world) => produceOld(world, "stepping", 6),
      async (world) => {
        world.editTopic("stepping", { retention: { time: "1d" } });
        await world.live(2_400_000);
      },
    ],
  },
];
