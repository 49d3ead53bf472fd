// What a plan needs besides where topics are written as KafkaTopics, or were: Strimzi deletes each configuration that a
// KafkaTopic does not list, brings about whatever it says, and goes on until it is released. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import { THROTTLE_CONFIGS } from "../../api/config-keys.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import { replicationFactorOf, type NewTopic } from "../../kafka/model/topic.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { RestrictedPlan, Step } from "../plan.ts";
import type { KafkaTopicCorrection } from "../strimzi/kafka-topic-correction.ts";
import {
  configText,
  isBeingGivenUp,
  kafkaTopicKey,
  wantedTopicName,
  type Delegation,
} from "../strimzi/own-kafka-topics.ts";
import type { KafkaTopic } from "../strimzi/strimzi-kinds.ts";
import { describeAction, isConfigChange, topicNameOf, type TopicAction } from "./actions.ts";
import type { PresentTopic } from "./observe.ts";

type TopicStep = Step<TopicAction>;

/** One topic of the object that is there and its own. */
export interface HeldTopic {
  readonly present: PresentTopic;
  /** Keys that are ours to set: declared, or set by us before. */
  readonly keys: ReadonlySet<string>;
}

/** Something that a KafkaTopic says and that Kafka is not. */
export interface LatentChange {
  readonly topicName: string;
  readonly kafkaTopic: string;
  /** Undefined: the number of partitions. */
  readonly key?: string | undefined;
  /** What is live; undefined where the key is not set on the topic. */
  readonly live: string | undefined;
}

/** The steps, with those that make them possible: topics that are there are declared first, and others released. */
export function delegatedSteps(
  steps: readonly TopicStep[],
  held: readonly HeldTopic[],
  delegation: Delegation | undefined,
): readonly TopicStep[] {
  if (delegation === undefined) return steps;
  const { own, place, strays } = delegation;
  const undeclared = held.filter(({ present: { topic } }) => isUndeclared(own.get(topic.name)));
  const declared = place === undefined ? [] : undeclared.flatMap(({ present }) => declaration(present, delegation));
  const released = strays.map((stray) => release(stray));
  // Until Strimzi has let go of all of them nothing is written by any other way.
  const first = place === undefined ? released.map(({ id }) => id) : [];
  const followers = steps.map((step) => {
    const name = topicNameOf(step.action);
    const own = declared.filter(({ action }) => topicNameOf(action) === name).map(({ id }) => id);
    return { ...step, after: [...step.after, ...first, ...own] };
  });
  return [...released, ...declared, ...followers];
}

/** One that we were about to give up says what was, not what is. */
function isUndeclared(own: KafkaTopic | undefined): boolean {
  return own === undefined || isBeingGivenUp(own);
}

function declaration({ topic, configs }: PresentTopic, delegation: Delegation): TopicStep[] {
  const key = kafkaTopicKey(topic.name, delegation);
  if (key === undefined) return [];
  const set = [...configs.values()].filter(({ key: name, source }) => source === "topic" && !isThrottle(name));
  const asItIs: NewTopic = {
    name: topic.name,
    partitions: topic.partitions.length,
    replicationFactor: replicationFactorOf(topic),
    configs: Object.fromEntries(set.flatMap(({ key: name, value }) => (value === null ? [] : [[name, value]]))),
  };
  return [step({ type: "declareKafkaTopic", topic: asItIs, kafkaTopic: keyOf(key), cause: "declared" })];
}

function release(stray: KafkaTopic): TopicStep {
  const kafkaTopic = keyOf(stray.metadata);
  return step({ type: "releaseKafkaTopic", topicName: wantedTopicName(stray), kafkaTopic, cause: "declared" });
}

function step(action: TopicAction): TopicStep {
  return { id: describeAction(action), after: [], action };
}

function isThrottle(key: string): boolean {
  return THROTTLE_CONFIGS.some((throttle) => throttle === key);
}

/** Of keys that are ours only: what others have put into a KafkaTopic is between them and Strimzi. */
export function latentChanges(held: readonly HeldTopic[], delegation: Delegation | undefined): readonly LatentChange[] {
  if (delegation?.place === undefined) return [];
  return held.flatMap(({ present, keys }) => {
    const { name, partitions } = present.topic;
    const own = delegation.own.get(name);
    if (own === undefined || isUndeclared(own)) return [];
    const place = { topicName: name, kafkaTopic: keyOf(own.metadata) };
    const count = own.spec?.partitions;
    const isOtherCount = count !== undefined && count !== partitions.length;
    const configs = [...keys].flatMap((key) => {
      const entry = present.configs.get(key);
      const said = own.spec?.config?.[key];
      const live = entry?.source === "topic" ? (entry.value ?? "") : undefined;
      const isSame =
        said === undefined || live === undefined
          ? said === undefined && live === undefined
          : isSameConfigValue(entry?.type ?? "unknown", live, configText(said));
      return isSame ? [] : [{ ...place, key, live }];
    });
    return [...(isOtherCount ? [{ ...place, live: String(partitions.length) }] : []), ...configs];
  });
}

/** Why a change waits that would destroy something. */
const GUARDED: ReadonlySet<EventTopicReason> = new Set([
  "ApprovalRequired",
  "SteppingDown",
  "PolicyViolation",
  "BusNotReady",
]);

/**
 * Takes back what KafkaTopics say and is not to come about: nobody wants it any more, or the change guard now holds it. What is
 * allowed is written anyway; what waits for its turn, or is drift that is only reported, stays as it is said.
 */
export function correctedSteps(
  latent: readonly LatentChange[],
  { steps, withheld }: Pick<RestrictedPlan<TopicAction, EventTopicReason>, "steps" | "withheld">,
): readonly TopicStep[] {
  const wrong = latent.filter((change) => {
    if (steps.some(({ action }) => isOf(change, action))) return false;
    const holding = withheld.find((held) => isOf(change, held.step.action));
    return holding === undefined || GUARDED.has(holding.reason);
  });
  const corrections = [...Map.groupBy(wrong, ({ topicName }) => topicName).values()].flatMap((ofTopic) =>
    correction(ofTopic),
  );
  const records = steps.filter(({ action }) => action.type === "recordOwnership");
  const after = records.map(({ id }) => id);
  return [
    ...records,
    ...corrections.map((corrected) => ({ ...corrected, after })),
    ...steps.filter((other) => !records.includes(other)),
  ];
}

function isOf({ topicName, key }: LatentChange, action: TopicAction): boolean {
  if (topicNameOf(action) !== topicName) return false;
  if (action.type === "declareKafkaTopic") return true;
  return isConfigChange(action) ? action.key === key : action.type === "growPartitions" && key === undefined;
}

function correction(changes: readonly LatentChange[]): TopicStep[] {
  const [first] = changes;
  if (first === undefined) return [];
  const { topicName, kafkaTopic } = first;
  const count = changes.find(({ key }) => key === undefined)?.live;
  const configs = changes.flatMap(({ key, live }) => (key === undefined ? [] : [[key, live] as const]));
  const correction: KafkaTopicCorrection = {
    partitions: count === undefined ? undefined : Number(count),
    set: Object.fromEntries(configs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)),
    unset: configs.filter(([, live]) => live === undefined).map(([key]) => key),
  };
  return [step({ type: "correctKafkaTopic", topicName, kafkaTopic, correction, cause: "declared" })];
}
