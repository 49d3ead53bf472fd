// What the change guard says to people: what a change would delete, why it waits, who may approve it and how. Pure.

import { formatDuration } from "../api/quantity.ts";
import type { Held } from "./change-guard.ts";
import type { GoverningGuard } from "./governing-guard.ts";
import type { EffectiveChange } from "./retention-loss.ts";

/** A change with the numbers that people are shown. */
export interface ShownChange extends EffectiveChange {
  readonly topicName: string;
  /** Undefined where not known. */
  readonly records: { readonly count: number; readonly isExact: boolean } | undefined;
  /** The furthest behind first; undefined where not known. */
  readonly unread: readonly { readonly groupId: string; readonly unreadRecords: number }[] | undefined;
}

/** The object by which its owner would approve. */
export interface Approvable {
  readonly namespace: string;
  readonly name: string;
}

/** Most groups that a sentence names. */
const GROUPS_NAMED = 3;
/** From here on numbers are shown rounded. */
const ROUNDED_FROM = 100;

/** What a change lets Kafka delete, without a final period. */
export function describeLoss({ topicName, key, from, to, records, unread }: ShownChange): string {
  const change = `${key} of topic "${topicName}" from "${from}" to ${to === undefined ? "what the broker gives" : `"${to}"`}`;
  const many = records === undefined ? "records (nobody knows how many)" : describeCount(records);
  return `Changing ${change} makes ${many} deletable${describeUnread(unread)}`;
}

/** Why it waits and what lifts that, one sentence or more without the final period. */
export function describeHold(held: Held, { rules, governor }: GoverningGuard, topic: Approvable): string {
  const guard = `${governor.kind} "${governor.name}"`;
  switch (held.hold) {
    case "approval":
      return `${approval(held, { rules, governor }, topic)}, or take the change back`;
    case "unread":
      return (
        `${guard} holds this back until all groups have read these records (spec.changeGuard.blockIfUnread), whoever ` +
        "approves it; let them read, or delete the offsets of groups that never will"
      );
    case "step": {
      const { byMs = 0, everyMs = 0 } = rules.stepDown ?? {};
      return `${guard} lets retention.ms go down by ${formatDuration(byMs)} every ${formatDuration(everyMs)} (spec.changeGuard.stepDown)`;
    }
    case "denied":
      return (
        `${guard} refuses what makes records deletable (spec.changeGuard.onShorten "Deny"); take the change back, or ask ` +
        "the platform team"
      );
    case "unknown":
      return (
        "The broker does not tell what would be in effect then, so nobody can say what it would delete; declare the value " +
        "that is wanted instead of leaving it to the broker"
      );
    case "unmeasured":
      return "Nothing is changed before that can be measured";
  }
}

function approval({ id, isApprovedInVain }: Held, { rules, governor }: GoverningGuard, topic: Approvable): string {
  const { name } = governor;
  const kind = governor.kind.toLowerCase();
  const byPlatform =
    `kubectl annotate ${kind} ${name} --overwrite ` +
    `eventbus.dev/approve=$(kubectl get ${kind} ${name} -o jsonpath='{.status.rollout.id}')`;
  const platform = `the platform team approves it, together with all else in status.rollout of ${governor.kind} "${name}"`;
  if (rules.approver === "Owner") {
    const byOwner = `kubectl -n ${topic.namespace} annotate eventtopic ${topic.name} --overwrite eventbus.dev/approve=${id}`;
    return `Approve it: ${byOwner}; or ${platform}: ${byPlatform}`;
  }
  const inVain = isApprovedInVain === true ? "The approval on the EventTopic does not count here: " : "";
  return capitalized(`${inVain}${platform}: ${byPlatform}`);
}

/** `12 records`, `about 1200 records`, `at most about 1200 records`. */
function describeCount({ count, isExact }: NonNullable<ShownChange["records"]>): string {
  const about = count < ROUNDED_FROM ? "" : "about ";
  return `${isExact ? "" : "at most "}${about}${count} ${count === 1 ? "record" : "records"}`;
}

function describeUnread(unread: ShownChange["unread"]): string {
  if (unread === undefined) return "; which groups have not read them is not known";
  if (unread.length === 0) return "";
  const named = unread.slice(0, GROUPS_NAMED).map(({ groupId, unreadRecords }) => `"${groupId}" (${unreadRecords})`);
  const others = unread.length - named.length;
  return `; not read yet by group ${named.join(", ")}${others === 0 ? "" : ` and ${others} more`}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
