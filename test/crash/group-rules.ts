// The rules by which writes about groups are judged at the moment when they are made. Pure: it reads the truth and knows
// nothing of what the operator believes.

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import { FINALIZER } from "../../src/api/group.ts";
import type { CommittedOffset } from "../../src/kafka/model/offsets.ts";
import type { ConfigChange } from "../../src/kafka/model/topic-config.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";

interface GroupTruth {
  readonly kafka: Pick<InMemoryKafka, "groups">;
  readonly groups: Pick<InMemoryKubernetes<ConsumerGroup>, "objects">;
}

/** Objects of the group id that may have it changed. */
function objectsOf(groupId: string, { groups }: GroupTruth): ConsumerGroup[] {
  return groups.objects.filter(
    ({ metadata, spec }) => (spec.groupId ?? metadata.name) === groupId && spec.suspend !== true,
  );
}

/** What is wrong with a commit; undefined: it is in order. */
export function commitProblem(
  groupId: string,
  { topic, partition, offset }: CommittedOffset,
  truth: GroupTruth,
): string | undefined {
  const wish = objectsOf(groupId, truth).filter(
    ({ metadata, spec }) => spec.initialOffsets !== undefined && metadata.deletionTimestamp === undefined,
  );
  if (wish.length === 0) return `Group "${groupId}" was committed for, and nobody says where it begins`;
  const records = wish.flatMap(({ status }) => status?.topics ?? []).filter((record) => record.topic === topic);
  const isOnRecord = records.some(
    ({ initialized, initializing }) => initialized === true || initializing !== undefined,
  );
  if (!isOnRecord) return `Group "${groupId}" began on "${topic}" without a record of it`;
  const isSettled = records.some(
    ({ initialized, initializedPartitions = 0 }) => initialized === true && partition < initializedPartitions,
  );
  if (isSettled) return `Group "${groupId}" began a second time on ${topic}/${partition}`;
  const before = truth.kafka.groups.commits(groupId).find((at) => at.topic === topic && at.partition === partition);
  if (before === undefined || before.offset === offset) return undefined;
  return `Group "${groupId}" was moved on ${topic}/${partition} from ${before.offset} to ${offset}`;
}

export function groupDeletionProblem(groupId: string, truth: GroupTruth): string | undefined {
  const asking = objectsOf(groupId, truth).filter(
    ({ metadata, spec }) =>
      metadata.deletionTimestamp !== undefined &&
      metadata.finalizers?.includes(FINALIZER) === true &&
      spec.deletionPolicy === "DeleteGroup",
  );
  if (asking.length === 0) return `Group "${groupId}" was deleted, which no object asks for`;
  const others = objectsOf(groupId, truth).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return others.length === 0 ? undefined : `Group "${groupId}" was deleted although another object claims it`;
}

export function groupConfigProblem(
  groupId: string,
  { set, unset }: ConfigChange,
  truth: GroupTruth,
): string | undefined {
  const objects = objectsOf(groupId, truth);
  const recorded = new Set(objects.flatMap(({ status }) => status?.managedKeys ?? []));
  const unrecorded = [...Object.keys(set), ...unset].filter((key) => !recorded.has(key));
  if (unrecorded.length > 0) return `Group "${groupId}": ${unrecorded.join(", ")} changed without a record`;
  const declared = objects.flatMap(({ spec }) => Object.entries(spec.groupConfig ?? {}));
  const wrong = Object.entries(set).filter(
    ([key, value]) => !declared.some(([name, wanted]) => name === key && String(wanted) === value),
  );
  return wrong.length === 0 ? undefined : `Group "${groupId}": ${JSON.stringify(wrong)} set, which nobody declares`;
}
