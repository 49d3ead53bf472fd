// Adds to a verdict what came of an object's rights: the record, the condition AccessGranted, and Ready where rights are
// what is missing. Pure.

import type { Condition } from "../../api/custom-resource.ts";
import { ACCESS_REASONS } from "../../api/reasons/access.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition, type ConditionNote, type Moment } from "../../runtime/conditions.ts";
import { failed, stalled, waiting, type Outcome } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { conditionsFor } from "../ready-reason.ts";
import type { RightsPlace } from "./access-control.ts";
import type { AccessStatus, AccessSubject } from "./access-world.ts";
import type { AccessProblem, Pursuit } from "./carry-out.ts";
import { describeRights } from "./plan.ts";
import { toRecord } from "./recorded-rights.ts";

const TYPE = "AccessGranted";

/** What is known of rights once a run has ended. */
export interface AccessFindings extends Pursuit {
  readonly place: RightsPlace;
  /** How many rights the object declares. */
  readonly declared: number;
  readonly remarks: readonly string[];
}

/** Rights were not looked at: what is on record of them, and was said, stays. */
export function carryAccess<Status extends AccessStatus>(
  { status: before }: AccessSubject<Status>,
  verdict: Verdict<Status>,
): Verdict<Status> {
  const said = findCondition(before?.conditions, TYPE);
  if (verdict.status === undefined || (before?.access === undefined && said === undefined)) return verdict;
  const conditions = [...(verdict.status.conditions ?? []), ...(said === undefined ? [] : [said])];
  return { ...verdict, status: { ...verdict.status, access: before?.access, conditions } };
}

export function withAccessFindings<Status extends AccessStatus>(
  object: AccessSubject<Status>,
  verdict: Verdict<Status>,
  findings: AccessFindings,
  moment: Moment,
): Verdict<Status> {
  const { former, place, problem, recorded } = findings;
  const before = object.status;
  const status = verdict.status ?? before;
  const conditions = conditionsWith(status?.conditions ?? [], before?.conditions, findings, moment);
  const access = toRecord(place, recorded, former);
  return {
    ...verdict,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a status with another record is one still
    status: { ...status, access, conditions } as unknown as Status,
    outcome: problem === undefined ? verdict.outcome : graver(verdict.outcome, problem),
    events: [...(verdict.events ?? []), ...changeEvents(findings), ...problemEvents(before?.conditions, problem)],
    // The deletion of the object takes its rights along.
    release: verdict.release === true && access === undefined,
  };
}

function conditionsWith(
  current: readonly Condition[],
  previous: readonly Condition[] | undefined,
  findings: AccessFindings,
  moment: Moment,
): Condition[] {
  const { problem } = findings;
  const own = noteOf(findings);
  const others = current.filter(({ type }) => type !== TYPE);
  const isWell = findCondition(others, "Ready")?.status === "True";
  // What else is wrong with the object comes first.
  const ready = problem !== undefined && isWell ? conditionsFor(ACCESS_REASONS, problem.reason, problem.message) : [];
  const isReplaced = ({ type }: Condition): boolean =>
    ready.length > 0 && ["Ready", "Reconciling", "Stalled"].includes(type);
  const notes: ConditionNote[] = [
    ...others.filter((condition) => !isReplaced(condition)),
    ...ready,
    ...(own === undefined ? [] : [own]),
  ];
  return buildConditions(previous, notes, moment);
}

/** Undefined where nothing about rights is declared. */
function noteOf({ declared, problem, remarks }: AccessFindings): ConditionNote | undefined {
  const told = remarks.map((remark) => `. ${remark}`).join("");
  if (problem !== undefined) {
    return { type: TYPE, status: "False", reason: problem.cause, message: `${problem.message}${told}` };
  }
  if (declared > 0) {
    const rights = declared === 1 ? "1 right" : `${declared} rights`;
    return { type: TYPE, status: "True", reason: "Granted", message: `${rights} in Kafka granted${told}` };
  }
  if (remarks.length === 0) return undefined;
  return { type: TYPE, status: "False", reason: "NothingToGrant", message: remarks.join(". ") };
}

function graver(outcome: Outcome, { isAwaited, message, reason }: AccessProblem): Outcome {
  if (outcome.kind === "failed") return outcome;
  if (isAwaited === true) return outcome.kind === "settled" ? waiting(reason, outcome.recheckAt) : outcome;
  if (reason === "AccessPending") return failed(reason, message);
  return outcome.kind === "settled" ? stalled(reason, outcome.recheckAt) : outcome;
}

function changeEvents({ granted, removed }: AccessFindings): EventNote[] {
  const sentences = [
    ...(granted.length === 0 ? [] : [`Granted ${describeRights(granted)}`]),
    ...(removed.length === 0 ? [] : [`Took away ${describeRights(removed)}`]),
  ];
  if (sentences.length === 0) return [];
  return [{ type: "Normal", reason: "AccessChanged", action: "Reconcile", note: sentences.join(". ") }];
}

/** Once for each thing that a person must put right. */
function problemEvents(previous: readonly Condition[] | undefined, problem: AccessProblem | undefined): EventNote[] {
  if (problem?.reason !== "AccessNotGranted") return [];
  const said = findCondition(previous, TYPE);
  if (said?.reason === problem.cause && said.message.startsWith(problem.message)) return [];
  return [{ type: "Warning", reason: problem.reason, action: "Reconcile", note: problem.message }];
}
