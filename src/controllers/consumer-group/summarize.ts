// Tells what a run of a ConsumerGroup came to: status, conditions, events, outcome. Pure, and the only author of
// conditions.

import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroup, ConsumerGroupStatus } from "../../api/consumer-group.ts";
import type { Condition } from "../../api/custom-resource.ts";
import { CONSUMER_GROUP_REASONS } from "../../api/reasons/consumer-group.ts";
import type { GroupReading } from "../../domain/group-reading.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition, isTransition, type ConditionNote } from "../../runtime/conditions.ts";
import { settled, waiting } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { conditionsFor } from "../ready-reason.ts";
import { groupEvents } from "./events.ts";
import type { FinishedGroupStory, GroupStory } from "./flow.ts";
import { declaredNotes, readingNotes, standingNotes, unknownNotes } from "./group-conditions.ts";
import { judgeRefusal, judgeStory, type Judgement } from "./judgement.ts";
import type { GroupMemory } from "./memory.ts";
import { withNumbers, wordsOf } from "./shown-lag.ts";
import { finishedFacts, unknownFacts, type GroupFacts } from "./status.ts";

/** How soon to look whether a deleted group is gone. */
const DELETION_RECHECK_MS = 500;

/** What a run knows besides its story. */
export interface Moment {
  readonly memory: GroupMemory;
  readonly nowMs: number;
  /** Since this process last wrote the numbers of the status, milliseconds; infinite where it never did. */
  readonly sinceNumbersMs: number;
}

export function summarizeGroup(group: ConsumerGroup, story: GroupStory, moment: Moment): Verdict<ConsumerGroupStatus> {
  switch (story.stage) {
    case "unresolved": {
      const { resolution } = story;
      if (resolution.kind !== "blocked") return { outcome: settled() };
      const judgement = judgeRefusal(resolution.refusal, resolution.recheckAt);
      const notes = [...unknownNotes(group, judgement.message), ...standingNotes(group)];
      return tell(group, { facts: unknownFacts(group, resolution.identity), judgement, notes }, moment);
    }
    // Each part of what is observed is its own answer.
    case "unread":
      return { outcome: settled() };
    case "finished":
      return summarizeFinished(group, story, moment);
  }
}

function summarizeFinished(
  group: ConsumerGroup,
  story: FinishedGroupStory,
  moment: Moment,
): Verdict<ConsumerGroupStatus> {
  const { nowMs, memory } = moment;
  if (story.desired.presence === "absent") return summarizeDeletion(group, story, moment);
  const { reading } = story.observed;
  const judgement = suspended(judgeStory(story), group, story);
  const facts = finishedFacts(group, story, memory, nowMs);
  const notes = [...readingNotes(group, reading), ...declaredNotes(group, story)];
  const verdict = tell(group, { facts, judgement, notes, reading, events: groupEvents(story) }, moment);
  // Nothing in Kafka is to follow the object's deletion.
  return group.spec.deletionPolicy === "DeleteGroup" ? verdict : { ...verdict, release: true };
}

/** What is suspended is well, and says so; what is wrong besides comes first. */
function suspended(judgement: Judgement, { spec }: ConsumerGroup, { resolved }: FinishedGroupStory): Judgement {
  const { metadata, spec: rules } = resolved.bus;
  if (judgement.reason !== "Observed" || (spec.suspend !== true && rules.suspend !== true)) return judgement;
  const who = rules.suspend === true ? `EventBus "${metadata.name}"` : "the object";
  return { ...judgement, reason: "Suspended", message: `${judgement.message}; ${who} is suspended` };
}

/** The finalizer goes only when absence was seen. */
function summarizeDeletion(
  group: ConsumerGroup,
  story: FinishedGroupStory,
  moment: Moment,
): Verdict<ConsumerGroupStatus> {
  const { desired, plan, resolved } = story;
  const events = groupEvents(story);
  if (plan.deletion?.kind === "done") return { outcome: settled(), release: true, events };
  const found = judgeStory(story);
  const judgement: Judgement =
    found.reason === "Observed"
      ? {
          reason: "Observed",
          message: `Group "${desired.groupId}" was deleted; waiting until its coordinator says so`,
          outcome: waiting("Observed", moment.nowMs + DELETION_RECHECK_MS),
        }
      : found;
  const notes = standingNotes(group);
  return tell(group, { facts: unknownFacts(group, resolved.identity), judgement, notes, events }, moment);
}

