// The part of the composition root that is about rights: what EventTopics and ConsumerGroups see of one another's. Decides
// nothing itself.

import { isDeepStrictEqual } from "node:util";

import { consumerGroup, type ConsumerGroup } from "../api/consumer-group.ts";
import type { KubernetesObject } from "../api/custom-resource.ts";
import { eventTopic, type EventTopic } from "../api/event-topic.ts";
import { AclControl, type RightsPlace } from "../controllers/access/access-control.ts";
import type { AccessKind, AccessSubject, AccessWorld, PeerRights } from "../controllers/access/access-world.ts";
import { KafkaUserControl } from "../controllers/access/kafka-users/kafka-user-control.ts";
import { KafkaUserWriter } from "../controllers/access/kafka-users/kafka-user-writer.ts";
import { reliesOnLabels } from "../controllers/access/label-reliance.ts";
import { busLeadingTo } from "../controllers/access/managed-bus.ts";
import { peerRights, type PeerSource } from "../controllers/access/peers.ts";
import { AccessSweepSource } from "../controllers/access/sweep-source.ts";
import { wakesOnKafkaUsers } from "../controllers/access/user-wakes.ts";
import type { BusBoundWorld } from "../controllers/bus-bound.ts";
import { isSameGeneration, LiveObjects } from "../controllers/live-objects.ts";
import type { SweepSource } from "../controllers/sweep.ts";
import type { ResourceType } from "../kubernetes/resources.ts";
import type { Controller } from "../runtime/controller.ts";
import type { Dependency } from "../runtime/dependency.ts";
import { keyOf } from "../runtime/object-key.ts";
import type { Store } from "../runtime/store.ts";
import { NAMESPACE, type NamespaceObject } from "./caches.ts";
import { busBoundWorld, oursBy, writePermission, type Parts } from "./parts.ts";

/** Set as each kind is composed: rights of one are looked up by the other. */
interface AccessKinds {
  topics?: AccessKind<EventTopic>;
  groups?: AccessKind<ConsumerGroup>;
}

export interface AccessParts {
  readonly kinds: AccessKinds;
  readonly control: AccessWorld<never>["control"];
  readonly ofTopics: AccessWorld<EventTopic>;
  readonly ofGroups: AccessWorld<ConsumerGroup>;
  readonly wakesTopics: readonly Dependency[];
  readonly wakesGroups: readonly Dependency[];
}

export function createAccessParts(parts: Parts): AccessParts {
  const { caches, clock, kubernetes } = parts;
  const hasUsers = ({ status }: AccessSubject): boolean =>
    caches.buses.get(status?.bus?.name ?? "")?.spec.accessManagement === "KafkaUser";
  const live = <T extends KubernetesObject>(type: ResourceType, store: Store<T>): LiveObjects<T> =>
    new LiveObjects(kubernetes.resources<T>(type), store, isSameGeneration, clock);
  const topics = live<EventTopic>(eventTopic, caches.topics);
  const groups = live<ConsumerGroup>(consumerGroup, caches.consumerGroups);
  const namespaces = new LiveObjects(
    kubernetes.resources<NamespaceObject>(NAMESPACE),
    caches.namespaces,
    isSameLabels,
    clock,
  );
  const kinds: AccessKinds = {};
  const shared = { ...busBoundWorld(parts), control: controlsOf(parts), nowMs: () => clock.now() };
  const peers = peersOf(parts, shared, kinds);
  return {
    kinds,
    control: shared.control,
    ofTopics: { ...shared, peers, isCurrent: currencyOf(parts, { objects: topics, topics, namespaces }) },
    ofGroups: { ...shared, peers, isCurrent: currencyOf(parts, { objects: groups, topics, namespaces }) },
    wakesTopics: wakesOnKafkaUsers(caches.topics, caches.strimzi, hasUsers),
    wakesGroups: wakesOnKafkaUsers(caches.consumerGroups, caches.strimzi, hasUsers),
  };
}

