// The facts of an EventTopic's status, its conditions aside. Pure. Lists are sorted, empty ones omitted.

import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { SOURCE } from "../../domain/defaults-chain.ts";
import type { RestrictedPlan } from "../plan.ts";
import type { ConfigChangeAction, TopicAction } from "./actions.ts";
import { undeclaredKeys } from "./config-changes.ts";
import type { DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopic } from "./observe.ts";
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
  readonly restricted: RestrictedPlan<TopicAction, string>;
  readonly result: ResultingTopic | undefined;
  readonly memory: TopicMemory;
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
    retentionPolicy: policyRecord(resolved),
    effectiveConfig: omitEmpty(effectiveConfig(desired, result)),
    managedKeys: omitEmpty(managedKeys(desired, result, memory)),
    undeclared: omitEmpty(desired.ownsAllConfigs ? [] : undeclared),
    drift: omitEmpty(reportedDrift(desired.name, finished.restricted)),
  };
}

function policyRecord({ policy }: ResolvedTopic): TopicFacts["retentionPolicy"] {
  if (policy.kind !== "policy") return undefined;
  const { name, uid, generation } = policy.policy.metadata;
  return { name, uid, generation };
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

function reportedDrift(
  name: string,
  restricted: RestrictedPlan<TopicAction, string>,
): NonNullable<TopicFacts["drift"]> {
  return restricted.withheld
    .map(({ step, reason }) => ({ action: step.action, reason }))
    .filter(
      (held): held is { action: ConfigChangeAction; reason: string } =>
        held.reason === "Drifted" && held.action.type === "changeConfig" && held.action.topicName === name,
    )
    .map(({ action }) => ({ key: action.key, wanted: action.to ?? action.effective ?? "", found: action.from }))
    .toSorted(byKey);
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

function omitEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
