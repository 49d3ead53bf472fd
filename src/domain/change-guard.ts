// The change guard: of the changes planned for one Kafka topic, which may be made now and which are held back. Pure:
// what is live, what was measured, what was recorded and who approved are values. Whatever is not known is held back.

import { changeId, coversRollout, firstUncovered } from "./change-approval.ts";
import type { GuardRules } from "./guard-rules.ts";
import { extentOf, type Extent, type Measurement } from "./loss-extent.ts";
import { limitOf, lossesOf, type EffectiveChange, type LiveConfig, type Loss } from "./retention-loss.ts";

/** One of `status.pendingChanges`, as far as the guard wrote it for itself. */
export interface RecordedChange {
  readonly id: string;
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly pendingSince: string;
  /** Whose guard held it back, as in the question. */
  readonly guardedBy: string;
  /** Milliseconds since the epoch. */
  readonly nextStepAtMs?: number | undefined;
}

export interface Approvals {
  /** Ids on the EventTopic; they count where its owner may approve. */
  readonly own: readonly string[];
  /** Ids on the RetentionPolicy or EventBus that governs, as it is declared now. */
  readonly platform: {
    readonly uid: string;
    readonly generation: number;
    readonly ids: readonly string[];
    /** The id that it shows for approval. */
    readonly shownId?: string | undefined;
  };
}

export interface GuardQuestion {
  readonly clusterId: string;
  readonly topicId: string;
  readonly live: LiveConfig;
  /** All that would be in effect together, one of a key. */
  readonly changes: readonly EffectiveChange[];
  readonly rules: GuardRules;
  /** Whose they are, RetentionPolicy/<name> or EventBus/<name>. */
  readonly guardedBy: string;
  /** Undefined where the log, or a part of it, could not be read. */
  readonly measurement: Measurement | undefined;
  readonly recorded: readonly RecordedChange[];
  readonly approvals: Approvals;
  readonly nowMs: number;
}

/** A change with what it lets Kafka delete. */
export interface Danger extends EffectiveChange {
  /** Undefined where it could not be measured. */
  readonly extent: Extent | undefined;
}

/**
 * Why changes wait.
 * - `approval`: until somebody approves their id.
 * - `unread`: until groups have read what they make deletable; also what is approved or allowed.
 * - `step`: until the next step is due.
 * - `denied`, `unknown`, `unmeasured`: refused; approval cannot help.
 */
export type Hold = "approval" | "unread" | "step" | "denied" | "unknown" | "unmeasured";

export interface Held {
  readonly hold: Hold;
  readonly changes: readonly Danger[];
  /** Approves all of them, and nothing else. */
  readonly id: string;
  readonly pendingSince: string;
  readonly nextStepAtMs?: number | undefined;
  /** Approved by one who may not. */
  readonly isApprovedInVain?: boolean | undefined;
}

/** Destructive changes that may be made now, and by whose leave. */
export type Released =
  | { readonly by: "rules"; readonly changes: readonly Danger[] }
  | { readonly by: "approval"; readonly approvalId: string; readonly changes: readonly Danger[]; readonly held: Held }
  /** One step: `changes` goes part of the way, `rest` is held from then on; `held` is what is held until it is made. */
  | { readonly by: "step"; readonly changes: readonly Danger[]; readonly held: Held; readonly rest: Held | undefined };

export interface GuardVerdict {
  readonly held: readonly Held[];
  readonly released: readonly Released[];
}

const STEPPED_KEY = "retention.ms";

/** Changes that are in neither list make nothing deletable. */
export function judgeChanges(question: GuardQuestion): GuardVerdict {
  const dangers = dangersOf(question);
  const unknown = dangers.filter(({ losses }) => losses.some(({ kind }) => kind === "unknown"));
  const known = dangers.filter((danger) => !unknown.includes(danger));
  const refused = holdIfAny("unknown", unknown, question);
  if (known.length === 0) return { held: refused, released: [] };
  const verdict = judgeKnown(known, question);
  return { ...verdict, held: [...refused, ...verdict.held] };
}

interface FoundDanger extends Danger {
  readonly losses: readonly Loss[];
  /** Found with all changes in effect together, not only once others were held back. */
  readonly isOwn: boolean;
}

/**
 * The changes that must not be made without leave. Holding one back can make another dangerous (shorter retention on a
 * topic that stays one that deletes, because compaction is held back), so they are found until none is left.
 */
function dangersOf({ changes, live, measurement }: GuardQuestion): FoundDanger[] {
  const dangers = new Map<string, FoundDanger>();
  for (;;) {
    const open = changes.filter(({ key }) => !dangers.has(key));
    const isOwn = dangers.size === 0;
    const found = open.flatMap((change): FoundDanger[] => {
      const losses = lossesOf(open, live).get(change.key);
      if (losses === undefined) return [];
      const extent = measurement === undefined ? undefined : extentOf(losses, measurement);
      return extent?.records === 0n ? [] : [{ ...change, losses, extent, isOwn }];
    });
    if (found.length === 0) return [...dangers.values()];
    for (const danger of found) dangers.set(danger.key, danger);
  }
}

