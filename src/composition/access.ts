// The part of the composition root that is about rights: what EventTopics and ConsumerGroups see of one another's. Decides
// nothing itself.

import { consumerGroup, type ConsumerGroup } from "../api/consumer-group.ts";
import { eventTopic, type EventTopic } from "../api/event-topic.ts";
import type { AccessKind, AccessSubject, AccessWorld } from "../controllers/access/access-world.ts";
import { peerRights, type PeerSource } from "../controllers/access/peers.ts";
import { AccessSweepSource } from "../controllers/access/sweep-source.ts";
import { isSameGeneration, LiveObjects } from "../controllers/live-objects.ts";
import type { SweepSource } from "../controllers/sweep.ts";
import type { Controller } from "../runtime/controller.ts";
import { keyOf } from "../runtime/object-key.ts";
import { busBoundWorld, type Parts } from "./parts.ts";

/** Set as each kind is composed: rights of one are looked up by the other. */
export interface AccessParts {
  topics?: AccessKind<EventTopic>;
  groups?: AccessKind<ConsumerGroup>;
  readonly ofTopics: AccessWorld<EventTopic>;
  readonly ofGroups: AccessWorld<ConsumerGroup>;
}

export function createAccessParts(parts: Parts): AccessParts {
  const { caches, clock, kubernetes, liveBuses } = parts;
  const topics = kubernetes.resources<EventTopic>(eventTopic);
  const groups = kubernetes.resources<ConsumerGroup>(consumerGroup);
  const live = {
    topics: new LiveObjects(topics, caches.topics, isSameGeneration, clock),
    groups: new LiveObjects(groups, caches.consumerGroups, isSameGeneration, clock),
  };
  const isManaged = ({ status }: AccessSubject): boolean =>
    caches.buses.get(status?.bus?.name ?? "")?.spec.accessManagement === "Acl";
  const access: AccessParts = { ofTopics: worldOf(live.topics), ofGroups: worldOf(live.groups) };
  return access;

  function worldOf<T extends AccessSubject>(objects: LiveObjects<T>): AccessWorld<T> {
    return {
      ...busBoundWorld(parts),
      nowMs: () => clock.now(),
      peers: (principal, except) => [
        ...(access.topics === undefined ? [] : peerRights(principal, except, peersIn(caches.topics, access.topics))),
        ...(access.groups === undefined
          ? []
          : peerRights(principal, except, peersIn(caches.consumerGroups, access.groups))),
      ],
      isCurrent: async (object, bus, consents, priority) => {
        const checks = await Promise.all([
          objects.isCurrent(keyOf(object.metadata), object, priority),
          liveBuses.isCurrent(bus.metadata.name, bus, priority),
          ...consents.map((topic) => live.topics.isCurrent(keyOf(topic.metadata), topic, priority)),
        ]);
        return checks.every(Boolean);
      },
    };
  }

  function peersIn<T extends AccessSubject>(store: Indexed<T>, kind: AccessKind<T>): PeerSource<T> {
    return { named: (principal) => store.byIndex("principal", principal), kind, isManaged };
  }
}

const SWEPT = { priority: "bulk", reason: "sweep" } as const;

interface Indexed<T> {
  byIndex(index: "principal", value: string): readonly T[];
}

/** One for each kind. */
export function accessSweepSources(
  { caches }: Parts,
  { groups, topics }: AccessParts,
  controllers: Readonly<Record<"topics" | "groups", Controller>>,
): SweepSource[] {
  const ofTopics =
    topics === undefined
      ? []
      : [
          new AccessSweepSource<EventTopic>(caches.buses, {
            onBus: (busName) => caches.topics.byIndex("bus", busName),
            kind: topics,
            wake: (key) => controllers.topics.enqueue(key, SWEPT),
          }),
        ];
  const ofGroups =
    groups === undefined
      ? []
      : [
          new AccessSweepSource<ConsumerGroup>(caches.buses, {
            onBus: (busName) => caches.consumerGroups.byIndex("bus", busName),
            kind: groups,
            wake: (key) => controllers.groups.enqueue(key, SWEPT),
          }),
        ];
  return [...ofTopics, ...ofGroups];
}
