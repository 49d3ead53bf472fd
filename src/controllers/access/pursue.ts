// Brings the rights of one object about: looks at the ACLs of its cluster, plans, restricts, records, changes. Nothing is
// changed that is not on record before, and nothing is taken away that is not.

import type { EventBus } from "../../api/event-bus.ts";
import { hasFinalizer } from "../../api/group.ts";
import { ACCESS_REASONS } from "../../api/reasons/access.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import { isFinal, type Answer } from "../../kafka/model/failure.ts";
import type { AccessSubject, AccessWish, AccessWorld } from "./access-world.ts";
import { describeRight, planAccess, type AccessPlan } from "./plan.ts";
import { restrictAccess } from "./restrict.ts";

/** Why rights are not as declared. */
export interface AccessProblem {
  readonly reason: keyof typeof ACCESS_REASONS;
  /** Of the condition AccessGranted. */
  readonly cause: string;
  readonly message: string;
}

export interface Pursuit {
  /** On record once the run has ended. */
  readonly recorded: readonly AclBinding[];
  readonly granted: readonly AclBinding[];
  readonly removed: readonly AclBinding[];
  readonly problem?: AccessProblem | undefined;
}

export interface Quarry<T extends AccessSubject> {
  readonly object: T;
  readonly bus: EventBus;
  readonly admin: KafkaAdmin;
  readonly wish: AccessWish;
  /** Of this object, on this cluster. */
  readonly recorded: readonly AclBinding[];
  readonly call: WriteCall;
  /** Puts rights on record, and holds the object's deletion up; rejects where that is not certain. */
  readonly record: (bindings: readonly AclBinding[]) => Promise<void>;
}

export async function pursue<T extends AccessSubject>(
  { admin, bus, call, object, record, recorded, wish }: Quarry<T>,
  world: Pick<AccessWorld<T>, "peers" | "isCurrent">,
): Promise<Pursuit> {
  const nothing = { recorded, granted: [], removed: [] };
  if (wish.bindings.length === 0 && recorded.length === 0) return nothing;
  const answer = await admin.describeAcls(call);
  if (answer.status !== "ok") return { ...nothing, problem: problemOf(answer, "Cannot read the ACLs of the cluster") };
  const plan = planAccess(wish, {
    clusterId: call.clusterId,
    recorded,
    live: new Set(answer.value.map(aclKey)),
    peers: (principal) => world.peers(principal, object),
  });
  const restriction = restrictAccess(plan, object, bus);
  if (restriction !== undefined) {
    const { message, reason } = restriction;
    return { ...nothing, problem: { reason: "AccessNotGranted", cause: reason, message } };
  }
  if (plan.create.length + plan.remove.length > 0) {
    // An old view of the API must neither grant what nobody declares any longer, nor take away what somebody does.
    if (!(await world.isCurrent(object, bus, wish.consents, call.priority))) {
      return { ...nothing, problem: pending("What rights go by has changed since it was looked at") };
    }
  }
  const isHeld = plan.after.length === 0 || hasFinalizer(object.metadata);
  if (plan.before.length > recorded.length || !isHeld) await record(plan.before);
  return await carryOut(plan, admin, call);
}

async function carryOut(plan: AccessPlan, admin: KafkaAdmin, call: WriteCall): Promise<Pursuit> {
  const effects = [
    ...plan.create.map((binding) => ({ binding, isCreation: true })),
    ...plan.remove.map((binding) => ({ binding, isCreation: false })),
  ];
  const results = await Promise.all(
    effects.map(async ({ binding, isCreation }) => ({
      binding,
      isCreation,
      answer: await (isCreation ? admin.createAcl(binding, call) : admin.deleteAcl(binding, call)),
    })),
  );
  const done = results.filter(({ answer }) => answer.status === "ok");
  const failures = results.flatMap(({ answer, binding, isCreation }) =>
    answer.status === "ok"
      ? []
      : [problemOf(answer, `Could not ${isCreation ? "grant" : "take away"} ${describeRight(binding)}`)],
  );
  // What could not be taken away stays on record, and so does what may have been granted.
  const left = results.filter(({ answer, isCreation }) => !isCreation && answer.status !== "ok");
  return {
    recorded: [...plan.after, ...left.map(({ binding }) => binding)],
    granted: done.filter(({ isCreation }) => isCreation).map(({ binding }) => binding),
    removed: done.filter(({ isCreation }) => !isCreation).map(({ binding }) => binding),
    problem: failures.find(({ reason }) => reason === "AccessPending") ?? failures[0],
  };
}

export function pending(message: string): AccessProblem {
  return { reason: "AccessPending", cause: "Pending", message };
}

function problemOf(answer: Exclude<Answer<unknown>, { status: "ok" }>, doing: string): AccessProblem {
  if (answer.status !== "failed") return pending(`${doing}: ${answer.reason}`);
  const { failure } = answer;
  const message = `${doing}: ${failure.message}`;
  if (!isFinal(failure)) return pending(message);
  if (failure.kind === "denied") return { reason: "AccessNotGranted", cause: "InsufficientPermissions", message };
  if (failure.kind === "unsupported") {
    return { reason: "AccessNotGranted", cause: "NoAuthorizer", message: `${message} The brokers keep no ACLs` };
  }
  return { reason: "AccessNotGranted", cause: "BrokerRejected", message };
}
