// Scenarios: topics with dead letters.

import { ANNOTATION } from "../../../src/api/group.ts";
import type { Scenario } from "../scenario.ts";
import { DELETE, alter, endByHand, make } from "./acts.ts";

export const DEAD_LETTERS: readonly Scenario[] = [
  {
    name: "a topic with dead letters is created, grows and goes",
    acts: [
      (world) => world.createTopic("source", { ...DELETE, partitions: 1, deadLetter: {} }),
      (world) => world.editTopic("source", { partitions: 3, retention: { time: "30d" } }),
      (world) => world.kafka.produce("source.dlq", 0, [world.clock.now()]),
      (world) => world.deleteTopic("source"),
      (world) => {
        const id = world.topic("source")?.status?.deadLetters?.[0]?.topicId ?? "";
        world.annotateTopic("source", { [ANNOTATION.confirmDeletion]: id });
      },
    ],
  },
  {
    name: "dead letters are asked for later, changed in Kafka, lost, and released",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("source", { partitions: 2 }),
      (world) => world.editTopic("source", { deadLetter: { partitions: 1, retention: "20d" } }),
      (world) => alter(world, "source.dlq", { "retention.ms": "3600000" }),
      (world) => endByHand(world, "source.dlq"),
      (world) => world.editTopic("source", { deadLetter: { enabled: false } }),
      (world) => world.editTopic("source", { deadLetter: { partitions: 2, retention: "20d" } }),
    ],
  },
  {
    name: "dead letters stand under another object's name, and elsewhere already",
    acts: [
      (world) => make(world, "taken.letters", 2),
      (world) => world.createTopic("source", { ...DELETE, deadLetter: { nameTemplate: "{topic}.letters" } }),
      (world) => world.createTopic("taken", { ...DELETE, deadLetter: { nameTemplate: "{topic}.letters" } }),
      (world) => world.editTopic("taken", { adoption: "Adopt" }),
    ],
  },
  {
    name: "dead letters come and go with the groups that write them",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("source", { partitions: 2, deadLetter: { perGroup: true } }),
      (world) => world.createGroup("billing", { deadLetter: { eventTopicRef: { name: "source" } } }),
      (world) => world.createGroup("audit", { deadLetter: { eventTopicRef: { name: "source" } } }),
      (world) => world.deleteGroup("billing"),
    ],
  },
  {
    name: "dead letters that another object holds are taken over when it goes",
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("holder", { domain: "source.dlq", partitions: 1 }),
      (world) => world.createTopic("source", { partitions: 2, adoption: "Adopt", deadLetter: {} }),
      (world) => world.deleteTopic("holder"),
    ],
  },
  {
    name: "dead letters must not have existed, as their topic must not",
    acts: [
      (world) => world.createTopic("source", { adoption: "Never", partitions: 2 }),
      (world) => world.editTopic("source", { deadLetter: {} }),
    ],
  },
];
