// RetentionPolicy: reports how far it is in effect, and what its change guard holds back. It changes no topic: a change of
// it wakes the EventTopics that it selects, and each of them applies it (one writer per Kafka object).

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { RetentionPolicy, RetentionPolicyStatus } from "../../api/retention-policy.ts";
import type { Lookup } from "../../domain/lookup.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Dependency } from "../../runtime/dependency.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Reconcile } from "../../runtime/reconcile.ts";
import type { Store } from "../../runtime/store.ts";
import { guardsOf } from "../rollout/held-rollout.ts";
import { rolloutCauseOf } from "../rollout/rollout-cause.ts";
import type { RolloutPacer } from "../rollout/rollout-pacer.ts";
import type { UnwrittenHolds } from "../rollout/unwritten-holds.ts";
import { summarizePolicy } from "./summarize.ts";

/** Counts over other objects are written at most this often, milliseconds. */
const COUNT_INTERVAL_MS = 10_000;

export function reconcilePolicy(
  topics: Store<EventTopic>,
  buses: Lookup<EventBus>,
  { pacer, unwritten }: { readonly pacer: RolloutPacer; readonly unwritten: UnwrittenHolds },
  nowMs: () => number,
): Reconcile<RetentionPolicy, RetentionPolicyStatus> {
  const isDown = (busName: string): boolean => isNotReady(buses.get(busName));
  return (policy) => {
    const { name } = policy.metadata;
    pacer.update(rolloutCauseOf(policy));
    const governed = topics.byIndex("policy", name).filter((topic) => topic.status?.retentionPolicy?.name === name);
    const guarded = topics.byIndex("guard", `${policy.kind}/${name}`);
    const progress = pacer.progress(`${policy.kind}/${name}`);
    const untoldSinceMs = unwritten.since(`${policy.kind}/${name}`);
    const verdict = summarizePolicy(policy, { governed, guarded, untoldSinceMs, progress, isDown }, nowMs());
    const { conditions, rollout } = verdict.status ?? {};
    // Who waits for a turn may lose the wish for it, and no status of a topic tells of that; nor of the end of a judgement,
    // or of an outage.
    const isUnderWay = progress !== undefined || findCondition(conditions, "Ready")?.reason === "RollingOut";
    const isUnsettled = isUnderWay || (rollout?.deletableRecords !== undefined && rollout.id === undefined);
    const outcome = isUnsettled ? settled(nowMs() + COUNT_INTERVAL_MS) : verdict.outcome;
    return Promise.resolve({ ...verdict, outcome });
  };
}

function isNotReady(bus: EventBus | undefined): boolean {
  return findCondition(bus?.status?.conditions, "Ready")?.status !== "True";
}

/** Wakes a policy some time after a topic that it governs or guards has changed. */
export function onTopicChange(topics: Store<EventTopic>): Dependency {
  return (wake) =>
    topics.subscribe(({ before, after }) => {
      const names = [before, after].flatMap((topic) => (topic === undefined ? [] : policiesOf(topic)));
      wake(new Set(names), { priority: "bulk", reason: "topics", afterMs: COUNT_INTERVAL_MS });
    });
}

function policiesOf(topic: EventTopic): string[] {
  const prefix = "RetentionPolicy/";
  const guarding = guardsOf(topic).filter((guard) => guard.startsWith(prefix));
  const governing = topic.status?.retentionPolicy?.name;
  return [...guarding.map((guard) => guard.slice(prefix.length)), ...(governing === undefined ? [] : [governing])];
}
