// Tells what an EventBus is like: status, conditions, events, outcome. Pure, and the only author of its conditions.

import type { EventBusReason } from "../../api/conditions.ts";
import type { Condition } from "../../api/custom-resource.ts";
import type { EventBus, EventBusStatus } from "../../api/event-bus.ts";
import { EVENT_BUS_REASONS } from "../../api/reasons/event-bus.ts";
import { COUNTED, shownNumbers, VOLATILE } from "../../domain/shown-numbers.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition, isTransition } from "../../runtime/conditions.ts";
import { failed, settled, stalled, type Outcome } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { LEFT_BEHIND_MOST, leftBehindKey, type BusHealth, type LeftBehind } from "../bus-registry.ts";
import type { Refusal } from "../plan.ts";
import { conditionsFor, isReconciling } from "../ready-reason.ts";
import type { BusJudgement } from "./judgement.ts";
import type { TopicCounts } from "./topic-counts.ts";

/** How often a connected cluster is asked whether it is still there, milliseconds. */
const HEALTH_INTERVAL_MS = 10_000;
/** How often a connection is tried again that a person must put right, milliseconds. */
const REPAIR_INTERVAL_MS = 15_000;

/** What is known of a bus besides its connection. */
export interface BusSurroundings {
  readonly topics: TopicCounts;
  /** How far its last edit is, and what its change guard holds back. */
  readonly rollout?: EventBusStatus["rollout"];
  /** Why that goes no further; undefined while it does. */
  readonly pause?: string | undefined;
  readonly health?: BusHealth | undefined;
  readonly leftBehind?: readonly LeftBehind[] | undefined;
  /** Since this process last wrote each of them, milliseconds; absent: never. */
  readonly sinceWrittenMs: { readonly topics?: number | undefined; readonly health?: number | undefined };
}

export function summarizeBus(
  bus: EventBus,
  judgement: BusJudgement,
  surroundings: BusSurroundings,
  nowMs: number,
): Verdict<EventBusStatus> {
  const generation = bus.metadata.generation ?? 0;
  const isConnected = judgement.kind === "connected";
  const { reason, message } = isConnected ? wellRefusal(bus, judgement, surroundings.pause) : judgement.refusal;
  const notes = conditionsFor(EVENT_BUS_REASONS, reason, message);
  const conditions = buildConditions(bus.status?.conditions, notes, { generation, now: nowMs });
  return {
    outcome: outcomeOf(reason, message, nowMs),
    status: {
      ...keptFacts(bus),
      ...(judgement.kind === "connected" ? clusterFacts(judgement) : {}),
      ...numbers(bus, surroundings, conditions),
      leftBehind: latestLeftBehind(bus.status?.leftBehind ?? [], surroundings.leftBehind ?? []),
      conditions,
    },
    events: [...transitionEvents(bus, reason, message), ...pauseEvents(bus, surroundings.pause)],
  };
}

/** Numbers change all the time; the status is written for them now and then, and when it is written anyway. */
function numbers(
  { metadata, status }: EventBus,
  { health, rollout, topics, sinceWrittenMs }: BusSurroundings,
  conditions: readonly Condition[],
): Partial<EventBusStatus> {
  const isEdited = status?.observedGeneration !== metadata.generation;
  const isWrittenAnyway = isEdited || isTransition(status?.conditions, conditions, "Ready");
  const ofTopics = { sinceMs: sinceWrittenMs.topics ?? Infinity, isWrittenAnyway };
  const ofHealth = { sinceMs: sinceWrittenMs.health ?? Infinity, isWrittenAnyway };
  return {
    ...(health === undefined ? {} : shownNumbers<keyof BusHealth>(status, health, VOLATILE, ofHealth)),
    topics: shownNumbers<keyof TopicCounts>(status?.topics, topics, COUNTED, ofTopics),
    rollout: isWrittenAnyway || ofTopics.sinceMs >= COUNTED.intervalMs ? rollout : status?.rollout,
  };
}

function wellRefusal(
  bus: EventBus,
  { cluster, lacking }: Extract<BusJudgement, { kind: "connected" }>,
  pause: string | undefined,
): Refusal<EventBusReason> {
  const brokers = cluster.brokers.length === 1 ? "1 broker" : `${cluster.brokers.length} brokers`;
  const paused = pause === undefined ? "" : `. ${pause}`;
  const connected = `Connected to Kafka cluster "${cluster.id}" with ${brokers}${paused}`;
  if (lacking !== undefined) return { ...lacking, message: `${lacking.message}. ${connected}` };
  if (bus.spec.suspend !== true) return { reason: "Connected", message: connected };
  return { reason: "Suspended", message: `${connected}; nothing in it is changed until spec.suspend is removed` };
}

function keptFacts({ status }: EventBus): Omit<EventBusStatus, "conditions"> {
  const { conditions: _conditions, ...kept } = status ?? {};
  return kept;
}

function clusterFacts({ cluster }: Extract<BusJudgement, { kind: "connected" }>): Partial<EventBusStatus> {
  return {
    clusterId: cluster.id,
    kafkaVersion: cluster.version,
    brokers: cluster.brokers,
    capabilities: cluster.capabilities,
  };
}

/** Of every object the latest, sorted; the oldest give way. */
function latestLeftBehind(
  known: NonNullable<EventBusStatus["leftBehind"]>,
  added: readonly LeftBehind[],
): EventBusStatus["leftBehind"] {
  const byObject = new Map([...known, ...added].map((entry) => [leftBehindKey(entry), entry]));
  const latest = [...byObject].toSorted(([, a], [, b]) => (a.time < b.time ? -1 : 1)).slice(-LEFT_BEHIND_MOST);
  return latest.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function outcomeOf(reason: keyof typeof EVENT_BUS_REASONS, message: string, nowMs: number): Outcome {
  if (EVENT_BUS_REASONS[reason].ready === "True") return settled(nowMs + HEALTH_INTERVAL_MS);
  if (isReconciling(EVENT_BUS_REASONS, reason)) return failed(reason, message);
  return stalled(reason, nowMs + REPAIR_INTERVAL_MS);
}

function transitionEvents(bus: EventBus, reason: keyof typeof EVENT_BUS_REASONS, message: string): EventNote[] {
  const before = findCondition(bus.status?.conditions, "Ready");
  const isWell = EVENT_BUS_REASONS[reason].ready === "True";
  if (before?.reason === reason || (before === undefined && isWell)) return [];
  return [{ type: isWell ? "Normal" : "Warning", reason, action: "Connect", note: message }];
}

/** Once, when it pauses: the condition's message tells it from then on. */
function pauseEvents({ status }: EventBus, pause: string | undefined): EventNote[] {
  const before = findCondition(status?.conditions, "Ready")?.message ?? "";
  if (pause === undefined || before.includes(pause)) return [];
  return [{ type: "Warning", reason: "RolloutPaused", action: "Reconcile", note: pause }];
}
