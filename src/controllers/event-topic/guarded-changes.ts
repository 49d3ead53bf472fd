// The change guard's judgement of an object's planned configuration changes, topic by topic. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { ANNOTATION } from "../../api/group.ts";
import { approvedIds } from "../../domain/change-approval.ts";
import { judgeChanges, type GuardQuestion, type Hold, type Released } from "../../domain/change-guard.ts";
import type { EffectiveChange } from "../../domain/retention-loss.ts";
import type { Step, StepResult } from "../plan.ts";
import type { Restriction } from "../restrict.ts";
import { changesByTopic, effectiveChange, isConfigChange, type TopicAction } from "./actions.ts";
import type { TopicMemory } from "./memory.ts";
import { liveConfig, presentTopic, type ObservedTopics, type PresentTopic } from "./observe.ts";
import {
  recordedChanges,
  tellHold,
  tellLoss,
  type PendingChange,
  type Telling,
  type ToldHold,
} from "./pending-changes.ts";
import type { Evidence } from "./prove.ts";
import type { ResolvedTopic } from "./resolve.ts";

/** How often groups are asked whether they have read what waits for them. */
const UNREAD_RECHECK_MS = 60_000;
/** How often a held-back change is measured again: numbers grow old, and in time nothing may be left to lose. */
const PENDING_RECHECK_MS = 600_000;

/** What the guard says of one topic's changes, as it will be told. */
export interface GuardedTopic {
  readonly topicName: string;
  readonly held: readonly ToldHold[];
  readonly released: readonly ToldRelease[];
}

/** Destructive changes that may be made now. */
export interface ToldRelease {
  readonly released: Released;
  /** What they would delete, in one sentence. */
  readonly loss: string;
  /** How they wait on, should they not be made after all; what was let go without more is planned anew each time. */
  readonly unlessMade?: ToldHold | undefined;
  /** What waits once they are made. */
  readonly onceMade?: ToldHold | undefined;
}

interface GuardInputs {
  readonly resolved: ResolvedTopic;
  readonly observed: ObservedTopics;
  readonly evidence: Evidence;
  readonly topic: EventTopic;
  readonly memory: TopicMemory;
  readonly nowMs: number;
}

/** Of all that would take effect together, so each topic's changes as far as nothing else withholds them for good. */
export function guardTopics(steps: readonly Step<TopicAction>[], inputs: GuardInputs): readonly GuardedTopic[] {
  return [...changesByTopic(steps)].flatMap(([topicName, ofTopic]) => {
    const present = presentTopic(inputs.observed, topicName);
    if (present === undefined) return [];
    const changes = ofTopic.map(({ action }) => effectiveChange(action));
    const verdict = judgeChanges(questionOf(topicName, present, changes, inputs));
    if (verdict.held.length + verdict.released.length === 0) return [];
    const telling = tellingOf(inputs);
    const held = verdict.held.map((hold) => tellHold(hold, topicName, telling));
    return [
      { topicName, held, released: verdict.released.map((released) => tellRelease(released, topicName, telling)) },
    ];
  });
}

function questionOf(
  topicName: string,
  { topic: { id: topicId }, configs }: PresentTopic,
  changes: readonly EffectiveChange[],
  { resolved, evidence, topic, memory, nowMs }: GuardInputs,
): GuardQuestion {
  const { governor, rules } = resolved.guard;
  const { kind, name, uid, generation, approvedIds: ids, shownId } = governor;
  const measured = evidence.measured.get(topicName);
  return {
    clusterId: resolved.identity.clusterId,
    topicId,
    live: liveConfig(configs),
    changes,
    rules,
    guardedBy: `${kind}/${name}`,
    measurement: measured?.status === "ok" ? measured.value : undefined,
    recorded: recordedChanges(memory.pendingChanges),
    approvals: {
      own: approvedIds(topic.metadata.annotations?.[ANNOTATION.approve]),
      platform: { uid, generation, ids, shownId },
    },
    nowMs,
  };
}

function tellingOf({ resolved, topic, memory }: GuardInputs): Telling {
  const { name, namespace = "" } = topic.metadata;
  return { guard: resolved.guard, topic: { namespace, name }, previous: memory.pendingChanges };
}

function tellRelease(released: Released, topicName: string, telling: Telling): ToldRelease {
  const loss = tellLoss(released.changes, topicName);
  switch (released.by) {
    case "rules":
      return { released, loss };
    case "approval":
      return { released, loss, unlessMade: tellHold(released.held, topicName, telling) };
    case "step": {
      const { held, rest } = released;
      const onceMade = rest === undefined ? undefined : tellHold(rest, topicName, telling);
      return { released, loss, unlessMade: tellHold(held, topicName, telling), onceMade };
    }
  }
}

