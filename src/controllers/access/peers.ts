// What other objects want for a principal, so that nobody's right is taken away because of another's. From memory only.

import { principalOf } from "../../domain/access-rights.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { AccessMeans } from "./access-control.ts";
import type { AccessKind, AccessSubject, AccessWorld, PeerRights } from "./access-world.ts";
import { managedBus, meansOf } from "./managed-bus.ts";
import { recordedPlaces } from "./recorded-rights.ts";

/** One kind whose objects may name the same principal. */
export interface PeerSource<T extends AccessSubject> {
  /** By the name of the principal, or because it is on their record. */
  named(principal: string): readonly T[];
  readonly kind: AccessKind<T>;
}

type World = Pick<AccessWorld<never>, "buses" | "isOurs" | "link">;

/** `principal` as in a binding. Of one that is being deleted only the record counts. */
export function peerRights<T extends AccessSubject>(
  principal: string,
  except: AccessSubject,
  source: PeerSource<T>,
  world: World,
): PeerRights[] {
  return source.named(principal).flatMap((object) => {
    if (isSame(object, except)) return [];
    const clusterIds = new Set(recordedPlaces(object.status).map((place) => place.clusterId));
    const here = managedBus(object.status, world) === undefined ? undefined : object.status?.bus?.clusterId;
    const others = [...clusterIds].filter((clusterId) => clusterId !== here);
    return [
      ...(here === undefined ? unknownRights(object, world) : [rightsOf(object, here, source.kind)]),
      ...others.map((clusterId) => ({ clusterId, wanted: new Set<string>(), recorded: recordsOf(object, clusterId) })),
    ];
  });
}

function rightsOf<T extends AccessSubject>(object: T, clusterId: string, kind: AccessKind<T>): PeerRights {
  const recorded = recordsOf(object, clusterId);
  const all = [...recorded.Acl.values(), ...recorded.KafkaUser.values()];
  const isLeaving = object.metadata.deletionTimestamp !== undefined;
  const wish = isLeaving ? undefined : kind.wish(object, object.status);
  // Of which nothing is known now may still want all that it had.
  const wanted = isLeaving ? [] : (wish?.bindings ?? all);
  const kept = all.filter((binding) => wish?.mayWant(binding) === true);
  return { clusterId, wanted: new Set([...wanted, ...kept].map(aclKey)), recorded };
}

/**
 * Of an object that nobody has looked at yet, though its bus is connected: it will be in a moment. One that was looked at
 * and found no bus wants nothing, or else its author could keep others' rights for ever.
 */
function unknownRights(object: AccessSubject, world: World): PeerRights[] {
  const clusterId = isToBeLookedAt(object) ? comingCluster(object, world) : undefined;
  if (clusterId === undefined) return [];
  return [{ clusterId, wanted: new Set(), recorded: recordsOf(object, ""), isUnknown: true }];
}

function isToBeLookedAt({ metadata, status }: AccessSubject): boolean {
  const reason = findCondition(status?.conditions, "Ready")?.reason ?? "BusNotReady";
  const isPlaced = status?.bus?.clusterId !== undefined;
  return reason === "BusNotReady" && !isPlaced && metadata.deletionTimestamp === undefined;
}

/** Where it will live. */
function comingCluster({ spec, status }: AccessSubject, world: World): string | undefined {
  const chosen = selectBus({ named: spec.busRef?.name, recorded: status?.bus?.name }, world.buses);
  if (chosen.kind === "problem" || !world.isOurs(chosen.bus) || meansOf(chosen.bus) === undefined) return undefined;
  const link = world.link(chosen.bus.metadata.name);
  return link.kind === "connected" ? link.cluster.id : undefined;
}

function recordsOf({ status }: AccessSubject, clusterId: string): PeerRights["recorded"] {
  const places = recordedPlaces(status).filter((place) => place.clusterId === clusterId);
  const by = (means: AccessMeans): ReadonlyMap<string, AclBinding> => {
    const bindings = places.filter((place) => place.means === means).flatMap((place) => place.bindings);
    return new Map(bindings.map((binding) => [aclKey(binding), binding]));
  };
  return { Acl: by("Acl"), KafkaUser: by("KafkaUser") };
}

function isSame(a: AccessSubject, b: AccessSubject): boolean {
  return a.kind === b.kind && a.metadata.uid === b.metadata.uid;
}

/** Values by which stores find objects that name principals. */
export function principalsOf(names: readonly string[], { status }: Pick<AccessSubject, "status">): string[] {
  const recorded = recordedPlaces(status).flatMap(({ bindings }) => bindings.map(({ principal }) => principal));
  return [...new Set([...names.map(principalOf), ...recorded])];
}
