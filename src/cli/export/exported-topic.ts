// From a topic as it is in Kafka to the spec that adopts it without changing anything. Pure.

import { TYPED_TOPIC_CONFIGS, THROTTLE_CONFIGS } from "../../api/config-keys.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopicSpec } from "../../api/event-topic.ts";
import { formatDuration, formatSize, UNLIMITED } from "../../api/quantity.ts";
import { chainedConfigs, SOURCE, type Speakers } from "../../domain/defaults-chain.ts";
import { objectionToConfig, objectionToMinInSyncReplicas } from "../../domain/limits.ts";
import { matchesAnyPattern } from "../../domain/name-pattern.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import { replicationFactorOf, type TopicState } from "../../kafka/model/topic.ts";
import { nameForm } from "./name-form.ts";

export interface LiveTopic {
  readonly topic: TopicState;
  readonly configs: ReadonlyMap<string, ConfigEntry>;
}

export interface ExportedTopic {
  readonly spec: EventTopicSpec;
  /** What the spec does not say of the topic, for people. */
  readonly notes: readonly string[];
}

/** `covered`: keys that a RetentionPolicy says instead. */
export function exportedTopic(
  { topic, configs }: LiveTopic,
  bus: EventBus,
  covered: ReadonlySet<string>,
): ExportedTopic {
  const replicationFactor = replicationFactorOf(topic);
  const frame: EventTopicSpec = {
    busRef: { name: bus.metadata.name },
    ...nameForm(topic.name, { ...bus.spec.naming, legacyNames: bus.spec.legacyNames }),
    partitions: topic.partitions.length,
    replicationFactor,
    adoption: "IfIdentical",
    deletionPolicy: "Retain",
  };
  const own = [...configs.values()].filter(({ key, source }) => source === "topic" && !isOthers(key, bus));
  const { objections, written } = judged(own, { topic: frame, bus: { name: bus.metadata.name, spec: bus.spec } });
  const pinned = pinnedAgainstDefaults(frame, bus, configs);
  const { notes, said } = specOf(new Map([...written, ...pinned].filter(([key]) => !covered.has(key))));
  const mixed = "Its partitions have different numbers of replicas, so none is declared";
  return {
    spec: { ...frame, ...said },
    notes: [...(replicationFactor === undefined ? [mixed] : []), ...objections, ...notes],
  };
}

interface Judged {
  readonly written: ReadonlyMap<string, string>;
  readonly objections: readonly string[];
}

/** What a topic may not ask for stays in Kafka undeclared: a manifest that says it would be refused anywhere else. */
function judged(own: readonly ConfigEntry[], speakers: Speakers): Judged {
  const written = new Map<string, string>();
  const objections: string[] = [];
  for (const { isSensitive, key, value } of own) {
    if (value === null || isSensitive) {
      objections.push(`The value of ${key} is not shown by the broker`);
      continue;
    }
    const setting = { value, source: SOURCE.spec };
    const { replicationFactor } = speakers.topic;
    const objection =
      key === "min.insync.replicas" && replicationFactor !== undefined
        ? objectionToMinInSyncReplicas(setting, replicationFactor, speakers)
        : objectionToConfig(key, setting, speakers);
    if (objection === undefined) written.set(key, value);
    else objections.push(`Left undeclared, and in Kafka as it is: ${key} "${value}". ${objection.message}`);
  }
  return { written, objections };
}

/** Keys that the operator never speaks of. */
function isOthers(key: string, { spec }: EventBus): boolean {
  return (THROTTLE_CONFIGS as readonly string[]).includes(key) || matchesAnyPattern(spec.ignoredConfigs ?? [], key);
}

/** What the bus would give to a topic that does not say it, and the live topic has otherwise. */
function pinnedAgainstDefaults(
  topic: EventTopicSpec,
  { metadata, spec }: EventBus,
  configs: LiveTopic["configs"],
): [string, string][] {
  const wanted = chainedConfigs({ topic, bus: { name: metadata.name, spec } });
  return [...wanted].flatMap(([key, setting]): [string, string][] => {
    const live = configs.get(key);
    if (live === undefined || live.value === null) return [];
    return isSameConfigValue(live.type, live.value, setting.value) ? [] : [[key, live.value]];
  });
}

type Said = Pick<
  EventTopicSpec,
  "retention" | "cleanupPolicy" | "compressionType" | "maxMessageBytes" | "minInSyncReplicas" | "config"
>;

function specOf(values: ReadonlyMap<string, string>): { readonly said: Said; readonly notes: readonly string[] } {
  const rest = new Map(values);
  const notes: string[] = [];
  const take = <T>(key: keyof typeof TYPED_TOPIC_CONFIGS, read: (value: string) => T | undefined): T | undefined => {
    const value = rest.get(key);
    rest.delete(key);
    if (value === undefined) return undefined;
    const said = read(value);
    if (said === undefined) notes.push(`${key} is "${value}", which spec.${TYPED_TOPIC_CONFIGS[key]} cannot say`);
    return said;
  };
  const time = take("retention.ms", durationText);
  const bytesPerPartition = take("retention.bytes", sizeText);
  const typed = {
    retention: time === undefined && bytesPerPartition === undefined ? undefined : { time, bytesPerPartition },
    cleanupPolicy: take("cleanup.policy", cleanupPolicy),
    compressionType: take("compression.type", compressionType),
    maxMessageBytes: take("max.message.bytes", (value) => (value === "-1" ? undefined : sizeText(value))),
    minInSyncReplicas: take("min.insync.replicas", whole),
  };
  const free = [...rest].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const config = Object.fromEntries(free.map(([key, value]) => [key, scalar(value)]));
  return { said: free.length === 0 ? typed : { ...typed, config }, notes };
}

export function durationText(milliseconds: string): string | undefined {
  if (milliseconds === "-1") return formatDuration(UNLIMITED);
  const value = Number(milliseconds);
  return Number.isSafeInteger(value) && value >= 0 && value < 10_000_000 * 86_400_000
    ? formatDuration(value)
    : undefined;
}

/** Whole bytes with a suffix where one divides them, else a number. */
export function sizeText(bytes: string): string | number | undefined {
  if (bytes === "-1") return formatSize(UNLIMITED);
  const value = Number(bytes);
  if (!Number.isSafeInteger(value) || value < 0 || value > 999_999_999_999_999) return undefined;
  const text = formatSize(value);
  return /^[0-9]+$/.test(text) ? value : text;
}

export function cleanupPolicy(value: string): EventTopicSpec["cleanupPolicy"] {
  const sorted = value
    .split(",")
    .map((part) => part.trim())
    .toSorted()
    .join(",");
  return sorted === "delete" || sorted === "compact" || sorted === "compact,delete" ? sorted : undefined;
}

const COMPRESSION = ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"] as const;

function compressionType(value: string): EventTopicSpec["compressionType"] {
  return COMPRESSION.find((type) => type === value);
}

function whole(value: string): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** A number where it reads as one and stays the same, so that the manifest looks as people write it. */
function scalar(value: string): string | number {
  const number = Number(value);
  return /^-?[0-9]{1,15}$/.test(value) && String(number) === value ? number : value;
}
