// Bindings as a status records them, and back: by the place where they were granted. What is recorded is always single
// permissions, so less than a binding says is kept. Pure.

import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import { ACCESS_MEANS, type RightsPlace } from "./access-control.ts";
import type { AccessStatus, RecordedRight } from "./access-world.ts";

export interface PlacedRights extends RightsPlace {
  readonly bindings: readonly AclBinding[];
}

/** As many former places as a status holds; the oldest give way. */
const MOST_FORMER = 8;

/** Every place that has rights on record; of means that a newer operator knows nothing can be said. */
export function recordedPlaces(status: Pick<AccessStatus, "access"> | undefined): PlacedRights[] {
  const { access } = status ?? {};
  if (access === undefined) return [];
  const { clusterId, former = [], means = "Acl", rights } = access;
  const places = [{ clusterId, means, rights }, ...former];
  return places.flatMap((place) => {
    const known = ACCESS_MEANS.find((name) => name === place.means);
    const bindings = toBindings(place.rights);
    return known === undefined || bindings.length === 0 ? [] : [{ clusterId: place.clusterId, means: known, bindings }];
  });
}

/** In this place: what was recorded in another is not ours to touch here. */
export function recordedRights(status: Pick<AccessStatus, "access"> | undefined, place: RightsPlace): AclBinding[] {
  return recordedPlaces(status).flatMap((recorded) => (isSamePlace(recorded, place) ? recorded.bindings : []));
}

export function formerPlaces(status: Pick<AccessStatus, "access"> | undefined, place: RightsPlace): PlacedRights[] {
  return recordedPlaces(status).filter((recorded) => !isSamePlace(recorded, place));
}

export function isSamePlace(a: RightsPlace, b: RightsPlace): boolean {
  return a.clusterId === b.clusterId && a.means === b.means;
}

/** Sorted, each once; undefined for none. */
export function toRecord(
  { clusterId, means }: RightsPlace,
  bindings: readonly AclBinding[],
  former: readonly PlacedRights[],
): AccessStatus["access"] {
  const before = former.filter((place) => place.bindings.length > 0).slice(-MOST_FORMER);
  if (bindings.length === 0 && before.length === 0) return undefined;
  return {
    clusterId,
    // What was on record before there were other means was made by ACLs.
    ...(means !== "Acl" && { means }),
    ...(bindings.length > 0 && { rights: toRights(bindings) }),
    ...(before.length > 0 && {
      former: before.map((place) => ({
        clusterId: place.clusterId,
        means: place.means,
        rights: toRights(place.bindings),
      })),
    }),
  };
}

function toBindings(rights: readonly RecordedRight[] = []): AclBinding[] {
  return rights.map(({ principal, operation, resourceName, resourceType }): AclBinding => ({
    resourceType: resourceType as AclBinding["resourceType"],
    resourceName,
    patternType: "literal",
    principal,
    host: "*",
    operation: operation as AclBinding["operation"],
    permission: "allow",
  }));
}

function toRights(bindings: readonly AclBinding[]): RecordedRight[] {
  const distinct = new Map(bindings.map((binding) => [aclKey(binding), binding]));
  return [...distinct.values()]
    .map(({ principal, operation, resourceName, resourceType }): RecordedRight => ({
      principal,
      operation,
      resourceType,
      resourceName,
    }))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function orderOf({ principal, operation, resourceName, resourceType }: RecordedRight): string {
  return [principal, operation, resourceType, resourceName].join("\n");
}
