// AccessControl: the port through which rights are brought about, whatever the means. Types, and the means that need no
// more than Kafka: its ACLs.

import type { Call, KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import type { Answer } from "../../kafka/model/failure.ts";

/** The means of `EventBus.spec.accessManagement` by which rights are managed. */
export const ACCESS_MEANS = ["Acl", "KafkaUser"] as const;

export type AccessMeans = (typeof ACCESS_MEANS)[number];

/** Where rights are granted: the same right by other means is another one. */
export interface RightsPlace {
  readonly clusterId: string;
  readonly means: AccessMeans;
}

/** Why rights are not as declared, where somebody has to act: the reason of the condition AccessGranted. */
export interface ControlRefusal {
  readonly status: "refused";
  readonly cause: string;
  readonly message: string;
}

export type ControlAnswer<T> = Answer<T> | ControlRefusal;

/** What there is by one means, as it was at one moment. */
export interface GrantedRights {
  /** What the binding permits is permitted. */
  has(binding: AclBinding): boolean;
  /** It stands in what others keep: it serves, and is not ours to take away. */
  isTheirs(binding: AclBinding): boolean;
  /** Kafka holds this very ACL because of it, or is about to. */
  keeps(binding: AclBinding): boolean;
  /** Why those of them that are lacking cannot be granted by us; nobody needs to try. */
  refusal(bindings: readonly AclBinding[]): ControlRefusal | undefined;
}

/** Why rights that are declared are not in force yet, though all is written; nothing but what it waits for can help. */
export type Obstacle = ControlRefusal | { readonly status: "awaited"; readonly message: string };

/**
 * Guarantees
 * - Never rejects for what the other side says.
 * - `create` and `delete` change exactly one permission each, and none that others keep. One that is there already, or gone,
 *   is `ok` as well. Those that are asked for together may be written together.
 */
export interface AccessControl {
  describe(call: Call): Promise<ControlAnswer<GrantedRights>>;
  create(binding: AclBinding, call: WriteCall): Promise<ControlAnswer<unknown>>;
  delete(binding: AclBinding, call: WriteCall): Promise<ControlAnswer<unknown>>;
  /** Of rights that are there. */
  obstacle(bindings: readonly AclBinding[]): Obstacle | undefined;
}

type AclAdmin = Pick<KafkaAdmin, "describeAcls" | "createAcl" | "deleteAcl">;

/** What brokers have confirmed is in force, and nobody owns an ACL. */
export class AclControl implements AccessControl {
  readonly #admin: AclAdmin;

  constructor(admin: AclAdmin) {
    this.#admin = admin;
  }

  async describe(call: Call): Promise<Answer<GrantedRights>> {
    const answer = await this.#admin.describeAcls(call);
    return answer.status === "ok" ? { status: "ok", value: aclsAsRights(answer.value) } : answer;
  }

  create(binding: AclBinding, call: WriteCall): Promise<Answer<unknown>> {
    return this.#admin.createAcl(binding, call);
  }

  delete(binding: AclBinding, call: WriteCall): Promise<Answer<unknown>> {
    return this.#admin.deleteAcl(binding, call);
  }

  obstacle(): undefined {}
}

export function aclsAsRights(acls: readonly AclBinding[]): GrantedRights {
  const keys = new Set(acls.map(aclKey));
  const has = (binding: AclBinding): boolean => keys.has(aclKey(binding));
  return { has, isTheirs: () => false, keeps: has, refusal: () => undefined };
}
