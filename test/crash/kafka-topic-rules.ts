// What must hold when the operator writes a KafkaTopic: it is its own, it is for somebody, and what comes of it is known, since
// Strimzi brings about whatever it says. Judged by the objects and Kafka as they are.

import type { EventBus } from "../../src/api/event-bus.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "../../src/api/group.ts";
import type { OwnedObject } from "../../src/kubernetes/resources.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";
import { effectiveTopicName, type KafkaTopicSpec, type StoredKafkaTopic } from "../strimzi/kafka-topics.ts";
import { STRIMZI, type StrimziSide } from "./strimzi-side.ts";
import { wishesFor } from "./topic-wishes.ts";

/** A write to an object of Strimzi's kinds. */
export interface StrimziWrite {
  readonly verb: "create" | "replace" | "delete";
  readonly kind: string;
  readonly key: string;
  /** Absent for a deletion. */
  readonly content?: OwnedObject | undefined;
}

interface Truth {
  readonly kafka: Pick<InMemoryKafka, "topics">;
  readonly topics: Pick<InMemoryKubernetes<EventTopic>, "objects">;
  readonly buses: Pick<InMemoryKubernetes<EventBus>, "objects">;
  readonly strimzi: Pick<StrimziSide, "topics">;
}

type Described = Pick<StoredKafkaTopic, "metadata" | "spec">;

/** The KafkaTopic that a write meets, and as it will be. */
export function meeting(
  { content, key }: StrimziWrite,
  { strimzi }: Truth,
): { readonly before: StoredKafkaTopic | undefined; readonly after: Described | undefined } {
  const before = strimzi.topics.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key);
  return { before, after: content as unknown as Described | undefined };
}

/** What is wrong with the KafkaTopic itself; what comes of it in Kafka is judged as if it were done directly. */
export function kafkaTopicProblems(write: StrimziWrite, truth: Truth): string[] {
  const { after, before } = meeting(write, truth);
  const owner = ownerIn(before ?? after);
  const object = ownerOf(before ?? after, truth);
  const told = `KafkaTopic "${write.key}" met a ${write.verb}`;
  const problems: Readonly<Record<string, boolean>> = {
    "it is not ours": owner === undefined,
    "its EventTopic is not there": object === undefined,
    "nothing holds its EventTopic": object?.metadata.finalizers?.includes(FINALIZER) !== true,
    "it was handed to another": after !== undefined && ownerIn(after) !== owner,
    "it belongs to another Kafka object": after !== undefined && clusterOf(after) !== STRIMZI.name,
    "Strimzi has not let go of the topic": isTooSoon(write, before),
    "it is for the topic of a living object": isWantedRelease(after, before, object, truth),
    "no creation is on record": isUnrecorded(after, object, truth),
    "it takes partitions away": isShrinking(after, truth),
    "it asks for other replicas": isReplicating(after, before),
  };
  return Object.entries(problems).flatMap(([problem, isSo]) => (isSo ? [`${told}, although ${problem}`] : []));
}

/** The EventTopic that a KafkaTopic is for. */
export function ownerOf(topic: Described | undefined, { topics }: Truth): EventTopic | undefined {
  const owner = ownerIn(topic);
  return topics.objects.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === owner);
}

/** What Strimzi will do to a topic because of a write. */
export interface Consequence {
  readonly name: string;
  readonly isCreated: boolean;
  /** Id of the topic that goes. */
  readonly deletedId?: string | undefined;
  readonly growsTo?: number | undefined;
  readonly set: Readonly<Record<string, string>>;
  readonly unset: readonly string[];
}

