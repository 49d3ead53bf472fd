// Which planned changes of a topic come from an edit that reaches many topics: these wait for their turn, or for the end of
// a policy's suspension. Pure; who gets a turn is decided by rollout-pacer.ts.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { SOURCE } from "../../domain/defaults-chain.ts";
import type { KafkaFailure } from "../../kafka/model/failure.ts";
import type { RestrictedPlan, Step, StepResult } from "../plan.ts";
import type { Restriction } from "../restrict.ts";
import { rolloutCauseOf, type RolloutCause } from "../rollout/rollout-cause.ts";
import type { Pace, TurnEnd } from "../rollout/rollout-pacer.ts";
import { isConfigChange, type ConfigChangeAction, type TopicAction } from "./actions.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedTopic } from "./resolve.ts";

const DEFAULT_PACE: Pace = { maxTopicsPerMinute: 200, pauseOnFailures: 5 };

/** The changes of a topic by which an edit of another object reaches it. */
export interface PacedChanges {
  /** By step id: whose edit it is. */
  readonly causes: ReadonlyMap<string, RolloutCause>;
  /** By step id: what it waits for, whoever's turn it is. */
  readonly suspended: ReadonlyMap<string, string>;
}

/** What is known of the pace when a run is judged. */
export interface Pacing {
  /** Ids of steps that may go with this topic's turn. */
  readonly paced: ReadonlySet<string>;
  /** By step id: what it waits for. */
  readonly waiting: ReadonlyMap<string, string>;
}

export const NO_PACING: Pacing = { paced: new Set(), waiting: new Map() };

export function paceOf({ spec: { rollout } }: EventBus): Pace {
  return {
    maxTopicsPerMinute: rollout?.maxTopicsPerMinute ?? DEFAULT_PACE.maxTopicsPerMinute,
    pauseOnFailures: rollout?.pauseOnFailures ?? DEFAULT_PACE.pauseOnFailures,
  };
}

/**
 * A topic's own edit takes everything along at once, and so do its creation and the correction of drift. A suspended policy
 * changes nothing at all.
 */
export function pacedChanges(
  steps: readonly Step<TopicAction>[],
  { metadata, status }: EventTopic,
  resolved: ResolvedTopic,
  memory: TopicMemory,
): PacedChanges {
  const causes = new Map<string, RolloutCause>();
  const suspended = new Map<string, string>();
  const isOwnEdit = metadata.generation !== status?.observedGeneration || memory.topicId === undefined;
  const changes = steps.filter((step): step is Step<ConfigChangeAction> => isConfigChange(step.action));
  const editors = changes.map(({ action }) => editorOf(action, resolved));
  // Dead letters follow their source, so whoever changes that changes them.
  const ofSource = editors.find((editor) => editor !== undefined);
  for (const [index, { id, action }] of changes.entries()) {
    const editor = action.source === SOURCE.deadLetter ? ofSource : editors[index];
    if (editor === undefined || (action.cause !== "declared" && action.cause !== "removed")) continue;
    const { name } = editor.metadata;
    if (editor.kind === "RetentionPolicy" && editor.spec.suspend === true) {
      suspended.set(id, `RetentionPolicy "${name}" is suspended; what it says waits until its spec.suspend is removed`);
    } else if (!isOwnEdit) {
      causes.set(id, rolloutCauseOf(editor));
    }
  }
  return { causes, suspended };
}

/** Whose edit a change is, unless it is the topic's own. */
function editorOf(
  { cause, source }: ConfigChangeAction,
  { bus, policy, recordedPolicy }: ResolvedTopic,
): EventBus | RetentionPolicy | undefined {
  const chosen = policy.kind === "policy" ? policy.policy : undefined;
  if (cause === "removed") return recordedPolicy ?? chosen ?? bus;
  if (chosen !== undefined && source === SOURCE.policy(chosen.metadata.name)) return chosen;
  return source === SOURCE.bus(bus.metadata.name) || source === SOURCE.profile ? bus : undefined;
}

/** What waits: everything without a turn, and what is suspended. `isPaused`: with a turn, what has no part in it. */
export function pacingOf(
  { causes, suspended }: PacedChanges,
  hasTurn: boolean,
  isPaused: (cause: RolloutCause) => boolean,
  bus: EventBus,
): Pacing {
  const waiting = new Map(suspended);
  for (const [id, cause] of causes) {
    if (!hasTurn || isPaused(cause)) waiting.set(id, describeTurn(cause, bus));
  }
  return { paced: new Set(causes.keys()), waiting };
}

// The same while it is paused: that is told by the edited object alone, and not by a write to each of its topics.
function describeTurn({ object }: RolloutCause, bus: EventBus): string {
  const [kind, name] = object.split("/");
  return (
    `What ${kind} "${name}" says has not come to this topic yet; that object tells how far it is (EventBus ` +
    `"${bus.metadata.name}" lets ${paceOf(bus).maxTopicsPerMinute} topics a minute be changed, spec.rollout)`
  );
}

/** Quiet: nobody on the topic's side has to act. */
export function pacingRestrictions({ waiting }: Pacing): Restriction<TopicAction, EventTopicReason>[] {
  return [...new Set(waiting.values())].map((message) => ({
    reason: "RolloutPending",
    message,
    isQuiet: true,
    forbids: ({ id }) => waiting.get(id) === message,
  }));
}

/** What came of a topic's turn. */
export function turnEndOf(
  { paced, waiting }: Pacing,
  { withheld }: RestrictedPlan<TopicAction, EventTopicReason>,
  results: readonly StepResult<TopicAction, unknown>[],
): TurnEnd {
  const made = results.filter(({ step }) => paced.has(step.id));
  const isGiven = (answer: (typeof made)[number]["answer"]): boolean =>
    answer.status === "ok" || (answer.status === "unknown" && answer.handedOver === "now");
  if (made.some(({ answer }) => isGiven(answer))) return "applied";
  if (made.some(({ answer }) => answer.status === "failed" && isRejection(answer.failure))) return "rejected";
  const waits = withheld.some(
    ({ step, reason }) => reason === "RolloutPending" && paced.has(step.id) && waiting.has(step.id),
  );
  return waits ? "waiting" : "unused";
}

/** The broker's no, as against an outage. */
function isRejection({ kind }: KafkaFailure): boolean {
  return kind === "invalid" || kind === "denied" || kind === "unsupported" || kind === "active" || kind === "other";
}
