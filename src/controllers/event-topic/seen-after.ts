// What a look at an object's topics would see after a run: as observed, with what the run has set and made. So a sweep that
// sees just that need not wake the object. Pure.

import type { CreatedTopic, NewTopic } from "../../kafka/model/topic.ts";
import type { StepResult } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import type { Applied } from "./apply.ts";
import { seen, type SeenTopic, type SeenTopics } from "./fingerprint.ts";
import type { ObservedTopics } from "./observe.ts";

/** Done in Kubernetes, and not to be seen in Kafka. */
const UNSEEN: ReadonlySet<TopicAction["type"]> = new Set([
  "recordOwnership",
  "declareKafkaTopic",
  "correctKafkaTopic",
  "releaseKafkaTopic",
]);

/** What a run has done, by topic. */
interface Done {
  readonly made: Map<string, SeenTopic>;
  readonly set: Map<string, Map<string, string>>;
}

/**
 * Undefined where it cannot be known: a failure, a topic grown, a value that Kafka falls back to; and a topic made of which
 * the broker does not tell all, or something else than was asked. Dead letters take from their source what only a look
 * at it tells, so where some are there, a look must follow the creation.
 */
export function seenAfter(
  observed: ObservedTopics,
  results: readonly StepResult<TopicAction, Applied>[],
): SeenTopics | undefined {
  const done: Done = { made: new Map(), set: new Map() };
  if (!results.every((result) => isForeseen(result, done))) return undefined;
  if (done.made.size > 0 && observed.deadLetters.size > 0) return undefined;
  const before = seen(observed);
  const after = (name: string, topic: SeenTopic | undefined): SeenTopic | undefined =>
    done.made.get(name) ?? changed(topic, done.set.get(name));
  const deadLetters = [...before.deadLetters].map(
    ([name, letter]) => [name, typeof letter === "string" ? letter : after(name, letter)] as const,
  );
  const [name = ""] = observed.source.kind === "present" ? [observed.source.topic.name] : done.made.keys();
  return { source: after(name, before.source), deadLetters: new Map(deadLetters) };
}

/** Takes down what it does; false where that cannot be foreseen. */
function isForeseen({ answer, step: { action } }: StepResult<TopicAction, Applied>, { made, set }: Done): boolean {
  if (answer.status !== "ok") return false;
  if (UNSEEN.has(action.type)) return true;
  if (action.type === "createTopic") {
    const topic = asMade(action.topic, answer.value);
    if (topic !== undefined) made.set(action.topic.name, topic);
    return topic !== undefined;
  }
  if (action.type !== "changeConfig" || action.to === undefined) return false;
  const ofTopic = set.get(action.topicName) ?? new Map<string, string>();
  set.set(action.topicName, ofTopic.set(action.key, action.to));
  return true;
}

/** Brokers need not tell, and may have policies of their own. */
function asMade({ configs: asked }: NewTopic, created: CreatedTopic | undefined): SeenTopic | undefined {
  const { id, partitions, replicationFactor, configs } = created ?? {};
  if (id === undefined || partitions === undefined || replicationFactor === undefined || configs === undefined)
    return undefined;
  const own = new Map(configs.filter(({ source }) => source === "topic").map(({ key, value }) => [key, value]));
  const keys = Object.entries(asked);
  if (own.size !== keys.length || keys.some(([key, value]) => own.get(key) !== value)) return undefined;
  return { id, replicas: Array.from({ length: partitions }, () => replicationFactor), configs };
}

/** A key that was not seen stays unseen: then the next look differs, and wakes. */
function changed(topic: SeenTopic | undefined, values: ReadonlyMap<string, string> | undefined): SeenTopic | undefined {
  if (topic === undefined || values === undefined) return topic;
  const configs = topic.configs.map((entry) => {
    const value = values.get(entry.key);
    return value === undefined ? entry : { ...entry, value, source: "topic" as const };
  });
  return { ...topic, configs };
}
