// One writer: an object whose changes somebody keeps undoing is only reported from then on, until it is edited or asked to
// run. That it is so is kept in its condition; how it came to be so is counted by corrections.ts. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { ANNOTATION } from "../../api/group.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { findCondition, type ConditionNote } from "../../runtime/conditions.ts";
import type { Step } from "../plan.ts";
import type { Restriction } from "../restrict.ts";
import { isCorrection, type ConfigChangeAction, type TopicAction } from "./actions.ts";
import { isContested, OTHER_WRITER } from "./contested.ts";
import { correctsDrift } from "./desired.ts";
import type { Evidence } from "./prove.ts";

/** The third time that a change is found undone it is not made again. */
const CORRECTIONS_MOST = 2;

/** Withholds corrections, quietly: they are told as drift. */
export function otherWriter(
  topic: EventTopic,
  bus: EventBus,
  steps: readonly Step<TopicAction>[],
  evidence: Evidence,
): Restriction<TopicAction, EventTopicReason>[] {
  if (!isContested(topic) && undone(topic, bus, steps, evidence).length === 0) return [];
  return [{ reason: "Drifted", message: "", isQuiet: true, forbids: ({ action }) => isCorrection(action) }];
}

interface Run {
  readonly bus: EventBus;
  readonly steps: readonly Step<TopicAction>[];
  readonly evidence: Evidence;
}

/** The condition, as it was or as this run has found it; `run` is absent for one that got nowhere. */
export function otherWriterNotes(topic: EventTopic, run?: Run): ConditionNote[] {
  const condition = findCondition(topic.status?.conditions, OTHER_WRITER);
  if (condition !== undefined && isContested(topic)) return [condition];
  const steps = run === undefined ? [] : undone(topic, run.bus, run.steps, run.evidence);
  if (steps.length === 0) return [];
  const told = steps.map(
    ({ topicName, key, from, to }) =>
      `${key} of topic "${topicName}" is "${from}", although it was set back` +
      `${to === undefined ? "" : ` to "${to}"`} ${CORRECTIONS_MOST} times within an hour`,
  );
  const message =
    `Somebody else keeps changing this topic: ${told.join("; ")}. Drift is only reported from now on. Find the other ` +
    `writer; then edit this object, or annotate it with ${ANNOTATION.requestedAt}, to have it corrected again`;
  return [{ type: OTHER_WRITER, status: "True", reason: "ChangeUndone", message }];
}

/** Once, when it is found. */
export function otherWriterEvents(topic: EventTopic, notes: readonly ConditionNote[]): EventNote[] {
  const note = isContested(topic) ? undefined : notes.find(({ type }) => type === OTHER_WRITER);
  if (note === undefined) return [];
  return [{ type: "Warning", reason: OTHER_WRITER, action: "AlterConfigs", note: note.message }];
}

function undone(
  topic: EventTopic,
  bus: EventBus,
  steps: readonly Step<TopicAction>[],
  { corrections }: Evidence,
): ConfigChangeAction[] {
  if (!correctsDrift(topic, bus)) return [];
  const often = steps.filter(({ id }) => (corrections.get(id) ?? 0) >= CORRECTIONS_MOST);
  return often.map(({ action }) => action).filter((action) => isCorrection(action));
}
