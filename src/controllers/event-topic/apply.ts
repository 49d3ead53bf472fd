// Carries out what the restricted plan still holds. Asks no question of its own: permission was data before this.

import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { CreatedTopic, NewTopic } from "../../kafka/model/topic.ts";
import { applySteps, recordFirst, type Step, type StepResult } from "../plan.ts";
import type { KafkaTopicCorrection } from "../strimzi/kafka-topic-correction.ts";
import type { ConfigChangeAction, TopicAction } from "./actions.ts";

/** What a successful action tells: the new topic, or nothing. */
export type Applied = CreatedTopic | undefined;

/** One request's worth of actions: a topic's configuration is changed in one, so that it changes as a whole. */
type Request =
  | { readonly kind: "single"; readonly step: Step<Exclude<TopicAction, ConfigChangeAction>> }
  | { readonly kind: "configs"; readonly topicName: string; readonly steps: readonly Step<ConfigChangeAction>[] };

/** By which means topics are written: Kafka's admin protocol, or KafkaTopics of Strimzi. */
export interface TopicWriter extends Pick<KafkaAdmin, "createTopic" | "createPartitions" | "alterConfigs"> {
  deleteTopic(topic: { readonly id: string; readonly name: string }, call: WriteCall): Promise<Answer<void>>;
}

/** What is done besides in Kubernetes. */
export interface TopicEffects {
  readonly topics: TopicWriter;
  /** The finalizer, before the first effect; rejects when they could not be stored for certain. */
  own(record: Extract<TopicAction, { type: "recordOwnership" }>): Promise<void>;
  readonly kafkaTopics: {
    declare(topic: NewTopic, call: WriteCall): Promise<Answer<undefined>>;
    correct(topicName: string, correction: KafkaTopicCorrection, call: WriteCall): Promise<Answer<undefined>>;
    /** `key`: of the KafkaTopic. */
    release(key: string, call: WriteCall): Promise<Answer<undefined>>;
  };
}

export async function applyTopics(
  steps: readonly Step<TopicAction>[],
  effects: TopicEffects,
  call: WriteCall,
): Promise<StepResult<TopicAction, Applied>[]> {
  const requests = requestsOf(steps);
  const results = await applySteps(requests, (request) => send(request, effects, call));
  return results.flatMap(({ step: { action }, answer }) => stepsOf(action).map((step) => ({ step, answer })));
}

/** In the order of the steps; a topic's configuration changes stand where the first of them stood. */
function requestsOf(steps: readonly Step<TopicAction>[]): Step<Request>[] {
  const requests: Step<Request>[] = [];
  const changes = steps.filter((step): step is Step<ConfigChangeAction> => step.action.type === "changeConfig");
  const byTopic = Map.groupBy(changes, ({ action }) => action.topicName);
  const configRequests = new Map(changes.map(({ id, action }) => [id, requestIdOf(action.topicName)]));
  for (const step of steps) {
    if (isSingle(step)) requests.push({ ...step, action: { kind: "single", step } });
  }
  for (const [topicName, ofTopic] of byTopic) {
    const after = ofTopic.flatMap((step) => step.after).map((id) => configRequests.get(id) ?? id);
    const id = requestIdOf(topicName);
    requests.push({ id, after: [...new Set(after)], action: { kind: "configs", topicName, steps: ofTopic } });
  }
  return requests;
}

function requestIdOf(topicName: string): string {
  return `configs of ${topicName}`;
}

function isSingle(step: Step<TopicAction>): step is Step<Exclude<TopicAction, ConfigChangeAction>> {
  return step.action.type !== "changeConfig";
}

function stepsOf(request: Request): readonly Step<TopicAction>[] {
  return request.kind === "single" ? [request.step] : request.steps;
}

async function send(request: Request, effects: TopicEffects, call: WriteCall): Promise<Answer<Applied>> {
  const { topics, kafkaTopics } = effects;
  if (request.kind === "configs") return await changeConfigs(request, topics, call);
  const { action } = request.step;
  switch (action.type) {
    case "recordOwnership":
      return await recordFirst(() => effects.own(action), undefined);
    case "declareKafkaTopic":
      return await kafkaTopics.declare(action.topic, call);
    case "correctKafkaTopic":
      return await kafkaTopics.correct(action.topicName, action.correction, call);
    case "releaseKafkaTopic":
      return await kafkaTopics.release(action.kafkaTopic, call);
    case "deleteTopic":
      return await withoutValue(deleted(topics.deleteTopic({ id: action.topicId, name: action.topicName }, call)));
    case "createTopic":
      return await topics.createTopic(action.topic, call);
    case "growPartitions":
      return await withoutValue(
        topics.createPartitions({ name: action.topicName, count: action.to, currentCount: action.from }, call),
      );
  }
}

async function changeConfigs(
  { topicName, steps }: Extract<Request, { kind: "configs" }>,
  topics: TopicWriter,
  call: WriteCall,
): Promise<Answer<Applied>> {
  const changes = steps.map(({ action }) => action);
  const set = changes.flatMap(({ key, to }) => (to === undefined ? [] : [[key, to] as const]));
  const unset = changes.filter(({ to }) => to === undefined).map(({ key }) => key);
  return await withoutValue(
    topics.alterConfigs({ kind: "topic", name: topicName }, { set: Object.fromEntries(set), unset }, call),
  );
}

/** Gone already is what was wanted. */
async function deleted(answer: Promise<Answer<void>>): Promise<Answer<void>> {
  const settled = await answer;
  return settled.status === "failed" && settled.failure.kind === "missing" ? ok(undefined) : settled;
}

async function withoutValue(answer: Promise<Answer<void>>): Promise<Answer<undefined>> {
  const settled = await answer;
  return settled.status === "ok" ? { status: "ok", value: undefined } : settled;
}
