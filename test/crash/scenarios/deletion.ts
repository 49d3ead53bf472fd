// Scenarios: objects go, with their topics or without.

import type { Scenario } from "../scenario.ts";
import { DELETE, confirm, endByHand, make } from "./acts.ts";

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
