// What a topic's key falls back to when it is reset. Kafka tells it in the entry's synonyms, except for the few keys
// whose broker setting is spelled in another unit: those are worked out from the broker's own configuration.

import type { ConfigEntry, ConfigSource } from "../../model/topic-config.ts";
import type { ConfigSynonym, DescribedConfig } from "../codecs/describe-configs-v4.ts";
import { configSource } from "./config-resource.ts";

type Inherited = NonNullable<ConfigEntry["inherited"]>;

const minute = 60_000;
const hour = 60 * minute;

// ServerTopicConfigSynonyms.java: the first that has a value counts. `ms` converts it to what the topic's key means.
const brokerSettings: Readonly<Record<string, readonly { readonly key: string; readonly ms: number }[]>> = {
  "retention.ms": [
    { key: "log.retention.ms", ms: 1 },
    { key: "log.retention.minutes", ms: minute },
    { key: "log.retention.hours", ms: hour },
  ],
  "segment.ms": [
    { key: "log.roll.ms", ms: 1 },
    { key: "log.roll.hours", ms: hour },
  ],
  "segment.jitter.ms": [
    { key: "log.roll.jitter.ms", ms: 1 },
    { key: "log.roll.jitter.hours", ms: hour },
  ],
  "flush.ms": [
    { key: "log.flush.interval.ms", ms: 1 },
    { key: "log.flush.scheduler.interval.ms", ms: 1 },
  ],
};

// No setting of the broker stands behind these: their default is Kafka's own.
const constants: Readonly<Record<string, string>> = {
  "leader.replication.throttled.replicas": "",
  "follower.replication.throttled.replicas": "",
  "remote.storage.enable": "false",
  "remote.log.copy.disable": "false",
  "remote.log.delete.on.disable": "false",
};

/** The broker's settings that `inheritedBy` needs to see. */
export const brokerKeys: readonly string[] = Object.values(brokerSettings).flatMap((keys) =>
  keys.map(({ key }) => key),
);

/** By key; empty where the broker's configuration may not be read. */
export type BrokerSettings = ReadonlyMap<string, DescribedConfig>;

const ownSources: ReadonlySet<ConfigSource> = new Set(["topic", "group"]);

/** The value and source that take over when the resource's own value is removed; undefined where it cannot be told. */
export function inheritedBy(config: DescribedConfig, broker: BrokerSettings): Inherited | undefined {
  const source = configSource(config.source);
  if (!ownSources.has(source)) return { value: config.value, source };
  const settings = brokerSettings[config.name];
  const next = config.synonyms.find((synonym) => !ownSources.has(configSource(synonym.source)));
  if (settings !== undefined) return fromBroker(settings, broker) ?? fromSynonym(next, settings);
  if (next !== undefined) return { value: next.value, source: configSource(next.source) };
  const constant = constants[config.name];
  return constant === undefined ? undefined : { value: constant, source: "default" };
}

function fromBroker(
  settings: readonly { readonly key: string; readonly ms: number }[],
  broker: BrokerSettings,
): Inherited | undefined {
  for (const { key, ms } of settings) {
    const config = broker.get(key);
    if (typeof config?.value !== "string") continue;
    return { value: converted(config.value, ms), source: configSource(config.source) };
  }
  return undefined;
}

function fromSynonym(
  synonym: ConfigSynonym | undefined,
  settings: readonly { readonly key: string; readonly ms: number }[],
): Inherited | undefined {
  const setting = settings.find(({ key }) => key === synonym?.name);
  if (typeof synonym?.value !== "string" || setting === undefined) return undefined;
  return { value: converted(synonym.value, setting.ms), source: configSource(synonym.source) };
}

// As Kafka reckons: a negative retention means unlimited in every unit.
function converted(value: string, ms: number): string {
  if (ms === 1) return value;
  const count = BigInt(value);
  return String(count < 0n ? -1n : count * BigInt(ms));
}
