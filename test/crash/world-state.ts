// The state of a world in which nothing happens any more, as plain data that two runs can be compared by: without the
// moments at which things happened, and what is made of them.

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import { aclKey } from "../../src/kafka/model/acl.ts";
import type { World } from "./world.ts";

interface TopicInKafka {
  readonly id: string;
  readonly partitions: number;
  readonly records: string;
  readonly configs: Readonly<Record<string, string>>;
}

interface GroupInKafka {
  readonly members: number;
  /** `<topic>/<partition>@<offset>` */
  readonly commits: readonly string[];
}

export interface WorldState {
  readonly kafka: Readonly<Record<string, TopicInKafka>>;
  readonly groups: Readonly<Record<string, GroupInKafka>>;
  /** What is set on groups, also on those that are not there. */
  readonly groupConfigs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Keys of all ACLs. */
  readonly acls: readonly string[];
  readonly objects: Readonly<Record<string, unknown>>;
}

export function stateOf(world: World): WorldState {
  const kinds: readonly (readonly KubernetesObject[])[] = [
    world.buses.objects,
    world.topics.objects,
    world.policies.objects,
  ];
  const objects = kinds
    .flat()
    .map((object) => [`${object.kind} ${object.metadata.name}`, plainObject(object)] as const);
  const groups = world.groups.objects.map(
    (group) => [`ConsumerGroup ${group.metadata.name}`, plainGroup(group)] as const,
  );
  const secrets = world.secrets.objects.map(({ metadata, type, data }) => {
    const { labels, ownerReferences } = metadata;
    return [`Secret ${metadata.name}`, { labels, ownerReferences, type, data }] as const;
  });
  return {
    kafka: kafkaState(world),
    ...groupState(world),
    acls: world.kafka.acls.list().map(aclKey).toSorted(),
    objects: Object.fromEntries<unknown>([...objects, ...groups, ...secrets, ...strimziObjects(world)]),
  };
}

/** Without what counts writes, which may be one or two: what an operator has written, or another in its place. */
function strimziObjects({ strimzi }: World): (readonly [string, unknown])[] {
  const named = [
    ...strimzi.topics.map((topic) => ["KafkaTopic", topic] as const),
    ...strimzi.users.map((user) => ["KafkaUser", user] as const),
  ];
  return named.map(([kind, { metadata, spec, status }]) => {
    const { annotations, deletionTimestamp, finalizers, labels, name } = metadata;
    const isTerminating = deletionTimestamp !== undefined;
    const told = { ...status, observedGeneration: status?.observedGeneration === metadata.generation };
    return [`${kind} ${name}`, timeless({ labels, annotations, finalizers, isTerminating, spec, status: told })];
  });
}

function groupState({ kafka: { groups } }: World): Pick<WorldState, "groups" | "groupConfigs"> {
  const found = groups.list().map(({ groupId }) => {
    const described = groups.describe(groupId);
    const members = "members" in described ? described.members.length : 0;
    const commits = groups.commits(groupId).map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`);
    return [groupId, { members, commits: commits.toSorted() }] as const;
  });
  const configs = [...groups.configs].filter(([, set]) => Object.keys(set).length > 0);
  return { groups: Object.fromEntries(found), groupConfigs: Object.fromEntries(configs) };
}

/** Without the numbers, which are shown at a pace, and the judgement of looks, which begins anew with each process. */
function plainGroup(group: ConsumerGroup): unknown {
  const { evaluation: _, headroom: _headroom, topics, ...status } = group.status ?? {};
  const words = topics?.map(({ lag: _lag, timeLag: _timeLag, ...words }) => words);
  return plainObject({ ...group, status: { ...status, topics: words } } as ConsumerGroup);
}

function kafkaState({ kafka }: World): Record<string, TopicInKafka> {
  const topics = kafka.topics.names.toSorted().map((name) => {
    const topic = kafka.topics.get(name);
    const logs = topic?.partitions ?? [];
    const state = {
      id: topic?.id ?? "",
      partitions: logs.length,
      records: logs.map(({ start, end }) => `${start}-${end}`).join(),
      configs: topic?.configs ?? {},
    };
    return [name, state] as const;
  });
  return Object.fromEntries(topics);
}

function plainObject(object: KubernetesObject): unknown {
  const { uid, generation, labels, annotations, finalizers, deletionTimestamp } = object.metadata;
  const isTerminating = deletionTimestamp !== undefined;
  const { spec, status } = object as { readonly spec?: unknown; readonly status?: unknown };
  return timeless({ uid, generation, labels, annotations, finalizers, isTerminating, spec, status });
}

const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
/** Ids of what is held back, and of rollouts, are made of moments. */
const ID_OF_MOMENT = /\b([0-9a-z]{8,9}-)?[0-9a-f]{12}\b/g;
const MOMENTS: ReadonlySet<string> = new Set(["lastTransitionTime", "time", "pendingSince", "nextStepAt", "createdAt"]);

function timeless(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(MOMENT, "<time>").replaceAll(ID_OF_MOMENT, "<id>");
  if (Array.isArray(value)) return value.map(timeless);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([name, field]) => field !== undefined && !MOMENTS.has(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, timeless(field)]));
}
