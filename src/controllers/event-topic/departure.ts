// What becomes of the KafkaTopics of an EventTopic that is about to go: Strimzi lets go of their topics, which stay, and they
// are deleted. Where that may not be done, or Strimzi says nothing for too long, they stay, and that is told.

import type { EventTopic } from "../../api/event-topic.ts";
import type { Call } from "../../kafka/admin.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { LeftInKafka } from "../left-behind-teller.ts";
import { postponement } from "../postponed-deletion.ts";
import { isGivenUp, wantedTopicName } from "../strimzi/own-kafka-topics.ts";
import { releaseKafkaTopic } from "../strimzi/release-kafka-topic.ts";
import type { KafkaTopic } from "../strimzi/strimzi-kinds.ts";
import { describeKafkaTopic } from "../strimzi/topic-operator-answer.ts";
import { judgeAnswer, type Judgement } from "./judgement.ts";
import type { TopicWorld } from "./resolve.ts";

export type Departure =
  /** The object may go; what stays in Kafka and is worth telling. */
  | { readonly kind: "gone"; readonly left: readonly LeftInKafka[] }
  | { readonly kind: "waiting"; readonly judgement: Judgement };

interface Leaving {
  readonly topic: EventTopic;
  readonly left: readonly LeftInKafka[];
  /** Its topics are gone, and so will be their KafkaTopics. */
  readonly isDeleted: boolean;
}

type World = Pick<TopicWorld, "buses" | "deletionTimeoutMs" | "isTerminating" | "kafkaTopicEditor" | "kafkaTopics">;

export async function giveUpKafkaTopics(
  { topic, left, isDeleted }: Leaving,
  world: World,
  call: Call,
  nowMs: number,
): Promise<Departure> {
  const owner = keyOf(topic.metadata);
  const owned = world.kafkaTopics.ownedBy(owner);
  const isPlain = topic.spec.deletionPolicy !== "Delete" && (owned.length > 0 || isDelegated(topic, world));
  // That a topic is retained as it was asked for is no news.
  const told = isPlain ? [] : left;
  const staying = owned.filter((kafkaTopic) => !isGivenUp(kafkaTopic));
  const why = reasonToLeave(topic, world);
  if (why !== undefined) return { kind: "gone", left: withKept(told, staying, why) };
  const unread = whyUnread(topic, world);
  if (unread !== undefined) return waitToRead(unread, topic, told, world, nowMs);
  const ends = await Promise.all(
    staying.map(async (kafkaTopic): Promise<readonly Waiting[]> => {
      const isGoing = isDeleted && kafkaTopic.metadata.deletionTimestamp !== undefined;
      const judgement = isGoing ? going(kafkaTopic) : await releaseOf(kafkaTopic, owner, world, call);
      return judgement === undefined ? [] : [{ kafkaTopic, judgement }];
    }),
  );
  return waitFor(ends.flat(), topic, told, world, nowMs);
}

interface Waiting {
  readonly kafkaTopic: KafkaTopic;
  readonly judgement: Judgement;
}

/** For Strimzi, but not for ever. */
function waitFor(
  waiting: readonly Waiting[],
  { metadata }: EventTopic,
  told: readonly LeftInKafka[],
  world: World,
  nowMs: number,
): Departure {
  const [first] = waiting;
  if (first === undefined) return { kind: "gone", left: told };
  const kept = waiting.map(({ kafkaTopic }) => kafkaTopic);
  return waitOrGo(first.judgement, metadata, world, nowMs, (why) => withKept(told, kept, why));
}

/** Of what cannot be read nobody knows that it is not there; that it may stay is told. */
function waitToRead(
  unread: string,
  { metadata, status }: EventTopic,
  told: readonly LeftInKafka[],
  world: World,
  nowMs: number,
): Departure {
  const judgement = judgeAnswer({ status: "notSent", reason: unread }, "Its KafkaTopics are to be released");
  const { topicId, topicName } = status ?? {};
  const others = told.filter(({ kafkaName }) => kafkaName !== topicName);
  return waitOrGo(judgement, metadata, world, nowMs, (why) => [...others, { kafkaName: topicName, topicId, why }]);
}

/** `leave`: what stays where it has waited for too long, and why. */
function waitOrGo(
  judgement: Judgement,
  metadata: EventTopic["metadata"],
  world: World,
  nowMs: number,
  leave: (why: string) => readonly LeftInKafka[],
): Departure {
  const { isOver, message, untilMs } = postponement(judgement.message, {
    what: "object",
    sinceMs: Date.parse(metadata.deletionTimestamp ?? ""),
    nowMs,
    timeoutMs: world.deletionTimeoutMs,
    isTerminating: world.isTerminating(metadata.namespace ?? ""),
  });
  if (isOver) return { kind: "gone", left: leave(message) };
  const outcome = { ...judgement.outcome, recheckAt: untilMs };
  return { kind: "waiting", judgement: { ...judgement, outcome } };
}

/** Why it is not known whether there are KafkaTopics of an object that has, or should have, some. */
function whyUnread(topic: EventTopic, world: World): string | undefined {
  const { bus, kafkaTopic, topicName = "" } = topic.status ?? {};
  if (kafkaTopic === undefined && !isDelegated(topic, world)) return undefined;
  const { strimzi } = world.buses.get(bus?.name ?? "")?.spec ?? {};
  const claim = world.kafkaTopics.find(strimzi, topicName, keyOf(topic.metadata));
  return claim.kind === "unreadable" ? claim.message : undefined;
}

function isDelegated({ status }: EventTopic, { buses }: World): boolean {
  return buses.get(status?.bus?.name ?? "")?.spec.topicManagement === "KafkaTopic";
}

/** Why nothing may be written. */
function reasonToLeave({ spec, status }: EventTopic, { buses }: World): string | undefined {
  const bus = buses.get(status?.bus?.name ?? "");
  if (spec.suspend === true) return "the object is suspended";
  if (bus?.spec.access === "ReadOnly") return `EventBus "${bus.metadata.name}" is read-only`;
  return bus?.spec.suspend === true ? `EventBus "${bus.metadata.name}" is suspended` : undefined;
}

/** Undefined once it is given up. */
async function releaseOf(
  kafkaTopic: KafkaTopic,
  owner: string,
  world: World,
  call: Call,
): Promise<Judgement | undefined> {
  const answer = await releaseKafkaTopic(kafkaTopic, world.kafkaTopicEditor(owner), call);
  if (answer.status === "ok") return undefined;
  return judgeAnswer(answer, `${describeKafkaTopic(kafkaTopic)} is to be released`);
}

function going(kafkaTopic: KafkaTopic): Judgement {
  const reason = `${describeKafkaTopic(kafkaTopic)} is being deleted with its topic`;
  return judgeAnswer({ status: "unknown", reason, handedOver: "before" }, "The topic is gone");
}

function withKept(left: readonly LeftInKafka[], kept: readonly KafkaTopic[], why: string): readonly LeftInKafka[] {
  const byName = new Map(left.map((one) => [one.kafkaName ?? "", one]));
  for (const kafkaTopic of kept) {
    const name = wantedTopicName(kafkaTopic);
    const before = byName.get(name);
    const stays = `${describeKafkaTopic(kafkaTopic)} stays as it is, because ${why}`;
    const reason = before === undefined ? stays : `${before.why}; ${stays}`;
    byName.set(name, { kafkaName: name, topicId: before?.topicId ?? kafkaTopic.status?.topicId, why: reason });
  }
  return [...byName.values()];
}
