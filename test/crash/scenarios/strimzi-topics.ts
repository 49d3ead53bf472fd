// Scenarios: topics are made, changed and given up by KafkaTopics, and Strimzi's Topic Operator acts on them. The operator
// answers with what it has recorded of each creation, so that none of them reads as adopted.

import { approveTopic } from "../approvals.ts";
import type { Scenario } from "../scenario.ts";
import { STRIMZI } from "../strimzi-side.ts";
import type { World } from "../world.ts";
import { alter, confirm, DELETE, endByHand, make } from "./acts.ts";

const DIRECT = { strimzi: STRIMZI } as const;
const THROUGH = { ...DIRECT, topicManagement: "KafkaTopic" } as const;
const DAY_MS = 86_400_000;

function produce(world: World, name: string, days = 0): void {
  world.kafka.produce(name, 0, [world.clock.now() - days * DAY_MS]);
}

export const STRIMZI_TOPICS: readonly Scenario[] = [
  {
    name: "a topic is made by its KafkaTopic, changed by it and behind it, and released with its object",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("made", { partitions: 1, config: { "flush.ms": 5, "segment.ms": "60000" } }),
      (world) => world.editTopic("made", { partitions: 3, config: { "flush.ms": 6 } }),
      (world) => world.strimzi.editTopic("made", { config: { "flush.ms": 7, "segment.bytes": 2_000_000 } }),
      (world) => alter(world, "made", { "flush.ms": "8" }),
      (world) => world.deleteTopic("made"),
    ],
  },
  {
    name: "a topic with records goes by its KafkaTopic once that is confirmed, and comes again",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("full", { ...DELETE, partitions: 2 }),
      (world) => produce(world, "full"),
      (world) => world.deleteTopic("full"),
      (world) => confirm(world, "full"),
      (world) => world.createTopic("full", { ...DELETE, deletionProtection: false }),
      (world) => produce(world, "full"),
      (world) => world.deleteTopic("full"),
    ],
  },
  {
    name: "a deletion by a KafkaTopic is blocked, and taken back to Retain",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("kept", DELETE),
      (world) => produce(world, "kept"),
      (world) => world.deleteTopic("kept"),
      (world) => world.editTopic("kept", { deletionPolicy: "Retain" }),
    ],
  },
  {
    name: "a topic is adopted by a KafkaTopic that says what it is, and goes with it",
    world: { bus: THROUGH },
    acts: [
      (world) => make(world, "there", 2, { "flush.ms": "5", "segment.ms": "60000" }),
      (world) => world.createTopic("there", { ...DELETE, adoption: "Adopt", partitions: 4, config: { "flush.ms": 6 } }),
      (world) => world.deleteTopic("there"),
    ],
  },
  {
    name: "a bus goes to Strimzi and back",
    world: { bus: DIRECT },
    acts: [
      (world) => world.createTopic("moved", { ...DELETE, partitions: 2, config: { "flush.ms": 5 }, deadLetter: {} }),
      (world) => alter(world, "moved", { "segment.ms": "60000" }),
      (world) => world.editBus({ topicManagement: "KafkaTopic" }),
      (world) => world.editTopic("moved", { config: { "flush.ms": 6 } }),
      (world) => world.editBus({ topicManagement: "Direct" }),
      (world) => world.editTopic("moved", { partitions: 3 }),
      (world) => world.deleteTopic("moved"),
    ],
  },
  {
    name: "KafkaTopics of others have a topic and stand in the way, and go",
    world: { bus: THROUGH },
    acts: [
      (world) => {
        world.strimzi.createTopic("somebodys", { topicName: "wanted", partitions: 1 });
        world.strimzi.createTopic("blocked", { topicName: "else" });
      },
      (world) => {
        world.createTopic("wanted", { partitions: 2, adoption: "Adopt" });
        world.createTopic("blocked", { partitions: 2 });
      },
      (world) => world.strimzi.annotateTopic("somebodys", { "strimzi.io/managed": "false" }),
      (world) => {
        world.strimzi.deleteTopic("somebodys");
        world.strimzi.deleteTopic("blocked");
      },
    ],
  },
  {
    name: "dead letters have a KafkaTopic each, grow with their topic, are released, come again and go",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("source", { ...DELETE, partitions: 1, deadLetter: {} }),
      (world) => world.editTopic("source", { partitions: 3 }),
      (world) => world.editTopic("source", { deadLetter: { enabled: false } }),
      (world) => world.editTopic("source", { deadLetter: { retention: "20d" } }),
      (world) => world.deleteTopic("source"),
    ],
  },
  {
    name: "a shortening is held back from the KafkaTopic, and approved",
    world: { bus: { ...THROUGH, changeGuard: { approver: "Owner" } } },
    acts: [
      (world) => world.createTopic("kept", { retention: { time: "7d" }, config: { "flush.ms": 5 } }),
      (world) => produce(world, "kept", 3),
      (world) => world.editTopic("kept", { retention: { time: "1d" }, config: { "flush.ms": 6 } }),
      (world) => approveTopic(world, "kept"),
      (world) => world.editTopic("kept", { retention: { time: "14d" } }),
    ],
  },
  {
    name: "what was asked of a Topic Operator that is away is taken back, or comes about later",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("there", { partitions: 1, config: { "flush.ms": 5 } }),
      (world) => {
        world.strimzi.topicOperator.stop();
        world.editTopic("there", { partitions: 5, config: { "flush.ms": 6, "segment.ms": "60000" } });
        world.createTopic("late", { partitions: 2, deadLetter: {} });
      },
      (world) => world.editTopic("there", { partitions: 1, config: { "flush.ms": 6 } }),
      (world) => world.strimzi.topicOperator.start(),
    ],
  },
  {
    name: "a Topic Operator is slow",
    world: { bus: THROUGH },
    acts: [
      (world) => {
        world.strimzi.topicOperator.start(8_000);
        world.createTopic("slow", { ...DELETE, partitions: 1, config: { "flush.ms": 5 } });
      },
      (world) => world.editTopic("slow", { partitions: 3, config: { "flush.ms": 6 } }),
      (world) => world.deleteTopic("slow"),
      (world) => world.createTopic("slow", { partitions: 2 }),
      (world) => world.deleteTopic("slow"),
    ],
  },
  {
    name: "somebody deletes a topic in Kafka, then its KafkaTopic, and both come again",
    world: { bus: THROUGH },
    acts: [
      (world) => world.createTopic("gone", { partitions: 2, config: { "flush.ms": 5 } }),
      (world) => world.strimzi.editTopic("gone", { config: { "flush.ms": 5, "segment.bytes": 2_000_000 } }),
      (world) => endByHand(world, "gone"),
      (world) => {
        world.strimzi.deleteTopic("gone");
        world.oracle.allowAnotherCreation("gone");
      },
    ],
  },
  {
    name: "objects and the bus are suspended beside Strimzi, edited and resumed, and one is left behind",
    world: { bus: THROUGH },
    acts: [
      (world) => {
        world.createTopic("one", { partitions: 1 });
        world.createTopic("two", { partitions: 1 });
      },
      (world) => world.editTopic("one", { suspend: true, partitions: 2 }),
      (world) => world.editBus({ access: "ReadOnly" }),
      (world) => world.editTopic("two", { partitions: 2 }),
      (world) => world.editBus({ access: undefined }),
      (world) => world.deleteTopic("one"),
    ],
  },
];
