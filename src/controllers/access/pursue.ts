// Brings the rights of one object about: looks at what there is, plans, restricts, records, changes. Nothing is changed
// that is not on record before, and nothing is taken away that is not.

import { hasFinalizer } from "../../api/group.ts";
import type { AclBinding } from "../../kafka/model/acl.ts";
import type { Obstacle } from "./access-control.ts";
import type { AccessSubject, AccessWorld, PeerRights } from "./access-world.ts";
import { changeRights, pending, problemOf, type AccessProblem, type Pursuit, type Quarry } from "./carry-out.ts";
import { planAccess, type AccessPlan } from "./plan.ts";
import { restrictAccess } from "./restrict.ts";

export async function pursue<T extends AccessSubject>(
  quarry: Quarry<T>,
  world: Pick<AccessWorld<T>, "peers" | "isCurrent">,
): Promise<Pursuit> {
  const { bus, call, control, former, object, place, record, recorded, wish } = quarry;
  const nothing = { recorded, former, granted: [], removed: [] };
  if (wish.bindings.length === 0 && recorded.length === 0) return nothing;
  const answer = await control.describe(call);
  if (answer.status !== "ok") return { ...nothing, problem: problemOf(answer, "Cannot read who has which rights") };
  const plan = planAccess(wish, {
    place,
    recorded,
    formerly: former.filter(({ clusterId }) => clusterId === place.clusterId).flatMap(({ bindings }) => bindings),
    granted: answer.value,
    peers: remembering((principal) => world.peers(principal, object)),
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
  const pursuit = await carryOut(plan, quarry);
  const refusal = answer.value.refusal(plan.refused);
  const problem = refusal === undefined ? undefined : problemOf(refusal, "Cannot grant what is declared");
  return { ...pursuit, problem: pursuit.problem ?? problem ?? obstacleTo(control.obstacle(wish.bindings)) };
}

async function carryOut<T extends AccessSubject>(
  plan: AccessPlan,
  { call, control, former }: Quarry<T>,
): Promise<Pursuit> {
  const { done, problem, undone } = await changeRights(plan, control, call);
  // What could not be taken away stays on record, and so does what may have been granted.
  const left = undone.filter(({ isCreation }) => !isCreation).map(({ binding }) => binding);
  return {
    recorded: [...plan.after, ...left],
    former,
    granted: done.filter(({ isCreation }) => isCreation).map(({ binding }) => binding),
    removed: done.filter(({ isCreation }) => !isCreation).map(({ binding }) => binding),
    problem,
  };
}

/** Each principal is asked for once. */
function remembering(
  peers: (principal: string) => readonly PeerRights[],
): (principal: string) => readonly PeerRights[] {
  const known = new Map<AclBinding["principal"], readonly PeerRights[]>();
  return (principal) => {
    const found = known.get(principal) ?? peers(principal);
    known.set(principal, found);
    return found;
  };
}

function obstacleTo(obstacle: Obstacle | undefined): AccessProblem | undefined {
  if (obstacle === undefined) return undefined;
  const { message } = obstacle;
  if (obstacle.status === "awaited") return { ...pending(message), isAwaited: true };
  return { reason: "AccessNotGranted", cause: obstacle.cause, message };
}