function judgeKnown(dangers: readonly FoundDanger[], question: GuardQuestion): GuardVerdict {
  const { rules } = question;
  if (dangers.some(({ extent }) => extent === undefined)) {
    return { held: holdIfAny("unmeasured", dangers, question), released: [] };
  }
  switch (rules.onShorten) {
    case "Deny":
      return { held: holdIfAny("denied", dangers, question), released: [] };
    case "Allow":
      return isBlocked(dangers, rules)
        ? { held: holdIfAny("unread", dangers, question), released: [] }
        : { held: [], released: [{ by: "rules", changes: dangers }] };
    case "RequireApproval":
      return judgeApproval(dangers, question);
    case "StepDown": {
      const stepped = dangers.find((danger) => isStepped(danger));
      const others = judgeApproval(
        dangers.filter((danger) => danger !== stepped),
        question,
      );
      if (stepped === undefined) return others;
      const step = judgeStep(stepped, question);
      return { held: [...others.held, ...step.held], released: [...others.released, ...step.released] };
    }
  }
}

function judgeApproval(dangers: readonly Danger[], question: GuardQuestion): GuardVerdict {
  if (dangers.length === 0) return { held: [], released: [] };
  const { approvals, nowMs, rules } = question;
  const held = hold("approval", dangers, question);
  const isApprovedByOwner = approvals.own.includes(held.id);
  const approvalId =
    isApprovedByOwner && rules.approver === "Owner"
      ? held.id
      : coversRollout(approvals.platform.ids, approvals.platform, held.pendingSince, nowMs);
  if (approvalId === undefined) return { held: [{ ...held, isApprovedInVain: isApprovedByOwner }], released: [] };
  if (isBlocked(dangers, rules)) return { held: [{ ...held, hold: "unread" }], released: [] };
  return { held: [], released: [{ by: "approval", approvalId, changes: dangers, held }] };
}

/** Steps have a place to start from only where there is a limit; compaction that is held back is not stepped around. */
function isStepped({ key, from, isOwn }: FoundDanger): boolean {
  return key === STEPPED_KEY && isOwn && Number.isFinite(limitOf(from));
}

/**
 * The wait comes before the step: a shortening that was just asked for, or resumed, or of which the live value is another
 * than the one recorded, waits a whole pause. So nothing that happens between two steps brings the next one forward,
 * neither an edit, nor a restart, nor a crash after a step of which no record was stored.
 */
function judgeStep(danger: Danger, question: GuardQuestion): GuardVerdict {
  const { rules, nowMs } = question;
  const { byMs = 0, everyMs = 0 } = rules.stepDown ?? {};
  const due = recordedStep(danger, question)?.nextStepAtMs;
  const held = { ...hold("step", [danger], question), nextStepAtMs: due ?? nowMs + everyMs };
  if (due === undefined || due > nowMs) return { held: [held], released: [] };
  const target = nextRetention(danger, byMs);
  const step = { ...danger, to: target, extent: extentAt(target, question) };
  if (step.extent === undefined) return { held: [{ ...held, hold: "unmeasured" }], released: [] };
  if (isBlocked([step], rules)) return { held: [{ ...held, hold: "unread" }], released: [] };
  const isLast = limitOf(target) === limitOf(danger.to ?? "");
  const left = { ...danger, from: target };
  const rest = { ...hold("step", [left], question, held.pendingSince), nextStepAtMs: nowMs + everyMs };
  return { held: [], released: [{ by: "step", changes: [step], held, rest: isLast ? undefined : rest }] };
}

/** The value after the next step of a shortening. */
export function nextRetention({ from, to }: EffectiveChange, byMs: number): string {
  return String(Math.max(limitOf(to ?? "0"), limitOf(from) - byMs));
}

function extentAt(retentionMs: string, { measurement }: GuardQuestion): Extent | undefined {
  return measurement === undefined
    ? undefined
    : extentOf([{ kind: "olderThan", ms: limitOf(retentionMs) }], measurement);
}

function isBlocked(dangers: readonly Danger[], { blockIfUnread }: GuardRules): boolean {
  return blockIfUnread && dangers.some(({ extent }) => extent?.unread === undefined || extent.unread.length > 0);
}

function holdIfAny(reason: Hold, dangers: readonly Danger[], question: GuardQuestion): Held[] {
  return dangers.length === 0 ? [] : [hold(reason, dangers, question)];
}

/**
 * The same changes under the same guard keep the beginning of their wait, and so their id. What is held back anew, or by
 * another, counts from after all that was shown or approved until now: no approval covers what nobody could have seen.
 */
function hold(reason: Hold, changes: readonly Danger[], question: GuardQuestion, since?: string): Held {
  const { approvals, clusterId, guardedBy, topicId, recorded, nowMs } = question;
  const idFrom = (pendingSince: string): string => changeId({ clusterId, topicId, changes, pendingSince });
  const known = recorded.find((change) => change.guardedBy === guardedBy && idFrom(change.pendingSince) === change.id);
  const { ids, shownId, ...object } = approvals.platform;
  const seen = shownId === undefined ? ids : [...ids, shownId];
  const pendingSince = since ?? known?.pendingSince ?? new Date(firstUncovered(seen, object, nowMs)).toISOString();
  return { hold: reason, changes: changes.toSorted(byKey), id: idFrom(pendingSince), pendingSince };
}

/** What was recorded of the steps of this very topic, from the value that is still live; the goal may be another now. */
function recordedStep({ key, from }: Danger, question: GuardQuestion): RecordedChange | undefined {
  const { clusterId, guardedBy, topicId, recorded } = question;
  return recorded.find(
    (change) =>
      change.guardedBy === guardedBy &&
      change.key === key &&
      change.from === from &&
      change.nextStepAtMs !== undefined &&
      changeId({ clusterId, topicId, changes: [change], pendingSince: change.pendingSince }) === change.id,
  );
}

function byKey(a: EffectiveChange, b: EffectiveChange): number {
  return a.key < b.key ? -1 : 1;
}