/** Undefined: nothing. What others have put into the KafkaTopic is not the doing of who writes it as it is. */
export function consequenceOf(write: StrimziWrite, truth: Truth): Consequence | undefined {
  const { after, before } = meeting(write, truth);
  const nothing = { isCreated: false, set: {}, unset: [] };
  if (after === undefined) {
    if (before === undefined || !isManaged(before)) return undefined;
    const name = effectiveTopicName(before);
    return { ...nothing, name, deletedId: truth.kafka.topics.get(name)?.id };
  }
  if (!isManaged(after)) return undefined;
  const name = after.spec.topicName ?? after.metadata.name;
  const live = truth.kafka.topics.get(name);
  if (live === undefined) return { ...nothing, name, isCreated: before === undefined || !isManaged(before) };
  const said: KafkaTopicSpec = before !== undefined && isManaged(before) ? before.spec : {};
  const [was, is] = [textsOf(said, live.configs), textsOf(after.spec)];
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (key) => was[key] !== is[key] && live.configs[key] !== is[key],
  );
  const { partitions = live.partitions.length } = after.spec;
  const isGrowing = partitions !== said.partitions && partitions > live.partitions.length;
  return {
    ...nothing,
    name,
    growsTo: isGrowing ? partitions : undefined,
    set: Object.fromEntries(changed.flatMap((key) => (is[key] === undefined ? [] : [[key, is[key]] as const]))),
    unset: changed.filter((key) => is[key] === undefined),
  };
}

/** Why nothing may be written to this topic but through a KafkaTopic. */
export function claimProblem(name: string, { strimzi }: Pick<Truth, "strimzi">): string | undefined {
  const claim = strimzi.topics.find(
    (topic) => clusterOf(topic) === STRIMZI.name && isManaged(topic) && effectiveTopicName(topic) === name,
  );
  return claim && `Topic "${name}" was written directly, although Strimzi manages it by "${claim.metadata.name}"`;
}

/** By key, as texts; of a KafkaTopic that says nothing yet, what is live counts as said. */
function textsOf({ config }: KafkaTopicSpec, live: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(config ?? live).map(([key, value]) => [key, textOf(value)]));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isTooSoon({ verb }: StrimziWrite, before: StoredKafkaTopic | undefined): boolean {
  if (verb !== "delete" || before === undefined || isManaged(before)) return false;
  return before.status?.conditions?.some(({ type, status }) => type === "Unmanaged" && status === "True") !== true;
}

/** Of two KafkaTopics for one topic the other may stand for it. */
function isWantedRelease(
  after: Described | undefined,
  before: StoredKafkaTopic | undefined,
  object: EventTopic | undefined,
  { buses, strimzi }: Truth,
): boolean {
  if (after === undefined || before === undefined || object === undefined) return false;
  if (isManaged(after) || !isManaged(before) || object.metadata.deletionTimestamp !== undefined) return false;
  const name = effectiveTopicName(before);
  const isThrough = buses.objects[0]?.spec.topicManagement === "KafkaTopic";
  const isWanted = wishesFor(name, [object]).some(
    ({ role }) => role === "source" || object.spec.deadLetter?.enabled !== false,
  );
  const isAlone = strimzi.topics.filter((topic) => isManaged(topic) && effectiveTopicName(topic) === name).length === 1;
  return isThrough && isWanted && isAlone;
}

/** Of a topic that is not there, nobody could tell later who has made it. */
function isUnrecorded(after: Described | undefined, object: EventTopic | undefined, { kafka }: Truth): boolean {
  if (after === undefined || !isManaged(after)) return false;
  const name = after.spec.topicName ?? after.metadata.name;
  const isKnown = [object?.status ?? {}, ...(object?.status?.deadLetters ?? [])].some(
    ({ topicId, topicName }) => topicName === name && topicId !== undefined,
  );
  return kafka.topics.get(name) === undefined && !isKnown && object?.status?.creating?.includes(name) !== true;
}

function isShrinking(after: Described | undefined, { kafka }: Truth): boolean {
  if (after?.spec.partitions === undefined || !isManaged(after)) return false;
  const live = kafka.topics.get(after.spec.topicName ?? after.metadata.name)?.partitions.length ?? 0;
  return after.spec.partitions < live;
}

function isReplicating(after: Described | undefined, before: StoredKafkaTopic | undefined): boolean {
  if (after === undefined || before === undefined || !isManaged(before)) return false;
  return after.spec.replicas !== before.spec.replicas;
}

function ownerIn(topic: Described | undefined): string | undefined {
  return topic?.metadata.annotations?.[ANNOTATION.eventTopic];
}

function clusterOf({ metadata }: Described): string | undefined {
  return metadata.labels?.["strimzi.io/cluster"];
}

function isManaged({ metadata }: Described): boolean {
  return metadata.annotations?.["strimzi.io/managed"] !== "false";
}
