// Scenarios: publishers and readers get their rights by KafkaUsers, which Strimzi's User Operator applies.

import type { KafkaUserAcl } from "../../strimzi/kafka-users.ts";
import type { Scenario } from "../scenario.ts";
import { STRIMZI } from "../strimzi-side.ts";
import type { World } from "../world.ts";
import { publish, READS } from "./access.ts";

const BY_USERS = { strimzi: STRIMZI, accessManagement: "KafkaUser" } as const;
const BY_ACLS = { ...BY_USERS, accessManagement: "Acl" } as const;

/** Permits to write to every topic, and to know of it. */
const WRITES_ALL: KafkaUserAcl = {
  resource: { type: "topic", name: "o", patternType: "prefix" },
  operations: ["Write", "Describe"],
};

function startUserOperator({ strimzi }: World): void {
  strimzi.userOperator.start();
}

export const STRIMZI_USERS: readonly Scenario[] = [
  {
    name: "publishers and readers come, change hands and go by their KafkaUsers",
    world: { bus: BY_USERS },
    createsWithoutRecord: true,
    acts: [
      (world) => {
        startUserOperator(world);
        world.createTopic("orders", publish("billing"));
      },
      (world) => world.createGroup("reader", { ...READS, principal: "billing" }),
      (world) => world.editTopic("orders", publish("audit")),
      (world) => world.editGroup("reader", { principal: "audit" }),
      (world) => world.deleteTopic("orders"),
      (world) => world.deleteGroup("reader"),
    ],
  },
  {
    name: "rights go from ACLs to KafkaUsers and back, and go from both in the end",
    world: { bus: BY_ACLS },
    createsWithoutRecord: true,
    acts: [
      (world) => {
        world.createTopic("orders", publish("audit", "billing"));
        world.createGroup("reader", { ...READS, principal: "billing" });
      },
      // Who comes first to a KafkaUser lists what others have of the same principal as well.
      (world) => world.editGroup("reader", { suspend: true }),
      (world) => world.editBus({ accessManagement: "KafkaUser" }),
      startUserOperator,
      (world) => world.editGroup("reader", { suspend: false }),
      (world) => world.editTopic("orders", publish("billing")),
      (world) => {
        world.strimzi.userOperator.stop();
        world.editBus({ accessManagement: "Acl" });
      },
      (world) => world.editTopic("orders", publish()),
      (world) => world.deleteGroup("reader"),
      (world) => world.deleteTopic("orders"),
    ],
  },
  {
    name: "a KafkaUser that somebody else keeps serves as far as it goes, and is the operator's once they are gone",
    world: { bus: BY_USERS },
    createsWithoutRecord: true,
    acts: [
      (world) => {
        startUserOperator(world);
        world.strimzi.createUser("billing", []);
      },
      (world) => world.createTopic("orders", publish("billing")),
      (world) => world.strimzi.editUser("billing", [WRITES_ALL]),
      (world) => world.strimzi.deleteUser("billing"),
      (world) => world.deleteTopic("orders"),
    ],
  },
  {
    name: "rights are taken out of a KafkaUser, while the User Operator is away, and come again",
    world: { bus: { ...BY_USERS, topicManagement: "KafkaTopic" } },
    acts: [
      (world) => {
        startUserOperator(world);
        world.createTopic("orders", { ...publish("billing"), deletionPolicy: "Delete" });
      },
      (world) => world.strimzi.editUser("billing", [WRITES_ALL]),
      (world) => {
        world.strimzi.userOperator.stop();
        world.editTopic("orders", publish("audit", "billing"));
      },
      startUserOperator,
      (world) => world.deleteTopic("orders"),
    ],
  },
];
