// Scenarios: publishers and readers get rights in Kafka, and lose them.

import type { AclBinding } from "../../../src/kafka/model/acl.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

const MANAGED = { bus: { accessManagement: "Acl" } } as const;
/** What a group reads. */
export const READS = { topics: [{ eventTopicRef: { name: "orders" } }] } as const;

const BY_HAND: AclBinding = {
  resourceType: "topic",
  resourceName: "orders",
  patternType: "literal",
  principal: "User:billing",
  host: "*",
  operation: "Write",
  permission: "allow",
};

/** Who writes to a topic. */
export function publish(...names: readonly string[]): { publishers: { name: string }[] } {
  return { publishers: names.map((name) => ({ name })) };
}

export const ACCESS: readonly Scenario[] = [
  {
    name: "publishers come and go, and their rights go with the object",
    world: MANAGED,
    createsWithoutRecord: true,
    acts: [
      (world) => world.createTopic("orders", publish("billing")),
      (world) => world.editTopic("orders", publish("audit", "billing")),
      (world) => world.editTopic("orders", publish("audit")),
      (world) => world.deleteTopic("orders"),
    ],
  },
  {
    name: "a right that two objects want stays until nobody does, and one made by hand for ever",
    world: MANAGED,
    createsWithoutRecord: true,
    acts: [
      (world) => void world.kafka.acls.create(BY_HAND),
      (world) => world.createTopic("orders", publish("billing")),
      (world) => world.createGroup("reader", { ...READS, principal: "billing" }),
      (world) => world.editTopic("orders", publish()),
      (world) => world.deleteGroup("reader"),
    ],
  },
  {
    name: "rights change hands, are lost, come again, and go with topic and group",
    world: { bus: { ...MANAGED.bus, namespaces: [{ deletionPolicies: ["Retain", "Delete", "DeleteGroup"] }] } },
    acts: [
      (world) => world.createTopic("orders", { ...publish("billing"), deletionPolicy: "Delete" }),
      (world) => world.createGroup("reader", { ...READS, principal: "audit", deletionPolicy: "DeleteGroup" }),
      (world: World) => {
        for (const binding of world.kafka.acls.list()) world.kafka.acls.delete(binding);
      },
      (world) => world.editGroup("reader", { principal: "billing" }),
      (world) => world.deleteGroup("reader"),
      (world) => world.deleteTopic("orders"),
    ],
  },
];
