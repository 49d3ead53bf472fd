// Carries out what the restricted plan still holds. Asks no question of its own: permission was data before this.

import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { CreatedTopic } from "../../kafka/model/topic.ts";
import { applySteps, recordFirst, type Step, type StepResult } from "../plan.ts";
import type { ConfigChangeAction, TopicAction } from "./actions.ts";

/** What a successful action tells: the new topic, or nothing. */
export type Applied = CreatedTopic | undefined;

/** One request's worth of actions: a topic's configuration is changed in one, so that it changes as a whole. */
type Request =
  | { readonly kind: "single"; readonly step: Step<Exclude<TopicAction, ConfigChangeAction>> }
  | { readonly kind: "configs"; readonly topicName: string; readonly steps: readonly Step<ConfigChangeAction>[] };

/** What is written on the object itself; each rejects when it could not be stored for certain. */
export interface ObjectRecords {
  /** The finalizer, before the first effect. */
  own(record: Extract<TopicAction, { type: "recordOwnership" }>): Promise<void>;
}

export async function applyTopics(
  steps: readonly Step<TopicAction>[],
  admin: KafkaAdmin,
  call: WriteCall,
  records: ObjectRecords,
): Promise<StepResult<TopicAction, Applied>[]> {
  const requests = requestsOf(steps);
  const results = await applySteps(requests, (request) => send(request, admin, call, records));
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

async function send(
  request: Request,
  admin: KafkaAdmin,
  call: WriteCall,
  records: ObjectRecords,
): Promise<Answer<Applied>> {
  if (request.kind === "configs") return await changeConfigs(request, admin, call);
  const { action } = request.step;
  switch (action.type) {
    case "recordOwnership":
      return await recordFirst(() => records.own(action), undefined);
    case "deleteTopic":
      return await withoutValue(deleted(admin.deleteTopic({ id: action.topicId }, call)));
    case "createTopic":
      return await admin.createTopic(action.topic, call);
    case "growPartitions":
      return await withoutValue(
        admin.createPartitions({ name: action.topicName, count: action.to, currentCount: action.from }, call),
      );
  }
}

async function changeConfigs(
  { topicName, steps }: Extract<Request, { kind: "configs" }>,
  admin: KafkaAdmin,
  call: WriteCall,
): Promise<Answer<Applied>> {
  const changes = steps.map(({ action }) => action);
  const set = changes.flatMap(({ key, to }) => (to === undefined ? [] : [[key, to] as const]));
  const unset = changes.filter(({ to }) => to === undefined).map(({ key }) => key);
  return await withoutValue(
    admin.alterConfigs({ kind: "topic", name: topicName }, { set: Object.fromEntries(set), unset }, call),
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
