// Which rights in Kafka a declaration amounts to: those who publish write, those who read read. Always single permissions
// of one principal on one named resource, from anywhere. Pure.

import type { AclBinding, AclOperation, AclResourceType } from "../kafka/model/acl.ts";

/** Idempotent producers need no more since Kafka 3.0; transactional ids are not declared, so nobody gets any. */
const TO_WRITE: readonly AclOperation[] = ["Describe", "Write"];
const TO_READ: readonly AclOperation[] = ["Describe", "Read"];

export function publisherRights(topicName: string, publishers: readonly string[]): AclBinding[] {
  return publishers.flatMap((name) => rights("topic", topicName, name, TO_WRITE));
}

export function readerRights(
  principal: string,
  { groupId, topics }: { readonly groupId: string; readonly topics: readonly string[] },
): AclBinding[] {
  const ofTopics = topics.flatMap((topic) => rights("topic", topic, principal, TO_READ));
  return [...ofTopics, ...rights("group", groupId, principal, TO_READ)];
}

/** Everybody at once, or nobody: not a principal that may be granted anything. */
export function isOnePrincipal(name: string): boolean {
  return name !== "*" && name.trim() !== "";
}

/** In an ACL this name is every topic or every group, though Kafka takes it for the id of a group as well. */
export function isOneResource(name: string): boolean {
  return name !== "*";
}

/** As ACLs spell it. */
export function principalOf(name: string): string {
  return `User:${name}`;
}

function rights(
  resourceType: AclResourceType,
  resourceName: string,
  principalName: string,
  operations: readonly AclOperation[],
): AclBinding[] {
  if (!isOneResource(resourceName)) return [];
  const principal = principalOf(principalName);
  return operations.map((operation) => ({
    resourceType,
    resourceName,
    patternType: "literal",
    principal,
    host: "*",
    operation,
    permission: "allow",
  }));
}
