// What is wanted of a dead-letter topic: it follows its source, so it is known only once the source's plan is. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import { SOURCE, type Setting, type Speakers } from "../../domain/defaults-chain.ts";
import { segmentFor } from "../../domain/derived-segment.ts";
import {
  objectionToDeadLetterRetention,
  objectionToMinInSyncReplicas,
  objectionToPartitions,
} from "../../domain/limits.ts";
import type { Adoption } from "../../domain/namespace-grants.ts";
import { replicationFactorOf } from "../../kafka/model/topic.ts";
import type { Refusal } from "../plan.ts";
import { leastAdoption, type DesiredAbsence, type DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopic } from "./observe.ts";

/** One dead-letter topic as it is declared. */
export interface DeadLetterWish {
  readonly name: string;
  /** The group that it belongs to, with perGroup. */
  readonly groupId?: string | undefined;
  /** Why it cannot be provided, whatever Kafka holds. */
  readonly obstacle?: Refusal<EventTopicReason> | undefined;
  readonly boundId?: string | undefined;
  /** The furthest adoption that is granted for its name. */
  readonly adoption: Adoption;
  /** Undefined: as many as the source has. */
  readonly partitions?: number | undefined;
  /** Kafka's `retention.ms`; undefined: at least 14 days, and as long as the source. */
  readonly retentionMs?: string | undefined;
  readonly memory: TopicMemory;
  /** What is wanted while the object is being deleted with its topics. */
  readonly absence: DesiredAbsence;
}

/** What a dead-letter topic takes from its source. */
export interface SourceShape {
  /** Undefined where it was left to the broker. */
  readonly partitions: number | undefined;
  /** As `partitions`; also where the source's partitions differ. */
  readonly replicationFactor: number | undefined;
  readonly configs: ReadonlyMap<string, { readonly value: string }>;
}

const SHORTEST_RETENTION_MS = 14 * 86_400_000;
/** For the headers that tell what went wrong, stack traces included, bytes. */
const HEADER_ROOM = 262_144;
/** Kafka's own default of `max.message.bytes`, where nobody knows the broker's yet. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;
const GREATEST_INT = 2_147_483_647;

/** The same demand that an EventTopic makes, so that everything after this treats both alike. */
export function deadLetterTopic(
  wish: DeadLetterWish,
  source: DesiredTopic,
  shape: SourceShape,
  live: ObservedTopic,
): DesiredTopic {
  const { speakers } = source;
  const factor = shape.replicationFactor === undefined ? undefined : derived(shape.replicationFactor);
  const followed = shape.partitions === undefined ? undefined : derived(shape.partitions);
  const partitions =
    wish.partitions === undefined
      ? followed
      : { value: wish.partitions, source: SOURCE.spec, objection: objectionToPartitions(wish.partitions, speakers) };
  const configs = wantedConfigs(wish, shape, live, speakers);
  return {
    ...source,
    name: wish.name,
    boundId: wish.boundId,
    sizing: undefined,
    partitions: exceeds(live, wish, shape) ? undefined : partitions,
    replicationFactor: source.replicationFactor === undefined ? undefined : factor,
    atCreation: { partitions, replicationFactor: factor },
    configs: new Map([...configs].filter(([key]) => !source.isIgnored(key))),
    // What it takes from the source's policy must be known before the topic is made or taken over.
    undecided: wish.boundId === undefined ? source.undecided : undefined,
    refusals: [],
    adoption: leastAdoption(source.adoption, wish.adoption),
    partitionKey: undefined,
    acknowledgedPartitions: undefined,
  };
}

/** More partitions than the source has harm nobody, unless a number was declared. */
function exceeds(live: ObservedTopic, wish: DeadLetterWish, { partitions }: SourceShape): boolean {
  if (wish.partitions !== undefined || partitions === undefined || live.kind === "absent") return false;
  return live.topic.partitions.length > partitions;
}

function wantedConfigs(
  wish: DeadLetterWish,
  { configs, replicationFactor }: SourceShape,
  live: ObservedTopic,
  speakers: Speakers,
): Map<string, Setting<string>> {
  const wanted = new Map<string, Setting<string>>([
    ["cleanup.policy", derived("delete")],
    // A letter keeps its record's time where the producer chooses it, and would be deleted for the record's age.
    ["message.timestamp.type", derived("LogAppendTime")],
    ["retention.ms", retention(wish, configs.get("retention.ms")?.value, speakers)],
    ["max.message.bytes", derived(messageBytes(configs.get("max.message.bytes")?.value))],
  ]);
  // A retention that is declared may be short; only closed segments are deleted.
  const kept = wanted.get("retention.ms");
  const isDeclared = kept?.source === SOURCE.spec && kept.objection === undefined && Number(kept.value) > 0;
  if (isDeclared) wanted.set("segment.ms", derived(segmentFor(Number(kept.value))));
  const minInSync = configs.get("min.insync.replicas");
  if (minInSync === undefined) return wanted;
  const own = live.kind === "present" ? replicationFactorOf(live.topic) : replicationFactor;
  const isAsSource = own === undefined || own === replicationFactor;
  const setting = derived(minInSync.value);
  const objection = isAsSource ? undefined : objectionToMinInSyncReplicas(setting, own, speakers);
  return wanted.set("min.insync.replicas", { ...setting, objection });
}

function retention({ retentionMs }: DeadLetterWish, ofSource: string | undefined, speakers: Speakers): Setting<string> {
  const least = ofSource !== undefined && Number(ofSource) < 0 ? "-1" : longest(SHORTEST_RETENTION_MS, ofSource);
  if (retentionMs === undefined) return { value: least, source: SOURCE.deadLetter };
  const objection = objectionToDeadLetterRetention(retentionMs, least, speakers);
  return { value: retentionMs, source: SOURCE.spec, objection };
}

function longest(ms: number, other: string | undefined): string {
  return String(Math.max(ms, Number(other ?? 0)));
}

function messageBytes(source: string | undefined): string {
  const ofSource = source === undefined ? DEFAULT_MAX_MESSAGE_BYTES : Number(source);
  return String(Math.min(GREATEST_INT, ofSource + HEADER_ROOM));
}

function derived<T>(value: T): Setting<T> {
  return { value, source: SOURCE.deadLetter };
}
