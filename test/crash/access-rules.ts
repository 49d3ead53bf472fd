// What must hold when the operator changes an ACL: it is on somebody's record, and declarations agree. Judged by the objects
// as they are, not by what the operator knows of them.

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import type { AclBinding } from "../../src/kafka/model/acl.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";

/** Who may have put a right on record, or declare it. */
export interface Declarations {
  readonly topics: InMemoryKubernetes<EventTopic>;
  readonly groups: InMemoryKubernetes<ConsumerGroup>;
}

/** Undefined where the ACL may be made. */
export function aclCreationProblem(binding: AclBinding, truth: Declarations): string | undefined {
  const told = describeAcl(binding);
  if (binding.patternType !== "literal" || binding.resourceName === "*" || binding.principal === "User:*") {
    return `ACL ${told} is for more than one name or user`;
  }
  if (!isOnRecord(binding, "Acl", truth)) return `ACL ${told} was made before it was on record`;
  return isDeclared(binding, truth) ? undefined : `ACL ${told} was made although nobody declares it`;
}

/** Undefined where the ACL may be taken away. */
export function aclDeletionProblem(binding: AclBinding, truth: Declarations): string | undefined {
  if (!isOnRecord(binding, "Acl", truth)) return `ACL ${describeAcl(binding)} was taken away though nobody made it`;
  return isDeclared(binding, truth) ? `ACL ${describeAcl(binding)} was taken away though it is declared` : undefined;
}

/** In the present place of an object or in a former one, by these means. */
export function isOnRecord(
  { operation, principal, resourceName, resourceType }: AclBinding,
  means: "Acl" | "KafkaUser",
  truth: Declarations,
): boolean {
  return [...truth.topics.objects, ...truth.groups.objects].some(({ status }) => {
    const { access } = status ?? {};
    const places = access === undefined ? [] : [{ means: "Acl", ...access }, ...(access.former ?? [])];
    const rights = places.flatMap((place) => (place.means === means ? (place.rights ?? []) : []));
    return rights.some(
      (right) =>
        right.principal === principal &&
        right.operation === operation &&
        right.resourceName === resourceName &&
        right.resourceType === resourceType,
    );
  });
}

export function isDeclared(binding: AclBinding, truth: Declarations): boolean {
  const { operation, principal, resourceName, resourceType } = binding;
  const topics = truth.topics.objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const groups = truth.groups.objects.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const isPublished = topics.some(
    ({ spec, status }) =>
      resourceType === "topic" &&
      operation !== "Read" &&
      status?.topicName === resourceName &&
      spec.publishers?.some(({ name }) => `User:${name}` === principal),
  );
  const readers = groups.filter((group) => `User:${group.spec.principal ?? ""}` === principal);
  const isRead = readers.some(({ metadata, spec }) => {
    if (resourceType === "group") return (spec.groupId ?? metadata.name) === resourceName;
    return operation !== "Write" && spec.topics?.some(({ eventTopicRef }) => eventTopicRef?.name === resourceName);
  });
  return isPublished || isRead;
}

export function describeAcl({ operation, principal, resourceName, resourceType }: AclBinding): string {
  return `${operation} on ${resourceType} "${resourceName}" for "${principal}"`;
}
