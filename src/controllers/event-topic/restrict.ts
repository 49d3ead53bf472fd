// Which of a topic's planned changes may be made now. Pure: every rule is a filter of the plan; missing evidence refuses.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { ANNOTATION } from "../../api/group.ts";
import type { RestrictedPlan, Step } from "../plan.ts";
import { restrict, type Restriction } from "../restrict.ts";
import type { TopicAction } from "./actions.ts";
import { correctedSteps } from "./delegated-changes.ts";
import { correctsDrift } from "./desired.ts";
import { guardRestrictions, guardTopics, steppedDown, type GuardedTopic } from "./guarded-changes.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopics } from "./observe.ts";
import { otherWriter } from "./other-writer.ts";
import { pacingRestrictions } from "./paced-changes.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { Evidence, TopicUsage } from "./prove.ts";
import type { ResolvedTopic } from "./resolve.ts";
import { underItsGuard } from "./takeover.ts";

type TopicRestriction = Restriction<TopicAction, EventTopicReason>;

export interface RestrictedTopics extends RestrictedPlan<TopicAction, EventTopicReason> {
  /** Topics of which some change could make records deletable, and what the guard says of it. */
  readonly guarded: readonly GuardedTopic[];
}

interface Known {
  readonly resolved: ResolvedTopic;
  readonly observed: ObservedTopics;
  readonly evidence: Evidence;
}

/** In order of precedence: bus suspend, object suspend, read-only, drift Report; then the change guard. */
export function restrictTopics(
  plan: TopicsPlan,
  { resolved: found, observed, evidence }: Known,
  topic: EventTopic,
  { memory, nowMs }: { readonly memory: TopicMemory; readonly nowMs: number },
): RestrictedTopics {
  const resolved = underItsGuard(found, plan, memory);
  const { bus } = resolved;
  const restrictions: TopicRestriction[] = [];
  // Drift that may not be corrected is a report, not a refusal, whatever forbids the correction.
  if (!correctsDrift(topic, bus)) restrictions.push(reportedDrift);
  restrictions.push(...otherWriter(topic, bus, plan.steps, evidence));
  // What waits for the end of a suspension waits for its approval meanwhile; what is only reported waits for nothing.
  const pending = plan.steps.filter((step) => !restrictions.some((reported) => reported.forbids(step)));
  const inputs = { resolved, observed, evidence, topic, memory, nowMs };
  const guarded = guardTopics(pending, inputs);
  if (bus.spec.suspend === true) {
    restrictions.push(
      everything(
        "Suspended",
        `EventBus "${bus.metadata.name}" is suspended; changes wait until its spec.suspend is removed`,
      ),
    );
  }
  if (topic.spec.suspend === true) {
    restrictions.push(everything("Suspended", "The object is suspended; changes wait until spec.suspend is removed"));
  }
  if (bus.spec.access === "ReadOnly") {
    restrictions.push(
      everything(
        "ReadOnly",
        `EventBus "${bus.metadata.name}" is read-only; take the change back, or have the platform team set its spec.access to ReadWrite`,
      ),
    );
  }
  restrictions.push(...impossibleCreation(evidence));
  restrictions.push(...guardRestrictions(guarded, resolved.identity.topicName), ...deletionProtection(plan, evidence));
  restrictions.push(...paceRestrictions(pending, inputs));
  const restricted = { ...restrict({ ...plan, steps: steppedDown(plan.steps, guarded) }, restrictions), guarded };
  const isHeld = bus.spec.suspend === true || topic.spec.suspend === true || bus.spec.access === "ReadOnly";
  return isHeld ? restricted : { ...restricted, steps: correctedSteps(plan.latent, restricted) };
}

/** What waits for its turn; and what may not go without it, because less is safe together than alone. */
function paceRestrictions(
  pending: readonly Step<TopicAction>[],
  inputs: Parameters<typeof guardTopics>[1],
): TopicRestriction[] {
  const { pacing } = inputs.evidence;
  if (pacing.waiting.size === 0) return [];
  const alone = guardTopics(
    pending.filter(({ id }) => !pacing.waiting.has(id)),
    inputs,
  );
  return [...pacingRestrictions(pacing), ...guardRestrictions(alone, inputs.resolved.identity.topicName)];
}

/** A topic that is yet to be made is made right or not at all, and before it nothing is put on record. */
function impossibleCreation({ creationRefusals }: Evidence): TopicRestriction[] {
  const [first] = creationRefusals;
  if (first === undefined) return [];
  return [everything(first.reason, creationRefusals.map(({ message }) => message).join(". "))];
}

const reportedDrift: TopicRestriction = {
  reason: "Drifted",
  message: "",
  isQuiet: true,
  forbids: ({ action }) => action.cause === "drift",
};

function everything(reason: EventTopicReason, message: string): TopicRestriction {
  return { reason, message, forbids: () => true };
}

/** A topic that holds records, or that groups use, is deleted only when somebody says so a second time. */
function deletionProtection({ steps }: TopicsPlan, { usage }: Evidence): TopicRestriction[] {
  return steps.flatMap(({ id, action }) => {
    const use = usage.get(id);
    if (action.type !== "deleteTopic" || !action.isProtected || !isInUse(use)) return [];
    const message =
      `Topic "${action.topicName}" is kept: ${describeUsage(use)}. To delete it with its data, annotate the object with ` +
      `${ANNOTATION.confirmDeletion}: ${action.topicId}; to keep it, set spec.deletionPolicy to "Retain"`;
    return [{ reason: "DeletionBlocked", message, forbids: (step) => step.id === id }];
  });
}

function isInUse(usage: TopicUsage | undefined): boolean {
  return usage === undefined || usage.records !== 0n || usage.groups === undefined || usage.groups.length > 0;
}

function describeUsage(usage: TopicUsage | undefined): string {
  const { records, groups } = usage ?? {};
  const held = records === undefined ? "how many records it holds cannot be determined" : `it holds ${records} records`;
  if (groups === undefined) return `${held}, and which groups use it cannot be determined`;
  return groups.length === 0 ? held : `${held}, and it is used by groups ${groups.map((id) => `"${id}"`).join(", ")}`;
}
