// By which means a run's steps are carried out: Kafka's admin protocol, or KafkaTopics where the object has to do with any.

import type { Mark } from "../../runtime/reconcile.ts";
import type { KafkaTopicEditors } from "../strimzi/kafka-topic-editor.ts";
import { kafkaTopicOf, KafkaTopicWriter, type OthersKeys } from "../strimzi/kafka-topic-writer.ts";
import type { TopicEffects } from "./apply.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedTopic } from "./resolve.ts";

export function topicEffects(
  { admin, delegation, identity }: ResolvedTopic,
  editors: KafkaTopicEditors,
  context: { readonly memory: Pick<TopicMemory, "undeclared">; mark(mark: Mark): Promise<void> },
): TopicEffects {
  const own: TopicEffects["own"] = ({ finalizer }) => context.mark({ finalizer });
  if (delegation === undefined) return { topics: admin, own, kafkaTopics: NONE };
  const othersKeys: OthersKeys = (topicName) =>
    topicName === identity.topicName ? context.memory.undeclared : NO_KEYS;
  const writer = new KafkaTopicWriter(editors(delegation.owner, identity), delegation, admin, othersKeys);
  const release: TopicEffects["kafkaTopics"]["release"] = (key, call) => writer.release(kafkaTopicOf(key), call);
  return {
    topics: writer,
    own,
    kafkaTopics: {
      declare: (topic, call) => writer.declare(topic, call),
      correct: (topicName, correction, call) => writer.correct(topicName, correction, call),
      release,
    },
  };
}

/** Of dead letters nobody records them. */
const NO_KEYS: ReadonlySet<string> = new Set();

/** Of an object that has none no plan speaks of KafkaTopics. */
const NONE: TopicEffects["kafkaTopics"] = { declare: unplanned, correct: unplanned, release: unplanned };

function unplanned(): Promise<never> {
  return Promise.reject(new Error("There are no KafkaTopics of this object to write"));
}
