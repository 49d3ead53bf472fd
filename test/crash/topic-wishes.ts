// Which objects wish a topic, and what for: read from their specs by rules of its own, which are not the operator's code.
// The name template of these worlds is {domain}.

import type { EventTopic } from "../../src/api/event-topic.ts";

/** An object that has to do with a topic of Kafka. */
export interface Wish {
  readonly object: EventTopic;
  readonly role: "source" | "deadLetter";
}

export function wishesFor(name: string, topics: readonly EventTopic[]): Wish[] {
  return topics.flatMap((object): Wish[] => {
    if (nameOfSource(object) === name) return [{ object, role: "source" }];
    return isDeadLetterOf(object, name) ? [{ object, role: "deadLetter" }] : [];
  });
}

/** Whether growing to `count` partitions is what the spec says. `source`: those that the source has. */
export function wantsPartitions({ object: { spec }, role }: Wish, count: number, source: number): boolean {
  if (role === "source") return spec.sizing !== undefined || spec.partitions === count;
  return (spec.deadLetter?.partitions ?? Math.max(source, spec.partitions ?? 0)) === count || spec.sizing !== undefined;
}

/** Keys of a change whose value the spec itself says, and says otherwise. */
export function revertedKeys(
  { object: { spec }, role }: Wish,
  set: Readonly<Record<string, string>>,
  unset: readonly string[],
): readonly string[] {
  if (role === "deadLetter") return [];
  const declared = new Map(Object.entries(spec.config ?? {}).map(([key, value]) => [key, String(value)]));
  if (spec.compressionType !== undefined) declared.set("compression.type", spec.compressionType);
  const wrong = Object.entries(set).filter(([key, value]) => declared.has(key) && declared.get(key) !== value);
  return [...wrong.map(([key]) => key), ...unset.filter((key) => declared.has(key))];
}

/** The topics that an object is bound to. */
export function boundIds({ status }: EventTopic): readonly string[] {
  const letters = (status?.deadLetters ?? []).map(({ topicId }) => topicId);
  return [status?.topicId, ...letters].filter((id) => id !== undefined);
}

function nameOfSource({ spec, status }: EventTopic): string | undefined {
  return status?.topicName ?? spec.topicName ?? spec.domain;
}

/** What was provided before is listed in the status until it is released. With perGroup any group may be in the name. */
function isDeadLetterOf(topic: EventTopic, name: string): boolean {
  const { deadLetter } = topic.spec;
  if (topic.status?.deadLetters?.some(({ topicName }) => topicName === name) === true) return true;
  if (deadLetter === undefined || deadLetter.enabled === false) return false;
  const source = nameOfSource(topic) ?? "";
  if (deadLetter.perGroup === true) return name.startsWith(`${source}.`) && name.endsWith(".dlq");
  return (deadLetter.nameTemplate ?? "{topic}.dlq").replaceAll("{topic}", source) === name;
}