/** One a hold. A step that waits for its time is no refusal, and what could not be measured is told as a failure. */
export function guardRestrictions(
  guarded: readonly GuardedTopic[],
  sourceName: string,
): Restriction<TopicAction, EventTopicReason>[] {
  return guarded.flatMap(({ topicName, held }) =>
    held.map(({ held: { hold, changes }, message }): Restriction<TopicAction, EventTopicReason> => {
      const keys = new Set(changes.map(({ key }) => key));
      const cause = HOLD_REASONS[hold];
      return {
        ...(topicName === sourceName ? { reason: cause } : { reason: "DeadLetterFailed", cause }),
        message,
        isQuiet: hold === "step" || hold === "unmeasured",
        forbids: ({ action }) => isConfigChange(action) && action.topicName === topicName && keys.has(action.key),
      };
    }),
  );
}

const HOLD_REASONS: Readonly<Record<Hold, EventTopicReason>> = {
  approval: "ApprovalRequired",
  unread: "ApprovalRequired",
  step: "SteppingDown",
  denied: "PolicyViolation",
  unknown: "PolicyViolation",
  unmeasured: "BusNotReady",
};

/** The steps with those that may go only a part of the way changed accordingly; the last one of all goes as planned. */
export function steppedDown(
  steps: readonly Step<TopicAction>[],
  guarded: readonly GuardedTopic[],
): readonly Step<TopicAction>[] {
  const parts = guarded.flatMap(({ topicName, released }) =>
    released.flatMap(({ released: part }) =>
      part.by === "step" && part.rest !== undefined
        ? part.changes.map(({ key, to = "" }) => ({ topicName, key, to }))
        : [],
    ),
  );
  return steps.map((step) => {
    const { action } = step;
    if (!isConfigChange(action)) return step;
    const part = parts.find(({ topicName, key }) => topicName === action.topicName && key === action.key);
    return part === undefined
      ? step
      : { ...step, action: { ...action, to: part.to, effective: part.to, isPartial: true } };
  });
}

/** What is held back and stands in no status yet. */
export function newHolds(guarded: readonly GuardedTopic[], { pendingChanges }: TopicMemory): readonly PendingChange[] {
  const known = new Set(pendingChanges.map(({ id }) => id));
  return guarded.flatMap(({ held }) => held.flatMap(({ entries }) => entries.filter(({ id }) => !known.has(id))));
}

/** What is held back once the run has ended. */
export function holdsAfter(
  guarded: readonly GuardedTopic[],
  results: readonly StepResult<TopicAction, unknown>[],
): readonly ToldHold[] {
  return guarded.flatMap(({ topicName, held, released }) => [
    ...held,
    ...released
      .map((release) => (isMade(release, topicName, results) ? release.onceMade : release.unlessMade))
      .filter((hold) => hold !== undefined),
  ]);
}

/** Releases of which Kafka has confirmed every change. */
export function madeReleases(
  guarded: readonly GuardedTopic[],
  results: readonly StepResult<TopicAction, unknown>[],
): readonly ToldRelease[] {
  return guarded.flatMap(({ topicName, released }) =>
    released.filter((release) => isMade(release, topicName, results)),
  );
}

/** Approvals of which `isUsedFor` says that some change is made by them; undefined where there is none. */
export function approvalIds(
  guarded: readonly GuardedTopic[],
  isUsedFor: (topicName: string, key: string) => boolean,
): string | undefined {
  const ids = guarded.flatMap(({ topicName, released }) =>
    released.flatMap(({ released: part }) =>
      part.by === "approval" && part.changes.some(({ key }) => isUsedFor(topicName, key)) ? [part.approvalId] : [],
    ),
  );
  return ids.length === 0 ? undefined : [...new Set(ids)].join(",");
}

function isMade(
  { released }: ToldRelease,
  topicName: string,
  results: readonly StepResult<TopicAction, unknown>[],
): boolean {
  return released.changes.every(({ key }) =>
    results.some(
      ({ step: { action }, answer }) =>
        answer.status === "ok" && isConfigChange(action) && action.topicName === topicName && action.key === key,
    ),
  );
}

/** When to look again, milliseconds since the epoch: what a change would delete depends on the clock and on groups. */
export function recheckOf(holds: readonly ToldHold[], nowMs: number): number | undefined {
  const times = holds.map(({ held: { hold, nextStepAtMs } }) => {
    if (hold === "step") return nextStepAtMs;
    return nowMs + (hold === "unread" ? UNREAD_RECHECK_MS : PENDING_RECHECK_MS);
  });
  const given = times.filter((time) => time !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
