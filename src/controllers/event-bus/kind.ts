// EventBus: connects, looks at the cluster, and tells everyone else by the registry. Owns nothing in Kafka, so it has
// no plan to make and nothing to apply.

import type { EventBus, EventBusStatus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Reconcile } from "../../runtime/reconcile.ts";
import { rolloutCauseOf } from "../rollout/rollout-cause.ts";
import type { RolloutPacer } from "../rollout/rollout-pacer.ts";
import { describeRolloutPause, rolloutStatus } from "../rollout/rollout-status.ts";
import type { UnwrittenHolds } from "../rollout/unwritten-holds.ts";
import { lookAt, type ConnectingWorld } from "./look.ts";
import { summarizeBus, type BusSurroundings } from "./summarize.ts";
import { countTopics } from "./topic-counts.ts";
import type { WrittenNumbers } from "./written-numbers.ts";

export interface BusWorld extends ConnectingWorld {
  /** False for buses that another installation looks after. */
  isOurs(bus: EventBus): boolean;
  topicsOf(busName: string): readonly EventTopic[];
  /** Topics of which the bus' change guard holds something back. */
  guardedBy(busName: string): readonly EventTopic[];
  readonly numbers: WrittenNumbers;
  readonly pacer: RolloutPacer;
  readonly unwritten: UnwrittenHolds;
}

/** Time for one look at a cluster, milliseconds: an outage must be told within seconds. */
const LOOK_DEADLINE_MS = 8_000;

export function reconcileBus(world: BusWorld, nowMs: () => number): Reconcile<EventBus, EventBusStatus> {
  return async (bus, run) => {
    const { name } = bus.metadata;
    if (!world.isOurs(bus)) {
      await forgetBus(name, world);
      return { outcome: settled() };
    }
    const deadlineMs = Math.min(LOOK_DEADLINE_MS, run.remainingMs());
    const judgement = await lookAt(bus, world, { signal: run.reading, deadlineMs, priority: "live" }, nowMs());
    const { numbers, pacer, registry } = world;
    pacer.update(rolloutCauseOf(bus));
    const surroundings = {
      topics: countTopics(world.topicsOf(name)),
      ...rolloutOf(bus, world),
      health: registry.health(name),
      leftBehind: registry.leftBehind(name),
      sinceWrittenMs: numbers.sinceWrittenMs(name),
    };
    const verdict = summarizeBus(bus, judgement, surroundings, nowMs());
    numbers.wrote(name, bus.status, verdict.status);
    return verdict;
  };
}

function rolloutOf(bus: EventBus, world: BusWorld): Pick<BusSurroundings, "rollout" | "pause"> {
  const { name } = bus.metadata;
  const guarded = world.guardedBy(name);
  const progress = world.pacer.progress(`${bus.kind}/${name}`);
  if (guarded.length === 0 && progress === undefined) return {};
  const underGuard = world.topicsOf(name).filter((topic) => isUnderGuard(topic));
  const concerned = progress === undefined ? underGuard.length : undefined;
  return {
    rollout: rolloutStatus(bus, {
      guarded,
      untoldSinceMs: world.unwritten.since(`${bus.kind}/${name}`),
      progress,
      unreached: [],
      concerned,
    }),
    pause:
      progress === undefined || progress.rejected.length === 0 ? undefined : describeRolloutPause(progress.rejected),
  };
}

function isUnderGuard({ status }: EventTopic): boolean {
  return status?.topicId !== undefined && status.retentionPolicy === undefined;
}

/** For a bus that is gone, or no longer ours. */
export async function forgetBus(
  name: string,
  { certificates, clusters, numbers, pacer, registry, secrets }: BusWorld,
): Promise<void> {
  secrets.use(name, []);
  certificates.delete(name);
  registry.forget(name);
  pacer.forget(name);
  numbers.forget(name);
  await clusters.close(name);
}
