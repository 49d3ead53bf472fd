// DescribeConfigs v4: every key of a resource with its source, and what it would fall back to.

import { ConfigResourceTypes, type describeConfigsV4 as library } from "@platformatic/kafka";

import type { ConfigEntry, ConfigResource } from "../../model/topic-config.ts";
import { type DescribedConfig, describeConfigsV4 } from "../codecs/describe-configs-v4.ts";
import { type Operation, resultOf } from "../operation.ts";
import type { Wire } from "../wire.ts";
import { configSource, configType, keyOfResource, resourceKey, resourceType } from "./config-resource.ts";
import { brokerKeys, type BrokerSettings, inheritedBy } from "./inherited-config.ts";

export interface ConfigQuestion {
  readonly resource: ConfigResource;
  /** Undefined: all keys. */
  readonly keys?: readonly string[] | undefined;
}

type RequestResource = library.DescribeConfigsRequestResource;

function toEntry(config: DescribedConfig, broker: BrokerSettings): ConfigEntry {
  return {
    key: config.name,
    value: config.value,
    source: configSource(config.source),
    type: configType(config.type),
    isReadOnly: config.isReadOnly,
    isSensitive: config.isSensitive,
    inherited: inheritedBy(config, broker),
  };
}

/** Entries of one answer; topics that share a configuration share its entry. */
function entriesOf(broker: BrokerSettings): (config: DescribedConfig) => ConfigEntry {
  const known = new Map<DescribedConfig, ConfigEntry>();
  return (config) => {
    const entry = known.get(config) ?? toEntry(config, broker);
    known.set(config, entry);
    return entry;
  };
}

/** The answering broker's own settings, asked for in the same request: what a topic inherits is what this one says. */
function brokerQuestion(wire: Wire, items: readonly ConfigQuestion[]): readonly RequestResource[] {
  const isOfTopics = items.some(({ resource }) => resource.kind === "topic");
  if (!isOfTopics || wire.brokerId === undefined) return [];
  const { BROKER } = ConfigResourceTypes;
  return [{ resourceType: BROKER, resourceName: String(wire.brokerId), configurationKeys: [...brokerKeys] }];
}

/** At most 500 resources a request; an answer of all keys is about 2 KiB a topic. */
export const describeConfigs: Operation<ConfigQuestion, readonly ConfigEntry[]> = {
  name: "DescribeConfigs",
  access: "read",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: ({ resource }) => keyOfResource(resource),
  questionOf: ({ resource, keys }) => JSON.stringify([keyOfResource(resource), keys?.toSorted()]),
  // The broker's settings come along with topics; asked for twice in one request they could not be told apart.
  variantOf: ({ resource }) => resource.kind,
  async exchange(wire, items) {
    const resources = items.map(({ resource, keys }): RequestResource => ({
      resourceType: resourceType(resource),
      resourceName: resource.name,
      configurationKeys: keys === undefined ? null : [...keys],
    }));
    const extra = brokerQuestion(wire, items);
    const args: Parameters<typeof library.createRequest> = [[...resources, ...extra], true, false];
    const response = await wire.request([describeConfigsV4], args, items.length);
    const ofBroker = response.results.find((result) => extra.some((asked) => asked.resourceType === result.type));
    const broker = new Map((ofBroker?.configs ?? []).map((config) => [config.name, config]));
    const entryOf = entriesOf(broker);
    const results = response.results.map(
      (result) => [resourceKey(result.type, result.name), resultOf(result, () => result.configs.map(entryOf))] as const,
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
