// The facts of an EventTopic's status, its conditions aside. Pure. Lists are sorted, empty ones omitted.

import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { SOURCE } from "../../domain/defaults-chain.ts";
import { auditedKeys } from "../../domain/policy-violations.ts";
import { GUARDED_KEYS } from "../../domain/retention-loss.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { StepResult } from "../plan.ts";
import { kafkaTopicKey } from "../strimzi/own-kafka-topics.ts";
import { isConfigChange, type TopicAction } from "./actions.ts";
import { undeclaredKeys } from "./config-changes.ts";
import type { DesiredTopic } from "./desired.ts";
import type { DriftChange } from "./drift-changes.ts";
import { approvalIds, holdsAfter, type GuardedTopic } from "./guarded-changes.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopic } from "./observe.ts";
import { PENDING_MOST } from "./pending-changes.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { TopicPlan } from "./plan.ts";
import { keysToSet } from "./prior-records.ts";
import type { ResolvedTopic, TopicIdentity } from "./resolve.ts";
import { creationTime, type ResultingTopic } from "./resulting-topic.ts";

export type TopicFacts = Omit<EventTopicStatus, "conditions" | "observedGeneration" | "lastHandledReconcileAt">;

/** Identity, once known, is recorded and kept, whatever else happened. */
export function identityFacts(topic: EventTopic, identity: TopicIdentity): TopicFacts {
  const { conditions: _c, observedGeneration: _g, lastHandledReconcileAt: _h, ...kept } = topic.status ?? {};
  const bus = identity.busName === undefined ? kept.bus : { name: identity.busName, clusterId: identity.clusterId };
  return { ...kept, bus, topicName: identity.topicName ?? kept.topicName };
}

interface Finished {
  readonly resolved: ResolvedTopic;
  readonly desired: DesiredTopic;
  readonly observed: ObservedTopic;
  readonly plan: TopicPlan;
  readonly result: ResultingTopic | undefined;
  readonly results: readonly StepResult<TopicAction, unknown>[];
  readonly memory: TopicMemory;
  readonly drift: readonly DriftChange[];
}

export function finishedFacts(topic: EventTopic, finished: Finished, nowMs: number): TopicFacts {
  const { resolved, desired, plan, result, memory } = finished;
  const facts = { ...identityFacts(topic, resolved.identity), kafkaTopic: kafkaTopicRecord(desired, resolved) };
  const isBound = result !== undefined && (result.isCreated || plan.binding !== undefined);
  if (!isBound) return facts;
  const { observed } = finished;
  const undeclared = observed.kind === "present" ? undeclaredKeys(desired, observed.configs, memory) : [];
  return {
    ...facts,
    topicId: result.id,
    createdAt: hasSeenAgain(topic, finished) ? undefined : creationTime(result, topic.status, nowMs),
    adopted: result.isCreated ? false : (plan.binding?.isAdopted ?? false),
    partitions: result.partitions,
    sizedBy: sizing(desired, result, facts.sizedBy),
    replicationFactor: result.replicationFactor,
    retentionPolicy: policyRecord(facts.retentionPolicy, { ...finished, result }),
    effectiveConfig: omitEmpty(
      [...effectiveConfig(desired, result), ...audited(topic, finished, result)].toSorted(byKey),
    ),
    managedKeys: omitEmpty(managedKeys({ ...finished, result })),
    undeclared: omitEmpty(desired.ownsAllConfigs ? [] : undeclared),
    drift: omitEmpty(driftOf(desired.name, finished.drift)),
    consumerGroups: omitEmpty(resolved.consumerGroups ?? facts.consumerGroups ?? []),
  };
}

/** Where topics are made so. */
function kafkaTopicRecord({ name }: DesiredTopic, { delegation }: ResolvedTopic): string | undefined {
  const key = delegation?.place === undefined ? undefined : kafkaTopicKey(name, delegation);
  return key === undefined ? undefined : keyOf(key);
}

/** What the topic was sized by, once it has as many partitions as that came to. */
function sizing(
  { partitions, sizing: wanted, speakers }: DesiredTopic,
  result: ResultingTopic,
  before: TopicFacts["sizedBy"],
): TopicFacts["sizedBy"] {
  if (speakers.topic.sizing === undefined) return undefined;
  if (wanted === undefined || wanted.isSettled || partitions === undefined || result.partitions !== partitions.value)
    return before;
  const { isSettled: _known, ...fields } = wanted;
  return { ...fields, partitions: partitions.value };
}

/** Brokers show the topic: told where the status is written anyway, so that it costs no write of its own. */
function hasSeenAgain({ metadata, status }: EventTopic, { observed, results }: Finished): boolean {
  return observed.kind === "present" && (status?.observedGeneration !== metadata.generation || results.length > 0);
}

/** Whether what an adoption brings is still under way. While it is not known which policy applies, not all is planned. */
export function takeoverFacts(
  plan: TopicsPlan,
  { policy }: ResolvedTopic,
  results: readonly StepResult<TopicAction, unknown>[],
  { isAdopting }: TopicMemory,
): Pick<TopicFacts, "adopting"> {
  const done = new Set(results.filter(({ answer }) => answer.status === "ok").map(({ step }) => step.id));
  const isOpen = plan.steps.some(
    ({ id, action }) => isConfigChange(action) && GUARDED_KEYS.has(action.key) && !done.has(id),
  );
  const isUnderWay = (plan.takesOver || isAdopting) && (isOpen || policy.kind === "problem");
  return { adopting: isUnderWay ? true : undefined };
}

