// What a look at an object's topics would see after a run: as observed, with what the run has set. So a sweep that sees just
// that need not wake the object. Pure.

import type { StepResult } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import type { Applied } from "./apply.ts";
import type { ObservedTopic, ObservedTopics } from "./observe.ts";

/** Done in Kubernetes, and not to be seen in Kafka. */
const UNSEEN: ReadonlySet<TopicAction["type"]> = new Set([
  "recordOwnership",
  "declareKafkaTopic",
  "correctKafkaTopic",
  "releaseKafkaTopic",
]);

/** Undefined where it cannot be known: a failure, a topic made or grown, a value that Kafka falls back to. */
export function seenAfter(
  observed: ObservedTopics,
  results: readonly StepResult<TopicAction, Applied>[],
): ObservedTopics | undefined {
  const changes = new Map<string, Map<string, string>>();
  for (const { step, answer } of results) {
    const { action } = step;
    if (answer.status === "ok" && UNSEEN.has(action.type)) continue;
    if (answer.status !== "ok" || action.type !== "changeConfig" || action.to === undefined) return undefined;
    const ofTopic = changes.get(action.topicName) ?? new Map<string, string>();
    changes.set(action.topicName, ofTopic.set(action.key, action.to));
  }
  if (changes.size === 0) return observed;
  const deadLetters = [...observed.deadLetters].map(
    ([name, answer]) =>
      [name, answer.status === "ok" ? { ...answer, value: changed(answer.value, changes) } : answer] as const,
  );
  return { source: changed(observed.source, changes), deadLetters: new Map(deadLetters) };
}

/** A key that was not seen stays unseen: then the next look differs, and wakes. */
function changed(observed: ObservedTopic, changes: ReadonlyMap<string, ReadonlyMap<string, string>>): ObservedTopic {
  const values = observed.kind === "absent" ? undefined : changes.get(observed.topic.name);
  if (observed.kind === "absent" || values === undefined) return observed;
  const configs = [...observed.configs].map(([key, entry]) => {
    const value = values.get(key);
    return [key, value === undefined ? entry : { ...entry, value, source: "topic" as const }] as const;
  });
  return { ...observed, configs: new Map(configs) };
}
