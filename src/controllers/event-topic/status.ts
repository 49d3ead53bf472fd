// The facts of an EventTopic's status, its conditions aside. Pure. Lists are sorted, empty ones omitted.

import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { SOURCE } from "../../domain/defaults-chain.ts";
import { GUARDED_KEYS } from "../../domain/retention-loss.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import { isConfigChange } from "./actions.ts";
import { undeclaredKeys } from "./config-changes.ts";
import type { DesiredTopic } from "./desired.ts";
import type { DriftChange } from "./drift-changes.ts";
import type { ToldRelease } from "./guarded-changes.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopic } from "./observe.ts";
import { PENDING_MOST, type ToldHold } from "./pending-changes.ts";
import type { TopicPlan } from "./plan.ts";
import type { ResolvedTopic, TopicIdentity } from "./resolve.ts";
import type { ResultingTopic } from "./resulting-topic.ts";

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
  readonly memory: TopicMemory;
  readonly drift: readonly DriftChange[];
}

export function finishedFacts(topic: EventTopic, finished: Finished): TopicFacts {
  const { resolved, desired, plan, result, memory } = finished;
  const facts = identityFacts(topic, resolved.identity);
  const isBound = result !== undefined && (result.isCreated || plan.binding !== undefined);
  if (!isBound) return facts;
  const { observed } = finished;
  const undeclared = observed.kind === "present" ? undeclaredKeys(desired, observed.configs, memory) : [];
  return {
    ...facts,
    topicId: result.id,
    adopted: result.isCreated ? false : (plan.binding?.isAdopted ?? false),
    partitions: result.partitions,
    replicationFactor: result.replicationFactor,
    retentionPolicy: policyRecord(facts.retentionPolicy, { ...finished, result }),
    effectiveConfig: omitEmpty(effectiveConfig(desired, result)),
    managedKeys: omitEmpty(managedKeys(desired, result, memory)),
    undeclared: omitEmpty(desired.ownsAllConfigs ? [] : undeclared),
    drift: omitEmpty(driftOf(desired.name, finished.drift)),
    consumerGroups: omitEmpty(resolved.consumerGroups ?? facts.consumerGroups ?? []),
  };
}

/** Changes that are held back, and the approvals that were acted upon in this run or before. */
export function guardFacts(
  { status }: EventTopic,
  holds: readonly ToldHold[],
  released: readonly ToldRelease[],
): Pick<TopicFacts, "pendingChanges" | "lastApproval"> {
  const entries = holds.flatMap((hold) => hold.entries).slice(0, PENDING_MOST);
  const approvals = released.flatMap(({ released: release }) =>
    release.by === "approval" ? [release.approvalId] : [],
  );
  return {
    pendingChanges: omitEmpty(entries),
    lastApproval: approvals.length === 0 ? status?.lastApproval : [...new Set(approvals)].join(","),
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
  return current === undefined ? undefined : { name: current.name, uid: current.uid, generation: current.generation };
}

function isHandedOver({ desired, observed, plan, result }: BoundTopic): boolean {
  if (observed.kind === "absent") return true;
  const isReached = (key: string, wanted: string | undefined): boolean => {
    const [type, value] = [observed.configs.get(key)?.type ?? "unknown", result.configs.get(key)?.value];
    return wanted !== undefined && value !== undefined && isSameConfigValue(type, value, wanted);
  };
  const wanted = [...desired.configs].map(([key, { value }]) => [key, value] as const);
  const planned = plan.steps.flatMap(({ action }) =>
    isConfigChange(action) ? [[action.key, action.effective] as const] : [],
  );
  return [...wanted, ...planned].every(([key, value]) => !GUARDED_KEYS.has(key) || isReached(key, value));
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
  return entries.toSorted(byKey);
}

// Ours: what we declare and find set on the topic, and what we set before and is still there.
function managedKeys(desired: DesiredTopic, result: ResultingTopic, memory: TopicMemory): string[] {
  const isOurs = (key: string): boolean => desired.configs.has(key) || memory.managedKeys.has(key);
  return [...result.configs]
    .filter(([key, config]) => config.isOnTopic && isOurs(key))
    .map(([key]) => key)
    .toSorted();
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function omitEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
