// When an object that is being deleted lets go of its topic without touching it, and who is told: the log, a counter,
// an event on the EventBus and its status, since the object itself will be gone.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { EventRecorder } from "../../kubernetes/events.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Store } from "../../runtime/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import { MetricFactory } from "../../telemetry/metric-factory.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { BusRegistry } from "../bus-registry.ts";
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

/** Tells of a topic that stays in Kafka although its object is gone; the EventBus takes it up at its next run. */
export function leftBehindTeller(audience: Audience): (topic: EventTopic, why: string) => void {
  const { buses, clock, events, log, metrics, registry } = audience;
  const counter = new MetricFactory(metrics.registry).counter(
    "eventbus_left_behind_total",
    "Topics and groups that stayed in Kafka when their object was deleted with deletionPolicy Delete.",
    "kind",
  );
  counter.inc({ kind: "EventTopic" }, 0);
  return ({ metadata, status }, why) => {
    const { name, namespace = "" } = metadata;
    const { bus: { name: busName = "" } = {}, topicId, topicName: kafkaName } = status ?? {};
    counter.inc({ kind: "EventTopic" });
    log.warn("Topic left behind", { object: `${namespace}/${name}`, topic: kafkaName, topicId, why });
    const time = new Date(clock.now()).toISOString();
    const reason = why.slice(0, LONGEST_REASON);
    registry.reportLeftBehind(busName, { kind: "EventTopic", namespace, name, kafkaName, topicId, reason, time });
    const bus = buses.get(busName);
    if (bus === undefined) return;
    const note = `Topic "${kafkaName ?? "(unnamed)"}" of deleted EventTopic "${namespace}/${name}" stays in Kafka: ${why}`;
    events.record(bus, { type: "Warning", reason: "LeftBehind", action: "DeleteTopic", note });
  };
}
