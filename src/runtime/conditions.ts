// Conditions by the Kubernetes API conventions and kstatus. Pure: generation and time are values.

import type { Condition } from "../api/custom-resource.ts";
import { redactText } from "../telemetry/redact.ts";

/** What a run has to say about one aspect; generation and times are added by `buildConditions`. */
export interface ConditionNote {
  readonly type: string;
  readonly status: Condition["status"];
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** For which generation, and when (milliseconds since the epoch). */
export interface Moment {
  readonly generation: number;
  readonly now: number;
}

/** The order in which people look for them; others follow by name. */
const FIRST_TYPES = ["Ready", "Reconciling", "Stalled"];
/** Present only while True. */
const WHILE_TRUE_TYPES: readonly string[] = ["Reconciling", "Stalled"];
/** The API server's limit for a condition's message. */
const LONGEST_MESSAGE = 32_768;

/**
 * All conditions of the operator after a run. `lastTransitionTime` moves only where the status differs from `previous`;
 * conditions that no note names are dropped. Other writers' conditions do not belong into the result. What looks like a
 * secret is taken out of messages: brokers and libraries may quote one.
 */
export function buildConditions(
  previous: readonly Condition[] | undefined,
  notes: readonly ConditionNote[],
  { generation, now }: Moment,
): Condition[] {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const shown = notes.filter((note) => note.status === "True" || !WHILE_TRUE_TYPES.includes(note.type));
  return shown.toSorted(byPlace).map((note) => {
    const before = findCondition(previous, note.type);
    return {
      type: note.type,
      status: note.status,
      observedGeneration: generation,
      lastTransitionTime: before?.status === note.status ? before.lastTransitionTime : time,
      reason: note.reason,
      message: redactText(note.message).trim().slice(0, LONGEST_MESSAGE).trimEnd(),
    };
  });
}

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True when what `type` says has changed, apart from its wording: the moment for an event. */
export function isTransition(
  before: readonly Condition[] | undefined,
  after: readonly Condition[] | undefined,
  type: string,
): boolean {
  const [old, current] = [findCondition(before, type), findCondition(after, type)];
  return old?.status !== current?.status || old?.reason !== current?.reason;
}

function byPlace(a: ConditionNote, b: ConditionNote): number {
  const [placeA, placeB] = [placeOf(a.type), placeOf(b.type)];
  if (placeA !== placeB) return placeA - placeB;
  return a.type < b.type ? -1 : 1;
}

function placeOf(type: string): number {
  const index = FIRST_TYPES.indexOf(type);
  return index < 0 ? FIRST_TYPES.length : index;
}
