// What is wanted of a dead-letter topic: it follows its source, so it is known only once the source's plan is. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import { SOURCE, type Setting } from "../../domain/defaults-chain.ts";
import { objectionToConfig, objectionToPartitions } from "../../domain/limits.ts";
import type { Refusal } from "../plan.ts";
import type { DesiredAbsence, DesiredTopic } from "./desired.ts";
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
  const own = wish.partitions;
  const objection = own === undefined ? undefined : objectionToPartitions(own, speakers);
  const partitions = own === undefined ? derived(shape.partitions) : { value: own, source: SOURCE.spec, objection };
  const isLarger =
    live.kind === "present" && shape.partitions !== undefined && live.topic.partitions.length > shape.partitions;
  const factor = derived(shape.replicationFactor);
  const configs = [...wantedConfigs(wish, shape)].filter(([key]) => !source.isIgnored(key));
  const judged = configs.map(
    ([key, setting]) =>
      [key, { ...setting, objection: objectionToConfig(key, setting, { ...speakers, policy: undefined }) }] as const,
  );
  return {
    ...source,
    name: wish.name,
    boundId: wish.boundId,
    // More than the source has harm nobody, unless the number was declared.
    partitions: own === undefined && isLarger ? undefined : partitions,
    replicationFactor: source.replicationFactor === undefined ? undefined : factor,
    atCreation: { partitions, replicationFactor: factor },
    configs: new Map(judged),
    undecided: undefined,
    refusals: [],
    partitionKey: undefined,
    acknowledgedPartitions: undefined,
  };
}

function wantedConfigs(wish: DeadLetterWish, { configs }: SourceShape): Map<string, Setting<string>> {
  const wanted = new Map<string, Setting<string>>([
    ["cleanup.policy", { value: "delete", source: SOURCE.deadLetter }],
    // A letter keeps its record's time where the producer chooses it, and would be deleted for the record's age.
    ["message.timestamp.type", { value: "LogAppendTime", source: SOURCE.deadLetter }],
    ["retention.ms", retention(wish, configs.get("retention.ms")?.value)],
    ["max.message.bytes", { value: messageBytes(configs.get("max.message.bytes")?.value), source: SOURCE.deadLetter }],
  ]);
  const minInSync = configs.get("min.insync.replicas");
  if (minInSync !== undefined) {
    wanted.set("min.insync.replicas", { value: minInSync.value, source: SOURCE.deadLetter });
  }
  return wanted;
}

function retention({ retentionMs }: DeadLetterWish, source: string | undefined): Setting<string> {
  if (retentionMs !== undefined) return { value: retentionMs, source: SOURCE.spec };
  const ofSource = Number(source ?? 0);
  const value = ofSource < 0 ? "-1" : String(Math.max(SHORTEST_RETENTION_MS, ofSource));
  return { value, source: SOURCE.deadLetter };
}

function messageBytes(source: string | undefined): string {
  const ofSource = source === undefined ? DEFAULT_MAX_MESSAGE_BYTES : Number(source);
  return String(Math.min(GREATEST_INT, ofSource + HEADER_ROOM));
}

function derived(value: number | undefined): Setting<number> | undefined {
  return value === undefined ? undefined : { value, source: SOURCE.deadLetter };
}
