// What is played for the rights to write KafkaUsers: one is made, changed, and given up by its only publisher.

import type { OperatorUnderTest } from "../environment/operator-under-test.ts";
import { KafkaUsers } from "../strimzi/kafka-users.ts";
import type { Step } from "./rights-steps.ts";

async function aclsOf({ controlPlane, id }: OperatorUnderTest): Promise<readonly object[]> {
  return (await new KafkaUsers(controlPlane, id, "main").get("billing")).spec.authorization?.acls ?? [];
}

export const KAFKA_USER_STEPS: readonly Step[] = [
  {
    // A publisher becomes a KafkaUser, and ceases to be one.
    does: async (operator) => {
      const strimzi = { namespace: operator.id, name: "main" };
      await operator.patchBus({ spec: { strimzi, accessManagement: "KafkaUser" } });
      await operator.patchTopic("t", { spec: { partitions: 2, publishers: [{ name: "billing" }] } });
    },
    isDone: async (operator) => (await aclsOf(operator)).length === 1,
  },
  {
    does: (operator) => operator.patchTopic("t", { spec: { publishers: [] } }),
    isDone: async (operator) => (await aclsOf(operator)).length === 0,
  },
];
