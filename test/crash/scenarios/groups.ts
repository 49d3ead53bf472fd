// Scenarios: consumer groups begin, are configured and bound, and go.

import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

const GRANTED = { bus: { namespaces: [{ deletionPolicies: ["Retain", "DeleteGroup"] }] } } as const;
const SESSION = "consumer.session.timeout.ms";
const HEARTBEAT = "consumer.heartbeat.interval.ms";
const TOPICS = [{ eventTopicRef: { name: "orders" } }];

/** A group that begins, and goes with its object. */
const OWNED = { topics: TOPICS, initialOffsets: "Earliest", deletionPolicy: "DeleteGroup" } as const;

function createOrders(world: World): void {
  world.createTopic("orders", { partitions: 2 });
}

function produce(world: World): void {
  for (const partition of [0, 1]) world.kafka.produce("orders", partition, [world.clock.now(), world.clock.now()]);
}

/** Retention of offsets, or somebody with Kafka's tools. */
function forgetCommits(world: World, groupId: string): void {
  world.kafka.groups.deleteAsAdmin(groupId);
}

export const GROUPS: readonly Scenario[] = [
  {
    name: "a group begins at the end, grows with its topic, and begins nowhere twice",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      produce,
      (world) => world.createGroup("reader", { topics: TOPICS, initialOffsets: "Latest" }),
      produce,
      (world) => world.editTopic("orders", { partitions: 3 }),
      (world) => forgetCommits(world, "reader"),
      (world) => world.editGroup("reader", { owner: { team: "other" } }),
    ],
  },
  {
    name: "a group begins on one topic after the other, but not while somebody reads",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      produce,
      (world) => void world.kafka.groups.join("reader", "consumer", { clientId: "early" }),
      (world) => world.createGroup("reader", { topics: TOPICS, initialOffsets: "Earliest" }),
      (world) => world.createTopic("bills", { partitions: 1 }),
      (world) => world.kafka.groups.leaveAll("reader"),
      (world) => world.editGroup("reader", { topics: [...TOPICS, { eventTopicRef: { name: "bills" } }] }),
    ],
  },
  {
    name: "a binding is written, follows, moves and goes",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      (world) => world.createGroup("reader", { topics: TOPICS, binding: { secretName: "first" } }),
      (world) => world.editGroup("reader", { client: { maxPollRecords: 7 } }),
      (world) => world.editBus({ topicDefaults: { compressionType: "zstd" } }),
      (world) => world.editGroup("reader", { binding: { secretName: "second" } }),
      (world) => world.editGroup("reader", { binding: undefined }),
    ],
  },
  {
    name: "a group is configured, its keys come and go",
    world: GRANTED,
    acts: [
      (world) => world.createGroup("reader", { groupConfig: { [SESSION]: 46_000 } }),
      (world) => world.editGroup("reader", { groupConfig: { [SESSION]: 47_000, [HEARTBEAT]: 6_000 } }),
      (world) => void world.kafka.groups.alter("reader", { set: { [SESSION]: "48000" }, unset: [HEARTBEAT] }),
      (world) => world.editGroup("reader", { groupConfig: { [HEARTBEAT]: 6_000 } }),
      (world) => world.editGroup("reader", { groupConfig: undefined }),
    ],
  },
  {
    name: "a group goes with its object, with all that was made for it",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      (world) => world.createGroup("reader", { ...OWNED, groupConfig: { [SESSION]: 46_000 } }),
      (world) => world.deleteGroup("reader"),
    ],
  },
  {
    name: "a group that is read is kept until its members leave",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      (world) => world.createGroup("reader", OWNED),
      (world) => void world.kafka.groups.join("reader", "classic"),
      (world) => world.deleteGroup("reader"),
      (world) => world.kafka.groups.leaveAll("reader"),
    ],
  },
  {
    name: "a group id is handed over, and another left behind",
    world: GRANTED,
    createsWithoutRecord: true,
    acts: [
      createOrders,
      (world) => {
        world.createGroup("first", { groupId: "shared", ...OWNED });
        world.createGroup("paused", OWNED);
      },
      (world) => world.createGroup("second", { groupId: "shared", ...OWNED }),
      (world) => world.deleteGroup("first"),
      (world) => world.editGroup("paused", { suspend: true }),
      (world) => world.deleteGroup("paused"),
    ],
  },
];
