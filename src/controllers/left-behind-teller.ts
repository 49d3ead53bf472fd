// Who is told of a topic or group that stays in Kafka when its object goes: the log, a counter, an event on the EventBus
// and its status, since the object itself will be gone. It decides nothing about what stays.

import type { KubernetesObject } from "../api/custom-resource.ts";
import type { EventBus } from "../api/event-bus.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { Clock } from "../runtime/clock.ts";
import { keyOf } from "../runtime/object-key.ts";
import { settled, waiting } from "../runtime/outcome.ts";
import type { Verdict } from "../runtime/reconcile.ts";
import type { Store } from "../runtime/store.ts";
import { leftBehindCounter } from "../telemetry/left-behind-metrics.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { LEFT_BEHIND_MOST, leftBehindKey, type BusRegistry, type LeftBehind } from "./bus-registry.ts";

/** One topic or group that stays. */
export interface LeftInKafka {
  readonly kafkaName?: string | undefined;
  readonly topicId?: string | undefined;
  readonly why: string;
}

type Kind = LeftBehind["kind"];

/** What goes: an EventTopic or ConsumerGroup. */
interface Leaving extends KubernetesObject {
  readonly status?: { readonly bus?: { readonly name: string } | undefined } | undefined;
}

/** True once all of it is told where it is found later: then the object may go. */
export type LeftBehindTeller = (object: Leaving, left: readonly LeftInKafka[]) => boolean;

/** What people call it in Kafka, and what the event says of it. */
const WORDS: Readonly<Record<Kind, { readonly thing: string; readonly action: string }>> = {
  EventTopic: { thing: "Topic", action: "DeleteTopic" },
  ConsumerGroup: { thing: "Group", action: "DeleteGroup" },
};

/** Most characters of a reason in a status. */
const LONGEST_REASON = 253;

/** How soon to look whether the EventBus tells what is left behind, milliseconds. */
const TELLING_RECHECK_MS = 500;

/** How the run of an object that lets go ends: it goes once all is told. */
export function farewell(isTold: boolean, nowMs: number): Pick<Verdict<never>, "outcome" | "release"> {
  return isTold
    ? { outcome: settled(), release: true }
    : { outcome: waiting("LeftBehind", nowMs + TELLING_RECHECK_MS) };
}

interface Audience {
  readonly buses: Store<EventBus>;
  readonly registry: BusRegistry;
  readonly events: EventRecorder;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/**
 * One for each kind. Each answers true once the EventBus' status holds what stays, or holds only later ones: before that the object must stay, since nobody could tell of them after a crash. An EventBus that is gone is
 * not waited for.
 */
export function leftBehindTellers(audience: Audience): Readonly<Record<Kind, LeftBehindTeller>> {
  const announce = announcer(audience);
  return {
    EventTopic: teller("EventTopic", audience, announce),
    ConsumerGroup: teller("ConsumerGroup", audience, announce),
  };
}

function teller(kind: Kind, { buses, clock, registry }: Audience, announce: Announce): LeftBehindTeller {
  /** When each topic was reported by this process; until its object is gone. */
  const reported = new Map<string, string>();
  const isTold = (object: Leaving, left: LeftInKafka): boolean => {
    const key = `${keyOf(object.metadata)} ${left.kafkaName ?? ""}`;
    const bus = buses.get(object.status?.bus?.name ?? "");
    const before = reported.get(key);
    const time = before ?? new Date(clock.now()).toISOString();
    const entry = entryOf(kind, object, left, time);
    // What an earlier process told of this deletion counts as well.
    const isInStatus = bus !== undefined && tellsOf(bus, entry, before ?? object.metadata.deletionTimestamp ?? time);
    if (!isInStatus && before === undefined) {
      reported.set(key, time);
      if (bus !== undefined) registry.reportLeftBehind(bus.metadata.name, entry);
      announce(kind, object, bus, left);
    }
    const mayGo = isInStatus || bus === undefined;
    if (mayGo) reported.delete(key);
    return mayGo;
  };
  return (object, left) => left.map((one) => isTold(object, one)).every(Boolean);
}

/** The log, the counter and the event, which do not wait for anybody. */
type Announce = (kind: Kind, object: Leaving, bus: EventBus | undefined, left: LeftInKafka) => void;

function announcer({ events, log, metrics }: Audience): Announce {
  const count = leftBehindCounter(metrics.registry, Object.keys(WORDS) as Kind[]);
  return (kind, { metadata }, bus, { kafkaName, topicId, why }) => {
    const object = keyOf(metadata);
    const { action, thing } = WORDS[kind];
    count(kind);
    log.warn(`${thing} left behind`, { object, kafkaName, topicId, why });
    if (bus === undefined) return;
    const note = `${thing} "${kafkaName ?? "(unnamed)"}" of deleted ${kind} "${object}" stays in Kafka: ${why}`;
    events.record(bus, { type: "Warning", reason: "LeftBehind", action, note });
  };
}

function entryOf(
  kind: Kind,
  { metadata }: Leaving,
  { kafkaName = "", topicId, why }: LeftInKafka,
  time: string,
): LeftBehind {
  const { name, namespace = "" } = metadata;
  const reason = why.slice(0, LONGEST_REASON);
  return { kind, namespace, name, kafkaName, topicId, reason, time };
}

function tellsOf({ status }: EventBus, entry: LeftBehind, since: string): boolean {
  const recent = (status?.leftBehind ?? []).filter(({ time }) => Date.parse(time) >= Date.parse(since));
  return recent.some((told) => leftBehindKey(told) === leftBehindKey(entry)) || recent.length >= LEFT_BEHIND_MOST;
}
