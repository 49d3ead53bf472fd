// What can be done to a topic, as data, and the one sentence that logs, events, pending changes and the CLI show.
// Pure.

import type { EffectiveChange } from "../../domain/retention-loss.ts";
import type { NewTopic } from "../../kafka/model/topic.ts";
import type { Step } from "../plan.ts";
import type { KafkaTopicCorrection } from "../strimzi/kafka-topic-correction.ts";

/**
 * Why a change is wanted.
 * - `declared`: the spec, a policy or a default says so, and did not when the topic was last as declared.
 * - `removed`: nobody declares the key any more, and we had set it.
 * - `drift`: it was as declared, and somebody changed it in Kafka.
 * - `undeclared`: nobody ever declared it (configOwnership Full).
 */
export type ChangeCause = "declared" | "removed" | "drift" | "undeclared";

export interface ConfigChangeAction {
  readonly type: "changeConfig";
  readonly topicName: string;
  readonly key: string;
  /** Live value. */
  readonly from: string;
  /** The value to set; undefined returns the key to what it inherits. */
  readonly to: string | undefined;
  /** The value that would be effective afterwards; undefined where the broker does not tell what is inherited. */
  readonly effective: string | undefined;
  /** Who wants the value, as status.effectiveConfig shows it. */
  readonly source: string;
  readonly cause: ChangeCause;
  /** One step of the way to what is wanted. */
  readonly isPartial?: boolean | undefined;
}

export type TopicAction =
  | {
      /** Written on the object before the first effect in Kafka, so that no crash leaves it unexplained. */
      readonly type: "recordOwnership";
      readonly finalizer: boolean;
      /** For `status.creating`. */
      readonly creation?: string | undefined;
      readonly cause: "declared";
    }
  | {
      readonly type: "deleteTopic";
      readonly topicName: string;
      readonly topicId: string;
      /** Records or groups keep the topic until somebody confirms. */
      readonly isProtected: boolean;
      readonly cause: "declared";
    }
  | { readonly type: "createTopic"; readonly topic: NewTopic; readonly cause: "declared" | "drift" }
  | {
      readonly type: "growPartitions";
      readonly topicName: string;
      readonly from: number;
      readonly to: number;
      readonly cause: "declared";
    }
  | {
      /** A topic that is there gets a KafkaTopic, which says just what it is, so that Strimzi changes nothing of it. */
      readonly type: "declareKafkaTopic";
      /** As it is. */
      readonly topic: NewTopic;
      /** Key of the KafkaTopic. */
      readonly kafkaTopic: string;
      readonly cause: "declared";
    }
  | {
      /** A KafkaTopic says what Kafka has not become and is not to become (any longer). */
      readonly type: "correctKafkaTopic";
      readonly topicName: string;
      readonly kafkaTopic: string;
      readonly correction: KafkaTopicCorrection;
      readonly cause: "declared";
    }
  | {
      /** Strimzi lets go of the topic, and the KafkaTopic goes. */
      readonly type: "releaseKafkaTopic";
      readonly topicName: string;
      readonly kafkaTopic: string;
      readonly cause: "declared";
    }
  | ConfigChangeAction;

/** The topic that an action is about; undefined for what is done on the object itself. */
export function topicNameOf(action: TopicAction): string | undefined {
  switch (action.type) {
    case "recordOwnership":
      return undefined;
    case "createTopic":
    case "declareKafkaTopic":
      return action.topic.name;
    case "correctKafkaTopic":
    case "releaseKafkaTopic":
    case "deleteTopic":
    case "growPartitions":
    case "changeConfig":
      return action.topicName;
  }
}

/** Sets back what somebody else has set. */
export function isCorrection(action: TopicAction): action is ConfigChangeAction {
  return action.type === "changeConfig" && (action.cause === "drift" || action.cause === "undeclared");
}

/** What an action does, in one sentence without a final period. */
export function describeAction(action: TopicAction): string {
  switch (action.type) {
    case "recordOwnership":
      return "Record on the object what it is about to own in Kafka";
    case "deleteTopic":
      return `Delete topic "${action.topicName}" (id ${action.topicId}) with its data`;
    case "createTopic": {
      const { name, partitions, replicationFactor } = action.topic;
      const size = partitions === undefined ? "the broker's default number of partitions" : `${partitions} partitions`;
      const copies =
        replicationFactor === undefined ? "default replication factor" : `replication factor ${replicationFactor}`;
      return `Create topic "${name}" with ${size} and ${copies}`;
    }
    case "growPartitions":
      return `Grow topic "${action.topicName}" from ${action.from} to ${action.to} partitions`;
    case "declareKafkaTopic":
      return `Declare topic "${action.topic.name}" as it is by KafkaTopic "${action.kafkaTopic}"`;
    case "correctKafkaTopic":
      return `Take back in KafkaTopic "${action.kafkaTopic}" what has not come to topic "${action.topicName}" (${describeCorrection(action.correction)})`;
    case "releaseKafkaTopic":
      return `Release topic "${action.topicName}" from KafkaTopic "${action.kafkaTopic}"`;
    case "changeConfig":
      return action.to === undefined
        ? `Reset ${action.key} of topic "${action.topicName}" from "${action.from}" to what the broker gives` +
            (action.effective === undefined ? "" : ` ("${action.effective}")`)
        : `Set ${action.key} of topic "${action.topicName}" from "${action.from}" to "${action.to}"`;
  }
}

function describeCorrection({ partitions, set, unset }: KafkaTopicCorrection): string {
  const count = partitions === undefined ? [] : [`partitions ${partitions}`];
  const values = Object.entries(set).map(([key, value]) => `${key} "${value}"`);
  return [...count, ...values, ...unset.map((key) => `no ${key}`)].join(", ");
}

/** The configuration changes among steps, by the topic that they change. */
export function changesByTopic(
  steps: readonly Step<TopicAction>[],
): ReadonlyMap<string, readonly Step<ConfigChangeAction>[]> {
  const changes = steps.filter((step): step is Step<ConfigChangeAction> => isConfigChange(step.action));
  return Map.groupBy(changes, ({ action }) => action.topicName);
}

export function isConfigChange(action: TopicAction): action is ConfigChangeAction {
  return action.type === "changeConfig";
}

/** As the change guard judges it. */
export function effectiveChange({ key, from, effective }: ConfigChangeAction): EffectiveChange {
  return { key, from, to: effective };
}