/** Changes that are held back, and the approvals that were acted upon in this run or before. */
export function guardFacts(
  { status }: EventTopic,
  guarded: readonly GuardedTopic[],
  results: readonly StepResult<TopicAction, unknown>[],
): Pick<TopicFacts, "pendingChanges" | "lastApproval"> {
  const entries = holdsAfter(guarded, results).flatMap((hold) => hold.entries);
  // Without an answer it may have happened.
  const acted = results.filter(({ answer }) => answer.status === "ok" || answer.status === "unknown");
  const isActedOn = (topicName: string, key: string): boolean =>
    acted.some(
      ({ step: { action } }) => isConfigChange(action) && action.topicName === topicName && action.key === key,
    );
  return {
    pendingChanges: omitEmpty(entries.slice(0, PENDING_MOST)),
    lastApproval: approvalIds(guarded, isActedOn) ?? status?.lastApproval,
  };
}

type BoundTopic = Finished & { readonly result: ResultingTopic };

/**
 * The policy that governs. A policy that does so no longer stays on record until all that it decided is handed over, and
 * one that is gone until another is named: the record is what the stricter guard, and the standstill, are known by.
 */
function policyRecord(recorded: TopicFacts["retentionPolicy"], finished: BoundTopic): TopicFacts["retentionPolicy"] {
  const { policy } = finished.resolved;
  if (policy.kind === "problem") return recorded;
  const current = policy.kind === "policy" ? policy.policy.metadata : undefined;
  if (recorded !== undefined && recorded.name !== current?.name && !isHandedOver(finished)) return recorded;
  if (current === undefined) return undefined;
  const isSame = recorded?.name === current.name && recorded.uid === current.uid;
  const generation = isSame && !isInEffect(current.name, finished) ? recorded.generation : current.generation;
  return { name: current.name, uid: current.uid, generation };
}

/** Whether all that a policy says has come to the topic. */
function isInEffect(policyName: string, finished: BoundTopic): boolean {
  const said = [...finished.desired.configs].filter(([, { source }]) => source === SOURCE.policy(policyName));
  return said.every(([key, { value }]) => isReached(key, value, finished));
}

function isHandedOver(finished: BoundTopic): boolean {
  const { desired, observed, plan } = finished;
  if (observed.kind === "absent") return true;
  const wanted = [...desired.configs].map(([key, { value }]) => [key, value] as const);
  const planned = plan.steps.flatMap(({ action }) =>
    isConfigChange(action) ? [[action.key, action.effective] as const] : [],
  );
  return [...wanted, ...planned].every(([key, value]) => !GUARDED_KEYS.has(key) || isReached(key, value, finished));
}

function isReached(key: string, wanted: string | undefined, { observed, result }: BoundTopic): boolean {
  const type = observed.kind === "present" ? observed.configs.get(key)?.type : undefined;
  const value = result.configs.get(key)?.value;
  return wanted !== undefined && value !== undefined && isSameConfigValue(type ?? "unknown", value, wanted);
}

function driftOf(name: string, drift: readonly DriftChange[]): NonNullable<TopicFacts["drift"]> {
  const ofTopic = drift.filter(({ topicName }) => topicName === name);
  return ofTopic.map(({ key, wanted, found }) => ({ key, wanted, found })).toSorted(byKey);
}

function effectiveConfig(desired: DesiredTopic, result: ResultingTopic): NonNullable<TopicFacts["effectiveConfig"]> {
  const entries = [...desired.configs].map(([key, setting]) => {
    const live = result.configs.get(key)?.value;
    return { key, value: live ?? "", source: live === setting.value ? setting.source : SOURCE.broker };
  });
  return entries;
}

/** What an audited policy would decide, as it is: by this its violations are told. */
function audited(
  topic: EventTopic,
  { resolved, desired }: Finished,
  result: ResultingTopic,
): NonNullable<TopicFacts["effectiveConfig"]> {
  const { policy } = resolved;
  if (policy.kind !== "policy" || policy.policy.spec.enforcement !== "Audit") return [];
  const { metadata, spec } = policy.policy;
  return auditedKeys({ name: metadata.name, spec }, topic).flatMap((key) => {
    const live = result.configs.get(key);
    return live === undefined || desired.configs.has(key) ? [] : [{ key, value: live.value, source: SOURCE.broker }];
  });
}

// Ours: what we declare and find set on the topic, what we set before and is still there, and what we have tried to set:
// it may come to be there, and trying again writes no record again.
function managedKeys({ desired, memory, plan, resolved, result, results }: BoundTopic): string[] {
  // On a topic that was just taken over nothing was set by us.
  const isTakenOver = plan.binding?.isAdopted === true && memory.topicId !== result.id;
  const before = isTakenOver ? new Set<string>() : memory.managedKeys;
  const isOurs = (key: string): boolean => desired.configs.has(key) || before.has(key);
  // What we have said to Strimzi is ours, whether it has come to Kafka or not.
  const said = resolved.delegation?.own.get(desired.name)?.spec?.config ?? {};
  const kept = [...before].filter((key) => key in said);
  const there = [...result.configs].filter(([key, config]) => config.isOnTopic && isOurs(key)).map(([key]) => key);
  const tried = results.filter(({ answer }) => answer.status !== "skipped").map(({ step }) => step);
  return [...new Set([...there, ...kept, ...keysToSet(tried, desired.name)])].toSorted();
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function omitEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