interface LiveViews<T extends AccessSubject> {
  readonly objects: LiveObjects<T>;
  readonly topics: LiveObjects<EventTopic>;
  readonly namespaces: LiveObjects<NamespaceObject>;
}

/** The labels of a namespace are looked at only where something hangs on them. */
function currencyOf<T extends AccessSubject>(
  { caches, liveBuses }: Parts,
  { namespaces, objects, topics }: LiveViews<T>,
): AccessWorld<T>["isCurrent"] {
  return async (object, bus, consents, priority) => {
    const { namespace = "" } = object.metadata;
    const checks = await Promise.all([
      objects.isCurrent(keyOf(object.metadata), object, priority),
      liveBuses.isCurrent(bus.metadata.name, bus, priority),
      ...consents.map((topic) => topics.isCurrent(keyOf(topic.metadata), topic, priority)),
      ...(reliesOnLabels(object, bus, consents)
        ? [namespaces.isCurrent(namespace, caches.namespaces.get(namespace), priority)]
        : []),
    ]);
    return checks.every(Boolean);
  };
}

function isSameLabels(held: NamespaceObject, live: NamespaceObject): boolean {
  return isDeepStrictEqual(held.metadata.labels ?? {}, live.metadata.labels ?? {});
}

function peersOf(
  { caches }: Parts,
  world: BusBoundWorld,
  kinds: AccessKinds,
): (principal: string, except: AccessSubject) => PeerRights[] {
  return (principal, except) => [
    ...(kinds.topics === undefined ? [] : peerRights(principal, except, peersIn(caches.topics, kinds.topics), world)),
    ...(kinds.groups === undefined
      ? []
      : peerRights(principal, except, peersIn(caches.consumerGroups, kinds.groups), world)),
  ];
}

function peersIn<T extends AccessSubject>(store: Indexed<T>, kind: AccessKind<T>): PeerSource<T> {
  return { named: (principal) => store.byIndex("principal", principal), kind };
}

/** How rights on a bus are brought about. */
function controlsOf(parts: Parts): AccessWorld<never>["control"] {
  const { caches, registry } = parts;
  const isOurs = oursBy(parts.settings);
  const isForeignBus = (name: string): boolean => {
    const bus = caches.buses.get(name);
    return bus !== undefined && !isOurs(bus);
  };
  const mayWrite = writePermission(parts, registry);
  const writer = new KafkaUserWriter({ stores: caches.strimzi, writes: caches.strimziWrites, mayWrite, isForeignBus });
  const users = { namespaces: caches.strimzi, writer, isForeignBus };
  return (bus, admin, { clusterId, means }) =>
    means === "Acl" ? new AclControl(admin) : new KafkaUserControl(bus, clusterId, users);
}

const SWEPT = { priority: "bulk", reason: "sweep" } as const;

interface Indexed<T> {
  byIndex(index: "principal", value: string): readonly T[];
}

/** One for each kind. */
export function accessSweepSources(
  parts: Parts,
  { control, kinds }: AccessParts,
  controllers: Readonly<Record<"topics" | "groups", Controller>>,
): SweepSource[] {
  const { caches, registry } = parts;
  const world = busBoundWorld(parts);
  const sourceOf = <T extends AccessSubject>(
    store: { byIndex(index: "bus", value: string): readonly T[] },
    kind: AccessKind<T> | undefined,
    controller: Controller,
  ): SweepSource[] => {
    if (kind === undefined) return [];
    const swept = {
      onBus: (busName: string) => store.byIndex("bus", busName),
      kind,
      control,
      clusterOf: (busName: string) => {
        const link = registry.link(busName);
        return link.kind === "connected" ? link.cluster.id : undefined;
      },
      isReached: (place: RightsPlace) => busLeadingTo(place, world) !== undefined,
      wake: (key: string) => controller.enqueue(key, SWEPT),
    };
    return [new AccessSweepSource<T>(caches.buses, swept)];
  };
  return [
    ...sourceOf(caches.topics, kinds.topics, controllers.topics),
    ...sourceOf(caches.consumerGroups, kinds.groups, controllers.groups),
  ];
}
