// What other objects want for a principal, so that nobody's right is taken away because of another's. From memory only.

import { principalOf } from "../../domain/access-rights.ts";
import { aclKey } from "../../kafka/model/acl.ts";
import type { AccessKind, AccessSubject, PeerRights } from "./access-world.ts";
import { recordedRights } from "./recorded-rights.ts";

/** One kind whose objects may name the same principal. */
export interface PeerSource<T extends AccessSubject> {
  /** By the name of the principal, or because it is on their record. */
  named(principal: string): readonly T[];
  readonly kind: AccessKind<T>;
  /** The object lives on a bus that asks for ACLs. */
  isManaged(object: T): boolean;
}

/** `principal` as in a binding. Of one that is being deleted only the record counts. */
export function peerRights<T extends AccessSubject>(
  principal: string,
  except: AccessSubject,
  source: PeerSource<T>,
): PeerRights[] {
  return source.named(principal).flatMap((object) => {
    const clusterId = object.status?.bus?.clusterId;
    if (clusterId === undefined || isSame(object, except) || !source.isManaged(object)) return [];
    const rights = recordedRights(object.status, clusterId);
    const recorded = rights.map(aclKey);
    const isLeaving = object.metadata.deletionTimestamp !== undefined;
    const wish = isLeaving ? undefined : source.kind.wish(object, object.status);
    // Of which nothing is known now may still want all that it had.
    const wanted = isLeaving ? [] : (wish?.bindings.map(aclKey) ?? recorded);
    const kept = rights.filter((binding) => wish?.mayWant(binding) === true).map(aclKey);
    return [{ clusterId, wanted: new Set([...wanted, ...kept]), recorded: new Set(recorded) }];
  });
}

function isSame(a: AccessSubject, b: AccessSubject): boolean {
  return a.kind === b.kind && a.metadata.uid === b.metadata.uid;
}

/** Values by which stores find objects that name principals. */
export function principalsOf(names: readonly string[], { status }: Pick<AccessSubject, "status">): string[] {
  const recorded = (status?.access?.rights ?? []).map(({ principal }) => principal);
  return [...new Set([...names.map(principalOf), ...recorded])];
}
