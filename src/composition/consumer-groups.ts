// The part of the composition root that is about ConsumerGroups: their controller, poller and place in the sweep. Decides
// nothing itself.

import { consumerGroup, type ConsumerGroup, type ConsumerGroupStatus } from "../api/consumer-group.ts";
import { FINALIZER } from "../api/group.ts";
import { withAccess } from "../controllers/access/accompany.ts";
import { laneOf } from "../controllers/bus-lanes.ts";
import { Claims } from "../controllers/claims.ts";
import { groupAccess } from "../controllers/consumer-group/access.ts";
import { BindingSecrets } from "../controllers/consumer-group/binding-secrets.ts";
import type { GroupWorld } from "../controllers/consumer-group/group-world.ts";
import { reconcileGroup, type GroupListeners } from "../controllers/consumer-group/kind.ts";
import { NumbersWritten } from "../controllers/consumer-group/numbers-written.ts";
import { GroupSweepSource } from "../controllers/consumer-group/sweep-source.ts";
import { claimRecordedGroups, wakesGroups } from "../controllers/consumer-group/wakes.ts";
import { WatchedGroups } from "../controllers/consumer-group/watched-groups.ts";
import { isSameVersion, LiveObjects } from "../controllers/live-objects.ts";
import { groupMeasures } from "../controllers/polling/group-measures.ts";
import { GroupPoller } from "../controllers/polling/group-poller.ts";
import { SECRET, type Secret } from "../controllers/secrets/secret.ts";
import type { SweepSource } from "../controllers/sweep.ts";
import { createController, type Controller } from "../runtime/controller.ts";
import type { Runnable } from "../runtime/manager.ts";
import { groupMetrics } from "../telemetry/group-metrics.ts";
import type { AccessParts } from "./access.ts";
import { busBoundWorld, RUN_LIMITS, sharedOptions, type Parts } from "./parts.ts";

export interface GroupParts {
  readonly controller: Controller;
  /** Starts before the sweep. */
  readonly poller: Runnable;
  readonly sweepSources: readonly SweepSource[];
  /** Before the first run: what was claimed before a restart is claimed still. */
  claimRecorded(): void;
}

type Listeners = Omit<GroupListeners, "onWatched">;

export function createGroupParts(parts: Parts, listeners: Listeners, access: AccessParts): GroupParts {
  const { caches, clock, leadership, registry } = parts;
  const wake = (key: string): void => controller.enqueue(key, { priority: "bulk", reason: "sweep" });
  // Kafka tells every two group ids apart.
  const claims = new Claims(
    (groupId) => groupId,
    (keys) => {
      for (const key of keys) controller.enqueue(key, { reason: "claim" });
    },
  );
  const secrets = new BindingSecrets({
    resources: parts.kubernetes.resources<Secret>(SECRET),
    mayWrite: () => leadership.isLeaderNow(),
    monotonic: () => clock.monotonic(),
  });
  const watched = new WatchedGroups();
  const poller = new GroupPoller({
    registry,
    clock,
    watched: (busName) => watched.onBus(busName),
    wake,
    keepsPartitions: parts.settings.metricsDetail === "partition",
  });
  groupMetrics(parts.metrics.registry, () => groupMeasures(poller.readings()));
  const world = groupWorld(parts, { claims, poller, secrets });
  const controller = createGroupController(parts, world, { watched, listeners, access });
  return {
    controller,
    poller: { name: "group-poller", start: () => poller.start(), stop: () => poller.stop() },
    sweepSources: [poller, new GroupSweepSource(caches.consumerGroups, secrets, wake)],
    claimRecorded: () => claimRecordedGroups(caches.consumerGroups.list(), claims),
  };
}

interface ControllerTools {
  readonly watched: WatchedGroups;
  readonly listeners: Listeners;
  readonly access: AccessParts;
}

function createGroupController(
  parts: Parts,
  world: GroupWorld,
  { access, listeners, watched }: ControllerTools,
): Controller {
  const { caches, clock, registry } = parts;
  const numbers = new NumbersWritten(() => clock.monotonic());
  const rights = groupAccess(world);
  access.kinds.groups = rights;
  const reconcile = reconcileGroup(world, numbers, () => clock.now(), {
    ...listeners,
    onWatched: (key, busName, group) => (group === undefined ? watched.remove(key) : watched.put(busName, group)),
  });
  return createController<ConsumerGroup, ConsumerGroupStatus>({
    ...sharedOptions(parts, "ConsumerGroup"),
    name: "consumer-group",
    resources: parts.kubernetes.resources<ConsumerGroup>(consumerGroup),
    store: caches.consumerGroups,
    reconcile: withAccess(reconcile, rights, access.ofGroups),
    onGone: (key) => {
      world.claims.remove(key);
      world.secrets.forget(key);
      watched.remove(key);
      numbers.forget(key);
    },
    finalizer: FINALIZER,
    dependencies: [...wakesGroups(caches, registry), ...access.wakesGroups],
    laneOf: (key) => laneOf(caches.consumerGroups.get(key), caches.buses),
    ...RUN_LIMITS,
  });
}

function groupWorld(parts: Parts, tools: Pick<GroupWorld, "claims" | "poller" | "secrets">): GroupWorld {
  const { caches, clock, kubernetes, liveBuses: buses } = parts;
  const resources = kubernetes.resources<ConsumerGroup>(consumerGroup);
  return {
    ...tools,
    ...busBoundWorld(parts),
    groupsOf: (groupId) => caches.consumerGroups.byIndex("groupId", groupId),
    topics: {
      get: (key) => caches.topics.get(key),
      named: (topicName) => caches.topics.byIndex("topicName", topicName),
    },
    live: { groups: new LiveObjects(resources, caches.consumerGroups, isSameVersion, clock), buses },
  };
}
