// What is told of a ConsumerGroup beside Ready: whether it is active, keeps up, is about to lose data; whether its topics
// and its binding are there. Pure.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { groupObjectives } from "../../domain/group-objectives.ts";
import {
  judgeObjectives,
  lostRecords,
  partitionsAtRisk,
  type GroupReading,
  type ObjectiveJudgement,
  type ReadGroup,
} from "../../domain/group-reading.ts";
import { findCondition, type ConditionNote } from "../../runtime/conditions.ts";
import type { FinishedGroupStory } from "./flow.ts";

/** What is known of how the group is doing. */
export function readingNotes(group: ConsumerGroup, reading: GroupReading | undefined): ConditionNote[] {
  if (reading?.kind !== "read") {
    const why = reading === undefined ? "The group was not looked at yet" : reading.failure.message;
    return unknownNotes(group, why);
  }
  return [activeNote(group, reading), ...sloNotes(group, reading), ...riskNotes(reading)];
}

/** It cannot be asked: what was true or false of it is not known any longer. */
export function unknownNotes({ status }: ConsumerGroup, why: string): ConditionNote[] {
  return ["Active", "WithinSLO", "DataAtRisk"]
    .filter((type) => findCondition(status?.conditions, type) !== undefined)
    .map((type) => ({ type, status: "Unknown", reason: "Unreachable", message: why }));
}

/** What was said of topics and binding, where this run could not judge them. */
export function standingNotes({ status }: ConsumerGroup): ConditionNote[] {
  return ["TopicsResolved", "BindingReady"].flatMap((type) => {
    const condition = findCondition(status?.conditions, type);
    if (condition === undefined) return [];
    const { message, reason, status: word } = condition;
    return [{ type, status: word, reason, message }];
  });
}

export function declaredNotes(group: ConsumerGroup, story: FinishedGroupStory): ConditionNote[] {
  return [...topicsNote(group, story), ...bindingNote(story)];
}

function activeNote({ spec }: ConsumerGroup, { members, state }: ReadGroup): ConditionNote {
  if (members > 0) {
    const message = members === 1 ? "The group has 1 member" : `The group has ${members} members`;
    return { type: "Active", status: "True", reason: "HasMembers", message };
  }
  const message = state === "Absent" ? "The group does not exist yet" : `The group is ${state}: nobody reads in it`;
  const isExpected = spec.expectActive === true;
  return {
    type: "Active",
    status: "False",
    reason: isExpected ? "MembersMissing" : "NoMembers",
    message: isExpected ? `${message}, although spec.expectActive is true` : message,
  };
}

function sloNotes({ spec }: ConsumerGroup, reading: ReadGroup): ConditionNote[] {
  const judgements = judgeObjectives(reading, groupObjectives(spec));
  if (judgements.length === 0) return [];
  const named = (isMet: boolean | undefined): string =>
    judgements
      .filter((judgement) => judgement.isMet === isMet)
      .map(({ objective }) => `slo.${objective}`)
      .join(", ");
  const note = notesOf("WithinSLO");
  const has = (isMet: ObjectiveJudgement["isMet"]): boolean =>
    judgements.some((judgement) => judgement.isMet === isMet);
  if (has(false)) return note("False", "Exceeded", `The group does not keep ${named(false)}`);
  if (has(undefined))
    return note("Unknown", "NotMeasured", `It is not known whether the group keeps ${named(undefined)}`);
  return note("True", "Met", `The group keeps ${named(true)}`);
}

/** Present only while there is something to say. */
function riskNotes(reading: ReadGroup): ConditionNote[] {
  const lost = lostRecords(reading);
  const atRisk = partitionsAtRisk(reading) ?? 0;
  if (lost === 0 && atRisk === 0) return [];
  const losing = reading.topics.filter((topic) => topic.lostRecords > 0 || (topic.partitionsAtRisk ?? 0) > 0);
  const on = `on ${losing.map(({ topic }) => `"${topic}"`).join(", ")}`;
  const message =
    lost > 0
      ? `Retention has deleted records that the group had not read, ${on}`
      : `Retention is about to delete records that the group has not read, ${on}`;
  return [{ type: "DataAtRisk", status: "True", reason: lost > 0 ? "RecordsLost" : "RetentionNear", message }];
}

function topicsNote({ spec }: ConsumerGroup, { restricted }: FinishedGroupStory): ConditionNote[] {
  if (spec.topics === undefined || spec.topics.length === 0) return [];
  const refusals = restricted.refusals.filter(({ reason }) => reason === "TopicNotFound" || reason === "NotGranted");
  const [first] = refusals;
  if (first === undefined) {
    return [
      { type: "TopicsResolved", status: "True", reason: "Resolved", message: "Every topic was found and may be read" },
    ];
  }
  const message = refusals.map((refusal) => refusal.message).join(". ");
  return [{ type: "TopicsResolved", status: "False", reason: first.reason, message }];
}

function bindingNote({ desired, plan, results }: FinishedGroupStory): ConditionNote[] {
  if (desired.presence === "absent" || desired.binding === undefined) return [];
  const note = notesOf("BindingReady");
  const { secretName } = desired.binding;
  if (desired.heldBy !== undefined) {
    return note(
      "False",
      "ClaimedByAnother",
      `Secret "${secretName}" is not written: another object holds the group id`,
    );
  }
  if (plan.bindingRefusal !== undefined) return note("False", plan.bindingRefusal.reason, plan.bindingRefusal.message);
  const written = results.find(({ step }) => step.action.type === "writeBinding")?.answer;
  if (written?.status === "failed") {
    const { kind, message } = written.failure;
    return note("False", kind === "denied" ? "InsufficientPermissions" : "SecretConflict", message);
  }
  // Only a plan that had no place for the binding (an unsupported group) leaves it as it was.
  if (plan.refusals.some(({ reason }) => reason === "UnsupportedGroupType")) {
    return note("False", "UnsupportedGroupType", `Secret "${secretName}" is not written`);
  }
  return note("True", "Current", `Secret "${secretName}" holds the client settings`);
}

function notesOf(type: string): (status: ConditionNote["status"], reason: string, message: string) => ConditionNote[] {
  return (status, reason, message) => [{ type, status, reason, message }];
}
