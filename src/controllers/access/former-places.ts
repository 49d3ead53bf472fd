// Rights that an object was granted in another place before: on another cluster, or by other means. They are taken away once
// those are in force that the object has now, and never what would take these away as well.

import type { EventBus } from "../../api/event-bus.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import type { GrantedRights } from "./access-control.ts";
import type { AccessSubject, AccessWorld } from "./access-world.ts";
import { changeRights, pending, problemOf, type AccessProblem, type Pursuit, type Quarry } from "./carry-out.ts";
import { busLeadingTo } from "./managed-bus.ts";
import { describeRights, isOnOthersRecord, mayBeWantedByOthers, type AccessFacts } from "./plan.ts";
import type { PlacedRights } from "./recorded-rights.ts";
import { restrictAccess } from "./restrict.ts";

type World<T extends AccessSubject> = Pick<
  AccessWorld<T>,
  "buses" | "control" | "isCurrent" | "isOurs" | "link" | "peers"
>;

interface Leaving {
  readonly left: readonly AclBinding[];
  readonly removed: readonly AclBinding[];
  readonly problem?: AccessProblem | undefined;
  /** Why it stays, where nobody is to blame. */
  readonly remark?: string | undefined;
}

/** `pursuit`: of the place where the object is now, ended well. */
export async function leaveFormerPlaces<T extends AccessSubject>(
  quarry: Quarry<T>,
  pursuit: Pursuit,
  world: World<T>,
): Promise<Pursuit> {
  const there = await quarry.control.describe(quarry.call);
  if (there.status !== "ok") return pursuit;
  const former: PlacedRights[] = [];
  const removed: AclBinding[] = [];
  const problems: AccessProblem[] = [];
  const remarks: string[] = [];
  for (const place of quarry.former) {
    const leaving = await leave(place, quarry, there.value, world);
    former.push({ ...place, bindings: leaving.left });
    removed.push(...leaving.removed);
    if (leaving.problem !== undefined) problems.push(leaving.problem);
    if (leaving.remark !== undefined) remarks.push(leaving.remark);
  }
  return {
    ...pursuit,
    former: former.filter(({ bindings }) => bindings.length > 0),
    removed: [...pursuit.removed, ...removed],
    problem: problems.find(({ reason }) => reason === "AccessPending") ?? problems[0],
    remarks,
  };
}

async function leave<T extends AccessSubject>(
  place: PlacedRights,
  quarry: Quarry<T>,
  now: GrantedRights,
  world: World<T>,
): Promise<Leaving> {
  const stays = { left: place.bindings, removed: [] };
  const way = wayTo(place, quarry, world);
  if (way === undefined) {
    const remark = `Rights on Kafka cluster "${place.clusterId}", where no EventBus leads now, stay: ${describeRights(place.bindings)}`;
    return { ...stays, remark };
  }
  const control = world.control(way.bus, way.admin, place);
  const call = { ...quarry.call, clusterId: place.clusterId };
  const answer = await control.describe(call);
  if (answer.status !== "ok") {
    return { ...stays, problem: problemOf(answer, "Cannot read which rights are to be taken away") };
  }
  const facts = { place, granted: answer.value, peers: (principal: string) => world.peers(principal, quarry.object) };
  const { kept, remove } = judge(place, quarry, now, facts);
  if (remove.length === 0) return { left: kept, removed: [] };
  const restriction = restrictAccess({ create: [], lost: [], remove }, quarry.object, way.bus);
  if (restriction !== undefined) {
    const { message, reason } = restriction;
    return { ...stays, problem: { reason: "AccessNotGranted", cause: reason, message } };
  }
  if (!(await world.isCurrent(quarry.object, way.bus, quarry.wish.consents, call.priority))) {
    return { ...stays, problem: pending("What rights go by has changed since it was looked at") };
  }
  const { done, problem, undone } = await changeRights({ create: [], remove }, control, call);
  return {
    left: [...kept, ...undone.map(({ binding }) => binding)],
    removed: done.map(({ binding }) => binding),
    problem,
  };
}

/** `remove`: what is there still, and neither wanted nor kept by the place where the object is now. */
function judge<T extends AccessSubject>(
  { bindings, ...place }: PlacedRights,
  { call, wish }: Quarry<T>,
  now: GrantedRights,
  facts: Pick<AccessFacts, "granted" | "peers" | "place">,
): { readonly kept: readonly AclBinding[]; readonly remove: readonly AclBinding[] } {
  const isHere = place.clusterId === call.clusterId;
  const own = new Set(isHere && place.means === "KafkaUser" ? wish.bindings.map(aclKey) : []);
  const there = bindings.filter((binding) => facts.granted.has(binding) && !facts.granted.isTheirs(binding));
  // The ACL itself is kept by the KafkaUser now: taking it away would take that right away.
  const open = there.filter((binding) => !(isHere && place.means === "Acl" && now.keeps(binding)));
  // What a KafkaUser does not list any longer, a User Operator takes from who is granted the same by an ACL now.
  const isWanted = (binding: AclBinding): boolean =>
    own.has(aclKey(binding)) || (isHere && wish.mayWant(binding)) || mayBeWantedByOthers(binding, facts);
  const wanted = open.filter((binding) => isWanted(binding));
  return {
    kept: wanted.filter((binding) => own.has(aclKey(binding)) || !isOnOthersRecord(binding, facts)),
    remove: open.filter((binding) => !isWanted(binding)),
  };
}

function wayTo<T extends AccessSubject>(
  place: PlacedRights,
  { bus, call }: Quarry<T>,
  world: World<T>,
): { readonly bus: EventBus; readonly admin: KafkaAdmin } | undefined {
  const way = place.clusterId === call.clusterId ? bus : busLeadingTo(place, world);
  const link = way === undefined ? undefined : world.link(way.metadata.name);
  return way === undefined || link?.kind !== "connected" ? undefined : { bus: way, admin: link.admin };
}
