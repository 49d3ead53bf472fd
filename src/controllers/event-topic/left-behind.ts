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
import { LEFT_BEHIND_MOST, leftBehindKey, type BusRegistry, type LeftBehind } from "../bus-registry.ts";
import type { Story } from "../pipeline.ts";
import { topicNameOf } from "./actions.ts";
import type { DesiredAbsence } from "./desired.ts";
import type { TopicFlow } from "./flow.ts";
import type { TopicPlan } from "./plan.ts";
import type { TopicWorld } from "./resolve.ts";
import type { FinishedStory } from "./story.ts";

/** One topic that stays in Kafka. */
export interface LeftTopic {
  readonly topicName?: string | undefined;
  readonly topicId?: string | undefined;
  readonly why: string;
}

/**
 * The topics that stay when the object goes now, each told for itself; undefined while it may not go: it is not being
 * deleted, or its topics (or one of them) still are.
 */
export function leftBehind(
  topic: EventTopic,
  story: Story<TopicFlow>,
  world: Pick<TopicWorld, "isTerminating">,
): readonly LeftTopic[] | undefined {
  if (story.stage === "unread") return undefined;
  if (story.stage === "unresolved") {
    return story.resolution.kind === "leftBehind" ? allOf(topic, story.resolution.why) : undefined;
  }
  const { source, deadLetters } = story.desired;
  if (source.presence === "present") return undefined;
  const isTerminating = world.isTerminating(topic.metadata.namespace ?? "");
  const ends = [
    endOf(source, story.plan.source, story, isTerminating),
    ...deadLetters.map(({ name, absence, obstacle }) =>
      obstacle === undefined
        ? endOf(absence, story.plan.deadLetters.get(name), story, isTerminating)
        : leftTopic(absence, obstacle.message),
    ),
  ];
  return ends.includes("pending") ? undefined : ends.filter((end) => typeof end === "object");
}

type End = LeftTopic | "done" | "pending";

/** What becomes of one topic; one that could not be read has no plan. */
function endOf(
  absence: DesiredAbsence,
  plan: TopicPlan | undefined,
  { restricted }: FinishedStory,
  isTerminating: boolean,
): End {
  const { deletion } = plan ?? {};
  if (deletion?.kind === "leftBehind") return leftTopic(absence, deletion.why);
  if (deletion?.kind === "done") return "done";
  const blocked = restricted.withheld.find(
    ({ step, reason }) => reason === "DeletionBlocked" && topicNameOf(step.action) === absence.name,
  );
  if (blocked === undefined || !isTerminating) return "pending";
  return leftTopic(absence, `its namespace is being deleted, and nobody confirmed: ${blocked.message}`);
}

function leftTopic({ name, boundId }: DesiredAbsence, why: string): LeftTopic {
  return { topicName: name, topicId: boundId, why };
}

/** Source and dead letters, as recorded. */
function allOf({ status }: EventTopic, why: string): LeftTopic[] {
  const letters = (status?.deadLetters ?? []).filter(({ topicId }) => topicId !== undefined);
  const source = { topicName: status?.topicName, topicId: status?.topicId };
  return [source, ...letters].map(({ topicName, topicId }) => ({ topicName, topicId, why }));
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
 * Tells of topics that stay in Kafka although their object goes. True once the EventBus' status holds them, or holds only
 * later ones: before that the object must stay, since nobody could tell of them after a crash. An EventBus that is gone is
 * not waited for.
 */
export function leftBehindTeller(audience: Audience): (topic: EventTopic, left: readonly LeftTopic[]) => boolean {
  const { buses, clock, registry } = audience;
  const announce = announcer(audience);
  /** When each topic was reported by this process; until its object is gone. */
  const reported = new Map<string, string>();
  const isTold = (topic: EventTopic, left: LeftTopic): boolean => {
    const key = `${keyOf(topic.metadata)} ${left.topicName ?? ""}`;
    const bus = buses.get(topic.status?.bus?.name ?? "");
    const before = reported.get(key);
    const time = before ?? new Date(clock.now()).toISOString();
    const entry = entryOf(topic, left, time);
    // What an earlier process told of this deletion counts as well.
    const isInStatus = bus !== undefined && tellsOf(bus, entry, before ?? topic.metadata.deletionTimestamp ?? time);
    if (!isInStatus && before === undefined) {
      reported.set(key, time);
      if (bus !== undefined) registry.reportLeftBehind(bus.metadata.name, entry);
      announce(topic, bus, left);
    }
    const mayGo = isInStatus || bus === undefined;
    if (mayGo) reported.delete(key);
    return mayGo;
  };
  return (topic, left) => left.map((one) => isTold(topic, one)).every(Boolean);
}

/** The log, the counter and the event, which do not wait for anybody. */
function announcer({
  events,
  log,
  metrics,
}: Audience): (topic: EventTopic, bus: EventBus | undefined, left: LeftTopic) => void {
  const counter = new MetricFactory(metrics.registry).counter(
    "eventbus_left_behind_total",
    "Topics and groups that stayed in Kafka when their object was deleted with deletionPolicy Delete.",
    "kind",
  );
  counter.inc({ kind: "EventTopic" }, 0);
  return ({ metadata }, bus, { topicName: kafkaName, topicId, why }) => {
    const object = keyOf(metadata);
    counter.inc({ kind: "EventTopic" });
    log.warn("Topic left behind", { object, topic: kafkaName, topicId, why });
    if (bus === undefined) return;
    const note = `Topic "${kafkaName ?? "(unnamed)"}" of deleted EventTopic "${object}" stays in Kafka: ${why}`;
    events.record(bus, { type: "Warning", reason: "LeftBehind", action: "DeleteTopic", note });
  };
}

function entryOf({ metadata }: EventTopic, { topicName = "", topicId, why }: LeftTopic, time: string): LeftBehind {
  const { name, namespace = "" } = metadata;
  const reason = why.slice(0, LONGEST_REASON);
  return { kind: "EventTopic", namespace, name, kafkaName: topicName, topicId, reason, time };
}

function tellsOf({ status }: EventBus, entry: LeftBehind, since: string): boolean {
  const recent = (status?.leftBehind ?? []).filter(({ time }) => Date.parse(time) >= Date.parse(since));
  return recent.some((told) => leftBehindKey(told) === leftBehindKey(entry)) || recent.length >= LEFT_BEHIND_MOST;
}
