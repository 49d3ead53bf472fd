// The last look before topics that exist are touched: the object, its bus and its policy must be live as the run has
// seen them. A view of the API that is frozen or old (a watch that hangs, a server behind the others, a successor that
// starts on what it cached) must not delete, grow, make a second topic, or bring back what a newer spec has changed.

import type { EventTopic } from "../../api/event-topic.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { outdated } from "../live-objects.ts";
import type { RunContext } from "../pipeline.ts";
import type { Step } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedTopic, TopicWorld } from "./resolve.ts";

/**
 * False where nothing but a first creation is to be done, so that creating costs no read: it can bring back nothing, and
 * one with a record is guarded by the version of the object on which the record is written.
 */
export function needsLiveCheck(steps: readonly Step<TopicAction>[], memory: TopicMemory): boolean {
  const isFirst = memory.topicId === undefined && memory.recordedCreations.size === 0;
  return steps.some(({ action: { type } }) => type !== "recordOwnership" && !(type === "createTopic" && isFirst));
}

/** Rejects with a conflict where one of them has changed; then the run begins anew with what was read. */
export async function checkLive(
  topic: EventTopic,
  { bus, policy, recordedPolicy }: Pick<ResolvedTopic, "bus" | "policy" | "recordedPolicy">,
  memory: TopicMemory,
  { live }: Pick<TopicWorld, "live">,
  { priority }: Pick<RunContext, "priority">,
): Promise<void> {
  const chosen = policy.kind === "policy" ? policy.policy : undefined;
  // One that governed until now guards the handover; and where it is not to be seen any more, it must really be gone.
  const former = memory.policyName === chosen?.metadata.name ? undefined : memory.policyName;
  const checks = await Promise.all([
    live.topics.isCurrent(keyOf(topic.metadata), topic, priority),
    live.buses.isCurrent(bus.metadata.name, bus, priority),
    chosen === undefined || live.policies.isCurrent(chosen.metadata.name, chosen, priority),
    former === undefined || live.policies.isCurrent(former, recordedPolicy, priority),
  ]);
  if (!checks.every((isCurrent) => isCurrent)) throw outdated(`EventTopic "${keyOf(topic.metadata)}"`);
}
