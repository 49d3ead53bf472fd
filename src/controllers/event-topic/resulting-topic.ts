// The topic as it is after a run: what was observed, with every action that Kafka confirmed. Pure.

import { replicationFactorOf } from "../../kafka/model/topic.ts";
import type { StepResult } from "../plan.ts";
import { topicNameOf, type TopicAction } from "./actions.ts";
import type { Applied } from "./apply.ts";
import type { ObservedTopic } from "./observe.ts";

export interface ResultingConfig {
  readonly value: string;
  /** Set on the topic itself, not inherited. */
  readonly isOnTopic: boolean;
}

export interface ResultingTopic {
  readonly id: string;
  /** Undefined where the broker did not tell (no right to describe). */
  readonly partitions: number | undefined;
  readonly replicationFactor: number | undefined;
  readonly configs: ReadonlyMap<string, ResultingConfig>;
  /** Made by this run. */
  readonly isCreated: boolean;
}

type TopicResult = StepResult<TopicAction, Applied>;

/** Of the results only those of this topic count. Undefined when there is no topic. */
export function resultingTopic(
  name: string,
  observed: ObservedTopic,
  results: readonly TopicResult[],
): ResultingTopic | undefined {
  const done = results.filter(({ step, answer }) => answer.status === "ok" && topicNameOf(step.action) === name);
  if (observed.kind === "absent") return createdTopic(done);
  const configs = new Map<string, ResultingConfig>();
  for (const { key, value, source } of observed.configs.values()) {
    configs.set(key, { value: value ?? "", isOnTopic: source === "topic" });
  }
  let partitions: number | undefined = observed.topic.partitions.length;
  for (const { step } of done) {
    const { action } = step;
    if (action.type === "growPartitions") partitions = action.to;
    if (action.type === "changeConfig") {
      configs.set(action.key, { value: action.effective ?? "", isOnTopic: action.to !== undefined });
    }
  }
  const replicationFactor = replicationFactorOf(observed.topic);
  return { id: observed.topic.id, partitions, replicationFactor, configs, isCreated: false };
}

/** When we made the topic, as status records it: brokers need a while to show it. `before` is what was recorded. */
export function creationTime(
  { id, isCreated }: ResultingTopic,
  before: { readonly topicId?: string | undefined; readonly createdAt?: string | undefined } | undefined,
  nowMs: number,
): string | undefined {
  if (isCreated) return `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return before?.topicId === id ? before.createdAt : undefined;
}

function createdTopic(done: readonly TopicResult[]): ResultingTopic | undefined {
  for (const { step, answer } of done) {
    if (step.action.type !== "createTopic" || answer.status !== "ok" || answer.value === undefined) continue;
    const { id, partitions, replicationFactor } = answer.value;
    const entries = Object.entries(step.action.topic.configs);
    const configs = new Map(entries.map(([key, value]) => [key, { value, isOnTopic: true }]));
    return { id, partitions, replicationFactor, configs, isCreated: true };
  }
  return undefined;
}
