// KafkaUsers as the operator makes, knows and reads them. It writes nothing.

import type { EventBus } from "../../../api/event-bus.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL } from "../../../api/group.ts";
import { principalOf } from "../../../domain/access-rights.ts";
import { userNameProblem } from "../../../domain/kafka-user-name.ts";
import { coversRight } from "../../../domain/right-coverage.ts";
import { userRights, type UserAcl } from "../../../domain/user-acls.ts";
import type { AclBinding } from "../../../kafka/model/acl.ts";
import type { OwnedObject } from "../../../kubernetes/resources.ts";
import { unreadiness } from "../../strimzi/strimzi-condition.ts";
import { CLUSTER_LABEL, type Kafka, type KafkaUser } from "../../strimzi/strimzi-kinds.ts";
import type { ControlRefusal } from "../access-control.ts";
import { describeRights } from "../plan.ts";

/** Where a KafkaUser belongs, and how it begins where there is none yet. */
export interface UserTarget {
  readonly namespace: string;
  readonly name: string;
  /** Name of the Kafka object. */
  readonly cluster: string;
  readonly busName: string;
  /** Type of authentication; undefined where the listener asks for none that Strimzi has credentials for. */
  readonly authentication?: string | undefined;
}

/** An object without the version that it is written under. */
export type WrittenUser = Omit<OwnedObject, "apiVersion" | "kind"> & Pick<OwnedObject, "metadata">;

/** Made by the operator for this Kafka object, and for an EventBus that this installation looks after, or that is gone. */
export function isOwnUser({ metadata }: KafkaUser, cluster: string, isForeignBus: (name: string) => boolean): boolean {
  const maker = metadata.annotations?.[ANNOTATION.eventBus];
  const isMarked = metadata.labels?.[LABEL.managedBy] === FIELD_MANAGER && maker !== undefined;
  return isMarked && metadata.labels?.[CLUSTER_LABEL] === cluster && !isForeignBus(maker);
}

export function aclsOf({ spec }: KafkaUser): readonly UserAcl[] {
  return spec?.authorization?.acls ?? [];
}

/** As `User:<name of the object>`, whatever the brokers make of its credentials. */
export function rightsOf(user: KafkaUser): AclBinding[] {
  return userRights(aclsOf(user), principalOf(user.metadata.name));
}

/** The User Operator has brought about what stands in the spec. */
export function isApplied(user: KafkaUser): boolean {
  return isSeen(user) && unreadiness(user) === undefined;
}

/** Its status is about the spec as it is. */
export function isSeen({ metadata, status }: KafkaUser): boolean {
  return status?.observedGeneration !== undefined && status.observedGeneration === metadata.generation;
}

/** Why a KafkaUser that others keep, or that may not be there at all, is not given the rights that it lacks. */
export function userRefusal(
  target: Pick<UserTarget, "namespace" | "name" | "cluster">,
  user: KafkaUser | undefined,
  wanted: readonly AclBinding[],
): ControlRefusal | undefined {
  if (user === undefined) {
    const problem = userNameProblem(target.name, target.cluster);
    return problem === undefined ? undefined : { status: "refused", cause: "NoUserName", message: problem };
  }
  const rights = rightsOf(user);
  const lacking = wanted.filter((right) => !coversRight(rights, right));
  if (lacking.length === 0) return undefined;
  const message =
    `KafkaUser "${target.namespace}/${target.name}" was not made by the operator, so it is not written; it lacks ` +
    `${describeRights(lacking)}. Whoever keeps it adds that, or leaves it to the operator by deleting it`;
  return { status: "refused", cause: "UserManagedElsewhere", message };
}

export function newUser(target: UserTarget, acls: readonly UserAcl[]): WrittenUser {
  const { authentication, busName, cluster, name, namespace } = target;
  return {
    metadata: {
      namespace,
      name,
      labels: { [CLUSTER_LABEL]: cluster, [LABEL.managedBy]: FIELD_MANAGER },
      annotations: { [ANNOTATION.eventBus]: busName },
    },
    spec: {
      ...(authentication !== undefined && { authentication: { type: authentication } }),
      authorization: { type: "simple", acls },
    },
  };
}

/** With other acls; everything else as others have it. */
export function userWith({ metadata, spec }: KafkaUser, acls: readonly UserAcl[]): WrittenUser {
  const { annotations, finalizers, labels, name, namespace = "", ownerReferences } = metadata;
  return {
    metadata: {
      namespace,
      name,
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      ...(finalizers !== undefined && { finalizers }),
      ...(ownerReferences !== undefined && { ownerReferences }),
    },
    spec: { ...spec, authorization: { ...spec?.authorization, type: "simple", acls } },
  };
}

/** By what the users of a bus log in, as far as the listener that the bus itself uses tells it. */
export function authenticationOf(
  { spec: { kafka: declared, strimzi } }: EventBus,
  kafka: Kafka | undefined,
  own: KafkaUser | undefined,
): string | undefined {
  const named = kafka?.spec?.kafka?.listeners?.find(({ name }) => name === strimzi?.listener);
  const type =
    declared === undefined ? (named?.authentication?.type ?? own?.spec?.authentication?.type) : declaredType(declared);
  return type === "tls" || type === "scram-sha-512" ? type : undefined;
}

function declaredType({ security }: NonNullable<EventBus["spec"]["kafka"]>): string | undefined {
  if (security?.sasl?.mechanism === "SCRAM-SHA-512") return "scram-sha-512";
  return security?.protocol === "SSL" && security.tls?.certificateSecretRef !== undefined ? "tls" : undefined;
}
