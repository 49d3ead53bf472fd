// The plan, and the verdict on a run, of an EventTopic with one dead-letter topic, through the pure phases.

import type { EventTopicSpec, EventTopicStatus } from "../../src/api/event-topic.ts";
import type { TopicAction } from "../../src/controllers/event-topic/actions.ts";
import type { Applied } from "../../src/controllers/event-topic/apply.ts";
import { desiredTopics } from "../../src/controllers/event-topic/desired-topics.ts";
import { memoryOf } from "../../src/controllers/event-topic/memory.ts";
import type { ObservedTopic } from "../../src/controllers/event-topic/observe.ts";
import { planTopics, type TopicsPlan } from "../../src/controllers/event-topic/plan-topics.ts";
import type { ResolvedDeadLetter } from "../../src/controllers/event-topic/resolve-dead-letters.ts";
import { ok, type Answer } from "../../src/kafka/model/failure.ts";
import { anEventTopic } from "./objects.ts";
import { NOW } from "./planned-topic.ts";
import { runTopic, type RunResult } from "./topic-run.ts";
import { aResolvedTopic, aTopicInKafka, type ResolvedGiven } from "./topics.ts";

export const SOURCE = "billing.usage.events";
export const DLQ = `${SOURCE}.dlq`;

/** What a dead-letter topic of a source without a word of its own is given. */
export const LETTER_CONFIGS = {
  "message.timestamp.type": "LogAppendTime",
  "retention.ms": "1209600000",
  "max.message.bytes": "1310732",
} as const;

export interface TopicsGiven extends ResolvedGiven {
  readonly spec?: Partial<EventTopicSpec>;
  readonly status?: EventTopicStatus;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly source: ObservedTopic;
  readonly letters: Answer<ObservedTopic>;
  /** The wish for the dead-letter topic; null: there is none. */
  readonly wish?: Partial<ResolvedDeadLetter> | null;
}

/** A dead-letter topic in Kafka. */
export function letters(partitions: number, configs: Readonly<Record<string, string>> = LETTER_CONFIGS) {
  return ok<ObservedTopic>(aTopicInKafka({ name: DLQ, id: "id-dlq", partitions, configs }));
}

function lettersIn({ letters: answer, wish }: TopicsGiven): ReadonlyMap<string, Answer<ObservedTopic>> {
  return new Map(wish === null || wish?.obstacle !== undefined ? [] : [[DLQ, answer]]);
}

function wishesIn({ wish }: TopicsGiven): readonly ResolvedDeadLetter[] {
  return wish === null ? [] : [{ name: DLQ, adoption: "Adopt", ...wish }];
}

export function plannedTopics(given: TopicsGiven): TopicsPlan {
  const { source, annotations = {} } = given;
  const topic = anEventTopic({ deadLetter: {}, ...given.spec }, { annotations }, given.status);
  const memory = memoryOf(topic, NOW);
  const resolved = aResolvedTopic(topic, { ...given, deadLetters: wishesIn(given) });
  const desired = desiredTopics(topic, resolved, memory);
  return planTopics(desired, { source, deadLetters: lettersIn(given) }, memory);
}

/** `answer`: what Kafka says to each action. */
export function verdictOn(
  given: TopicsGiven,
  answer: (action: TopicAction) => Answer<Applied> = () => ok(undefined),
): RunResult {
  const spec = { deadLetter: {}, ...given.spec };
  const observedLetters = lettersIn(given);
  return runTopic(given.source, { ...given, spec, deadLetters: wishesIn(given), observedLetters, answer });
}
