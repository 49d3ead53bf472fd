// The one diff between the rights that an object declares, those on record as its own, and those that there are. Pure.

import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import type { GrantedRights, RightsPlace } from "./access-control.ts";
import type { AccessWish, PeerRights } from "./access-world.ts";

export interface AccessPlan {
  readonly create: readonly AclBinding[];
  readonly remove: readonly AclBinding[];
  /** On record before anything is done. */
  readonly before: readonly AclBinding[];
  /** On record once all is done. */
  readonly after: readonly AclBinding[];
  /** Wanted ones that cannot be granted. */
  readonly refused: readonly AclBinding[];
  /** Wanted ones that somebody has taken away. */
  readonly lost: readonly AclBinding[];
}

export interface AccessFacts {
  readonly place: RightsPlace;
  /** Of this object, in this place. */
  readonly recorded: readonly AclBinding[];
  /** Of this object on the same cluster, by other means. */
  readonly formerly?: readonly AclBinding[] | undefined;
  readonly granted: GrantedRights;
  /** By principal. */
  readonly peers: (principal: string) => readonly PeerRights[];
}

/**
 * What is there already and on nobody's record is somebody else's: it serves, and is never taken away. What another
 * object of ours wants too stays.
 */
export function planAccess({ bindings, mayWant }: AccessWish, facts: AccessFacts): AccessPlan {
  const { granted, recorded } = facts;
  const wanted = new Set(bindings.map(aclKey));
  const owned = new Set(recorded.map(aclKey));
  const isLive = (binding: AclBinding): boolean => granted.has(binding) && !granted.isTheirs(binding);
  const lacking = [...bindings, ...inherited(bindings, facts)].filter((binding) => !granted.has(binding));
  const isRefused = (binding: AclBinding): boolean => granted.refusal([binding]) !== undefined;
  const create = lacking.filter((binding) => !isRefused(binding));
  const shared = bindings.filter((binding) => isLive(binding) && isOurs(binding, facts));
  const unwanted = recorded.filter((binding) => !wanted.has(aclKey(binding)) && !mayWant(binding));
  const remove = unwanted.filter((binding) => isLive(binding) && !mayBeWantedByOthers(binding, facts));
  // Once nobody has it on record, nobody ever takes it away: it stays on ours until the other's run has seen it there.
  const kept = unwanted.filter(
    (binding) => isLive(binding) && mayBeWantedByOthers(binding, facts) && !isOnOthersRecord(binding, facts),
  );
  const gone = new Set(unwanted.filter((binding) => !kept.includes(binding)).map(aclKey));
  const before = distinct([...recorded, ...create, ...shared]);
  return {
    create,
    remove,
    before,
    after: before.filter((binding) => !gone.has(aclKey(binding))),
    refused: lacking.filter((binding) => isRefused(binding)),
    lost: create.filter((binding) => owned.has(aclKey(binding))),
  };
}

/**
 * A User Operator takes away every ACL of a user that its KafkaUser does not list. So whoever comes first lists also what
 * the others have of the same principals by ACLs and still want; it is on the first one's record until it is on theirs.
 */
function inherited(bindings: readonly AclBinding[], { granted, peers, place }: AccessFacts): AclBinding[] {
  if (place.means !== "KafkaUser") return [];
  const principals = new Set(bindings.map(({ principal }) => principal));
  const wanted = new Set(bindings.map(aclKey));
  const others = [...principals].flatMap((principal) =>
    peers(principal)
      .filter(({ clusterId }) => clusterId === place.clusterId)
      .flatMap((peer) => [...peer.recorded.Acl].filter(([key]) => peer.wanted.has(key)))
      .filter(([key, binding]) => binding.principal === principal && !wanted.has(key)),
  );
  return [...new Map(others).values()].filter((binding) => !granted.isTheirs(binding));
}

/** The operator has made it, for whomever and by whichever means. */
function isOurs(binding: AclBinding, facts: AccessFacts): boolean {
  const key = aclKey(binding);
  if (facts.formerly?.some((former) => aclKey(former) === key) === true) return true;
  return peersThere(binding, facts).some(({ recorded }) => recorded.Acl.has(key) || recorded.KafkaUser.has(key));
}

/** Somebody else will take it away in this place. */
export function isOnOthersRecord(binding: AclBinding, facts: Pick<AccessFacts, "peers" | "place">): boolean {
  const { means } = facts.place;
  return peersThere(binding, facts).some(({ recorded }) => recorded[means].has(aclKey(binding)));
}

export function mayBeWantedByOthers(binding: AclBinding, facts: Pick<AccessFacts, "peers" | "place">): boolean {
  return peersThere(binding, facts).some(({ isUnknown, wanted }) => isUnknown === true || wanted.has(aclKey(binding)));
}

function peersThere({ principal }: AclBinding, { peers, place }: Pick<AccessFacts, "peers" | "place">): PeerRights[] {
  return peers(principal).filter(({ clusterId }) => clusterId === place.clusterId);
}

function distinct(bindings: readonly AclBinding[]): AclBinding[] {
  return [...new Map(bindings.map((binding) => [aclKey(binding), binding])).values()];
}

/** A right as a sentence has it. */
export function describeRight({ operation, principal, resourceName, resourceType }: AclBinding): string {
  return `${operation} on ${resourceType} "${resourceName}" for "${principal}"`;
}

/** The first few. */
export function describeRights(bindings: readonly AclBinding[]): string {
  const named = bindings.slice(0, 5).map(describeRight);
  const rest = bindings.length > named.length ? ` and ${bindings.length - named.length} more` : "";
  return `${named.join(", ")}${rest}`;
}
