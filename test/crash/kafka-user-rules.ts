// What must hold when the operator writes a KafkaUser: it is its own, each right in it is declared and on record, and none that
// is declared goes, since the User Operator takes away every ACL that is not listed. Judged by the objects and Kafka as they are.

import { ANNOTATION } from "../../src/api/group.ts";
import { aclKey, type AclBinding } from "../../src/kafka/model/acl.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { StoredKafkaUser } from "../strimzi/kafka-users.ts";
import { describeAcl, isDeclared, isOnRecord, type Declarations } from "./access-rules.ts";
import type { StrimziWrite } from "./kafka-topic-rules.ts";
import { aclsIn, STRIMZI, type StrimziSide } from "./strimzi-side.ts";

interface Truth extends Declarations {
  readonly kafka: Pick<InMemoryKafka, "acls">;
  readonly strimzi: Pick<StrimziSide, "users">;
}

type Described = Pick<StoredKafkaUser, "metadata" | "spec">;

export function kafkaUserProblems({ content, key, verb }: StrimziWrite, truth: Truth): string[] {
  const told = `KafkaUser "${key}"`;
  if (content === undefined) return [`${told} was deleted, with its credentials`];
  const before = truth.strimzi.users.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
  const after = content as unknown as Described;
  const [had, has] = [rightsIn(before), rightsIn(after)];
  const added = [...has.values()].filter((right) => !had.has(aclKey(right)));
  const removed = [...had.values()].filter((right) => !has.has(aclKey(right)));
  const dropped = truth.kafka.acls
    .list()
    .filter(({ principal }) => principal === `User:${after.metadata.name}`)
    .filter((acl) => isDeclared(acl, truth) && !has.has(aclKey(acl)));
  const about = (rights: readonly AclBinding[], what: string): string[] =>
    rights.map((right) => `${told} (${verb}): ${describeAcl(right)} ${what}`);
  const isUnrecorded = (right: AclBinding): boolean => !isOnRecord(right, "KafkaUser", truth);
  return [
    ...(before === undefined || isOurs(before) ? [] : [`${told} is somebody else's, and was written`]),
    ...(isOurs(after) ? [] : [`${told} was written without the marks by which it is known for ours`]),
    ...about(added.filter(isUnrecorded), "was granted before it was on record"),
    ...about(
      added.filter((right) => !isDeclared(right, truth)),
      "was granted although nobody declares it",
    ),
    ...about(removed.filter(isUnrecorded), "was taken out though nobody put it in"),
    ...about(
      removed.filter((right) => isDeclared(right, truth)),
      "was taken out though it is declared",
    ),
    ...about(dropped, "is there and declared, and will be taken away, because it is not listed"),
  ];
}

function rightsIn(user: Described | undefined): ReadonlyMap<string, AclBinding> {
  const { acls = [] } = user?.spec.authorization ?? {};
  const rights = acls.flatMap((acl) => aclsIn(acl, `User:${user?.metadata.name}`));
  return new Map(rights.map((right) => [aclKey(right), right]));
}

function isOurs({ metadata }: Described): boolean {
  const { annotations = {}, labels = {} } = metadata;
  const isMarked = labels["app.kubernetes.io/managed-by"] === "event-bus-operator";
  return isMarked && labels["strimzi.io/cluster"] === STRIMZI.name && annotations[ANNOTATION.eventBus] !== undefined;
}
