// The access control lists of the in-memory Kafka. They are kept and told; what the authorizer refuses is set apart.

import { aclKey, type AclBinding } from "../../../src/kafka/model/acl.ts";
import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";

export class AclTable {
  readonly #bindings = new Map<string, AclBinding>();
  /** Without an authorizer every verb is refused. */
  hasAuthorizer = true;

  list(): readonly AclBinding[] {
    return [...this.#bindings.values()];
  }

  create(binding: AclBinding): KafkaFailure | undefined {
    const { principal, resourceName, resourceType } = binding;
    if (!/^[^:]+:/.test(principal)) {
      return brokerFailure(
        42,
        `Could not parse principal from \`${principal}\` (no colon is present separating the type)`,
      );
    }
    if (resourceType === "cluster" && resourceName !== "kafka-cluster") {
      return brokerFailure(42, "The only valid name for the CLUSTER resource is kafka-cluster");
    }
    this.#bindings.set(aclKey(binding), binding);
    return undefined;
  }

  delete(binding: AclBinding): void {
    this.#bindings.delete(aclKey(binding));
  }
}
