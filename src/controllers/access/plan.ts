// The one diff between the rights that an object declares, those on record as its own, and the ACLs in Kafka. Pure.

import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import type { AccessWish, PeerRights } from "./access-world.ts";

export interface AccessPlan {
  readonly create: readonly AclBinding[];
  readonly remove: readonly AclBinding[];
  /** On record before anything is done. */
  readonly before: readonly AclBinding[];
  /** On record once all is done. */
  readonly after: readonly AclBinding[];
  /** Wanted ones that somebody has taken away. */
  readonly lost: readonly AclBinding[];
}

export interface AccessFacts {
  readonly clusterId: string;
  /** Of this object, on this cluster. */
  readonly recorded: readonly AclBinding[];
  /** Keys of all ACLs of the cluster. */
  readonly live: ReadonlySet<string>;
  /** By principal. */
  readonly peers: (principal: string) => readonly PeerRights[];
}

/**
 * What is there already and on nobody's record is somebody else's: it serves, and is never taken away. What another
 * object of ours wants too stays.
 */
export function planAccess({ bindings, mayWant }: AccessWish, facts: AccessFacts): AccessPlan {
  const { live, recorded } = facts;
  const wanted = new Set(bindings.map(aclKey));
  const owned = new Set(recorded.map(aclKey));
  const create = bindings.filter((binding) => !live.has(aclKey(binding)));
  const shared = bindings.filter((binding) => live.has(aclKey(binding)) && isOnRecord(binding, facts));
  const unwanted = recorded.filter((binding) => !wanted.has(aclKey(binding)) && !mayWant(binding));
  const remove = unwanted.filter((binding) => live.has(aclKey(binding)) && !isWantedByOthers(binding, facts));
  // Once nobody has it on record, nobody ever takes it away: it stays on ours until the other's run has seen it there.
  const kept = unwanted.filter(
    (binding) => live.has(aclKey(binding)) && isWantedByOthers(binding, facts) && !isOnRecord(binding, facts),
  );
  const gone = new Set(unwanted.filter((binding) => !kept.includes(binding)).map(aclKey));
  const before = distinct([...recorded, ...create, ...shared]);
  return {
    create,
    remove,
    before,
    after: before.filter((binding) => !gone.has(aclKey(binding))),
    lost: create.filter((binding) => owned.has(aclKey(binding))),
  };
}

function isOnRecord(binding: AclBinding, { clusterId, peers }: AccessFacts): boolean {
  return peers(binding.principal).some((peer) => peer.clusterId === clusterId && peer.recorded.has(aclKey(binding)));
}

function isWantedByOthers(binding: AclBinding, { clusterId, peers }: AccessFacts): boolean {
  return peers(binding.principal).some((peer) => peer.clusterId === clusterId && peer.wanted.has(aclKey(binding)));
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
