// When an object that is being deleted lets go of its topic without touching it, and who is told: the log, a counter,
// an event on the EventBus and its status, since the object itself will be gone.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { EventRecorder } from "../../kubernetes/events.ts";
import type { Clock } from "../../runtime/clock.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { MetricFactory } from "../../telemetry/metric-factory.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import { LEFT_BEHIND_MOST, type BusRegistry, type LeftBehind } from "../bus-registry.ts";
import type { Story } from "../pipeline.ts";
import type { TopicFlow } from "./flow.ts";
import type { TopicWorld } from "./resolve.ts";

/** Undefined: the deletion goes on, is done, or there is none. */
export function leftBehindBecause(
  topic: EventTopic,
  story: Story<TopicFlow>,
  world: Pick<TopicWorld, "isTerminating">,
): string | undefined {
  if (story.stage === "unresolved") return story.resolution.kind === "leftBehind" ? story.resolution.why : undefined;
  if (story.stage === "unread") return undefined;
  const { deletion } = story.plan.source;
  if (deletion?.kind === "leftBehind") return deletion.why;
  const blocked = story.restricted.refusals.find(({ reason }) => reason === "DeletionBlocked");
  if (blocked === undefined || !world.isTerminating(topic.metadata.namespace ?? "")) return undefined;
  return `its namespace is being deleted, and nobody confirmed: ${blocked.message}`;
}

/** Most characters of a reason in a status. */
const LONGEST_REASON = 253;

interface Audience {
  readonly buses: Store<EventBus>;
  readonly registry: BusRegistry;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * Tells of a topic that stays in Kafka although its object goes. True once the EventBus' status holds it, or holds only
 * later ones: before that the object must stay, since nobody could tell of the topic after a crash. An EventBus that is
 * gone is not waited for.
 */
export function leftBehindTeller(audience: Audience): (topic: EventTopic, why: string) => boolean {
  const { buses, clock, registry } = audience;
  const announce = announcer(audience);
  /** When each object was reported by this process; until it is gone. */
  const reported = new Map<string, string>();
  return (topic, why) => {
    const key = keyOf(topic.metadata);
    const bus = buses.get(topic.status?.bus?.name ?? "");
    const before = reported.get(key);
    const time = before ?? new Date(clock.now()).toISOString();
    const entry = entryOf(topic, why, time);
    // What an earlier process told of this deletion counts as well.
    const since = before ?? topic.metadata.deletionTimestamp ?? time;
    const isTold = bus !== undefined && tellsOf(bus, entry, since);
    if (!isTold && before === undefined) {
      reported.set(key, time);
      if (bus !== undefined) registry.reportLeftBehind(bus.metadata.name, entry);
      announce(topic, bus, why);
    }
    const mayGo = isTold || bus === undefined;
    if (mayGo) reported.delete(key);
    return mayGo;
  };
}

/** The log, the counter and the event, which do not wait for anybody. */
function announcer({
  events,
  log,
  metrics,
}: Audience): (topic: EventTopic, bus: EventBus | undefined, why: string) => void {
  const counter = new MetricFactory(metrics.registry).counter(
    "eventbus_left_behind_total",
    "Topics and groups that stayed in Kafka when their object was deleted with deletionPolicy Delete.",
    "kind",
  );
  counter.inc({ kind: "EventTopic" }, 0);
  return ({ metadata, status }, bus, why) => {
    const object = keyOf(metadata);
    const { topicId, topicName: kafkaName } = status ?? {};
    counter.inc({ kind: "EventTopic" });
    log.warn("Topic left behind", { object, topic: kafkaName, topicId, why });
    if (bus === undefined) return;
    const note = `Topic "${kafkaName ?? "(unnamed)"}" of deleted EventTopic "${object}" stays in Kafka: ${why}`;
    events.record(bus, { type: "Warning", reason: "LeftBehind", action: "DeleteTopic", note });
  };
}

function entryOf({ metadata, status }: EventTopic, why: string, time: string): LeftBehind {
  const { name, namespace = "" } = metadata;
  const { topicId, topicName: kafkaName } = status ?? {};
  return { kind: "EventTopic", namespace, name, kafkaName, topicId, reason: why.slice(0, LONGEST_REASON), time };
}

function tellsOf({ status }: EventBus, entry: LeftBehind, since: string): boolean {
  const recent = (status?.leftBehind ?? []).filter(({ time }) => Date.parse(time) >= Date.parse(since));
  const isSame = ({ kind, namespace, name }: Pick<LeftBehind, "namespace" | "name"> & { kind: string }): boolean =>
    kind === entry.kind && namespace === entry.namespace && name === entry.name;
  return recent.some((told) => isSame(told)) || recent.length >= LEFT_BEHIND_MOST;
}
