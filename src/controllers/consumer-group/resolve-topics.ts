// Which topics in Kafka a ConsumerGroup reads: what spec.topics names, judged by the consent of those who hold them. From
// memory only.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { consentsTo } from "../../domain/topic-consent.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { namespaceOf } from "../bus-bound.ts";
import type { GroupWorld, ReadTopic, ResolvedGroup } from "./group-world.ts";

type Identity = ResolvedGroup["identity"];
type World = Pick<GroupWorld, "topics" | "namespace">;

export function resolveTopics(group: ConsumerGroup, identity: Identity, world: World): readonly ReadTopic[] {
  const topics = (group.spec.topics ?? []).map(({ eventTopicRef, topicName }) =>
    eventTopicRef === undefined
      ? resolveByName(topicName ?? "", group, identity, world)
      : resolveByRef(eventTopicRef, group, identity, world),
  );
  const misplaced = misplacedDeadLetters(group, identity, world);
  if (misplaced !== undefined) topics.push(misplaced);
  return [
    ...new Map(topics.map((topic) => [topic.kind === "found" ? topic.topicName : topic.message, topic])).values(),
  ];
}

/** Where the group's dead letters go: to its own topic where there is one, else to that of all; undefined while there is none. */
export function resolveDeadLetters(group: ConsumerGroup, identity: Identity, world: World): string | undefined {
  const topic = deadLetterSource(group, world);
  if (topic?.status?.bus?.clusterId !== identity.clusterId) return undefined;
  const letters = topic.status.deadLetters ?? [];
  const own = letters.find(({ groupId }) => groupId === identity.groupId);
  return (own ?? letters.find(({ groupId }) => groupId === undefined))?.topicName;
}

/** Dead letters are written where the group reads, so no topic elsewhere is made for them. */
function misplacedDeadLetters(
  group: ConsumerGroup,
  { busName, clusterId }: Identity,
  world: World,
): ReadTopic | undefined {
  const topic = deadLetterSource(group, world);
  const bus = topic?.status?.bus;
  if (topic === undefined || bus?.clusterId === undefined || bus.clusterId === clusterId) return undefined;
  return notFound(
    `EventTopic "${keyOf(topic.metadata)}", which spec.deadLetter names, lives on EventBus "${bus.name}", this group on ` +
      `"${busName}": it has no dead-letter topic there; name an EventTopic on the group's own Kafka cluster`,
  );
}

/** The EventTopic whose dead letters the group writes. */
export function deadLetterSource(group: ConsumerGroup, world: Pick<World, "topics">): EventTopic | undefined {
  const ref = group.spec.deadLetter?.eventTopicRef;
  return ref === undefined ? undefined : world.topics.get(refKey(ref, group));
}

/** The EventTopics whose consent the group goes by, given or not. */
export function consultedTopics(group: ConsumerGroup, world: Pick<World, "topics">): readonly EventTopic[] {
  const named = (group.spec.topics ?? []).flatMap(({ eventTopicRef, topicName }) =>
    eventTopicRef === undefined
      ? world.topics.named(topicName ?? "")
      : (world.topics.get(refKey(eventTopicRef, group)) ?? []),
  );
  const letters = deadLetterSource(group, world);
  return [...new Set([...named, ...(letters === undefined ? [] : [letters])])];
}

function resolveByRef(
  ref: { readonly name: string; readonly namespace?: string | undefined },
  group: ConsumerGroup,
  { busName, clusterId }: Identity,
  world: World,
): ReadTopic {
  const key = refKey(ref, group);
  const topic = world.topics.get(key);
  if (topic === undefined) return notFound(`There is no EventTopic "${key}"; create it, or correct spec.topics`);
  if (!consentsTo(topic, namespaceOf(group.metadata, world))) return notGranted(topic, group);
  const { bus, topicId, topicName } = topic.status ?? {};
  if (bus?.clusterId !== undefined && bus.clusterId !== clusterId) {
    return notFound(`EventTopic "${key}" lives on EventBus "${bus.name}", this group on "${busName}"`);
  }
  if (topicId === undefined || topicName === undefined)
    return notFound(`EventTopic "${key}" has no topic in Kafka yet`);
  return { kind: "found", topicName, isManaged: true };
}

/** A topic that nobody declares may be read by everybody; one that is held in another namespace needs its consent. */
function resolveByName(topicName: string, group: ConsumerGroup, { clusterId }: Identity, world: World): ReadTopic {
  const holders = world.topics.named(topicName).filter((topic) => holds(topic, topicName, clusterId));
  const refusing = holders.find((topic) => !consentsTo(topic, namespaceOf(group.metadata, world)));
  if (refusing !== undefined) return notGranted(refusing, group);
  return { kind: "found", topicName, isManaged: holders.length > 0 };
}

function holds({ status }: EventTopic, topicName: string, clusterId: string): boolean {
  if (status?.bus?.clusterId !== clusterId) return false;
  const isLetter = status.deadLetters?.some((letter) => letter.topicName === topicName && letter.topicId !== undefined);
  return isLetter === true || (status.topicName === topicName && status.topicId !== undefined);
}

function notGranted({ metadata }: EventTopic, group: ConsumerGroup): ReadTopic {
  const message =
    `EventTopic "${keyOf(metadata)}" does not permit namespace "${group.metadata.namespace ?? ""}" to read it; its owner ` +
    "adds the namespace to its spec.consumers.allowedNamespaces";
  return { kind: "refused", reason: "NotGranted", message };
}

function notFound(message: string): ReadTopic {
  return { kind: "refused", reason: "TopicNotFound", message };
}

function refKey(
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  { metadata }: ConsumerGroup,
): string {
  return keyOf({ namespace: namespace ?? metadata.namespace ?? "", name });
}