interface Telling {
  readonly facts: GroupFacts;
  readonly judgement: Judgement;
  /** Conditions beside those that the reason brings. */
  readonly notes: readonly ConditionNote[];
  readonly reading?: GroupReading | undefined;
  readonly events?: readonly EventNote[];
}

function tell(
  group: ConsumerGroup,
  { events = [], facts, judgement, notes, reading }: Telling,
  { nowMs, sinceNumbersMs }: Moment,
): Verdict<ConsumerGroupStatus> {
  const { message, outcome, reason } = judgement;
  const generation = group.metadata.generation ?? 0;
  const before = findCondition(group.status?.conditions, "Ready");
  // A bus that is down is its own news; here it is told that nothing is known any longer.
  const isNoNews = reason === "BusNotReady" && isJudged(before, generation) && before?.reason !== "BusNotReady";
  const ready = isNoNews ? readyNotes(group) : conditionsFor(CONSUMER_GROUP_REASONS, reason, message);
  const conditions = buildConditions(group.status?.conditions, [...ready, ...notes], { generation, now: nowMs });
  const conditionsBefore = group.status?.conditions;
  const isWrittenAnyway =
    group.status?.observedGeneration !== generation || haveWordsChanged(group.status, facts, conditions);
  const showing = { sinceMs: sinceNumbersMs, isWrittenAnyway };
  const shown = withNumbers(facts, reading, group.status, showing);
  const told = [...(isNoNews ? [] : refusalEvent(judgement, before)), ...riskEvent(conditionsBefore, conditions)];
  return { outcome, status: { ...shown, conditions }, events: [...events, ...told] };
}

function isJudged(before: Condition | undefined, generation: number): boolean {
  return before?.observedGeneration === generation;
}

/** Ready and what stands beside it, as they are. */
function readyNotes({ status }: ConsumerGroup): ConditionNote[] {
  return ["Ready", "Reconciling", "Stalled", "Conflict"].flatMap((type) => {
    const condition = findCondition(status?.conditions, type);
    if (condition === undefined) return [];
    const { message, reason, status: word } = condition;
    return [{ type, status: word, reason, message }];
  });
}

/** Once for each thing that a person must put right. */
function refusalEvent({ reason, message, outcome }: Judgement, before: Condition | undefined): EventNote[] {
  if (outcome.kind !== "stalled" || (before?.reason === reason && before.message === message)) return [];
  return [{ type: "Warning", reason, action: "Reconcile", note: message }];
}

/** Once when retention comes near, and once when it has taken something: nobody gets that back. */
function riskEvent(before: readonly Condition[] | undefined, after: readonly Condition[]): EventNote[] {
  const risk = findCondition(after, "DataAtRisk");
  if (risk?.status !== "True" || !isTransition(before, after, "DataAtRisk")) return [];
  return [{ type: "Warning", reason: risk.reason, action: "Observe", note: risk.message }];
}

function haveWordsChanged(
  before: ConsumerGroupStatus | undefined,
  facts: GroupFacts,
  conditions: readonly Condition[],
): boolean {
  // What is added where the group's rights are granted is not of these facts.
  const {
    access: _a,
    conditions: all,
    lastHandledReconcileAt: _h,
    observedGeneration: _g,
    ...factsBefore
  } = before ?? {};
  const own = all?.filter(({ type }) => type !== "AccessGranted");
  const words = [wordsOf(facts), wordsOf(factsBefore)].map(defined);
  return !isDeepStrictEqual(conditions, own) || !isDeepStrictEqual(words[0], words[1]);
}

function defined(value: object): unknown {
  return JSON.parse(JSON.stringify(value));
}
