// Configuration resources and sources: the model's words and Kafka's numbers.

import { ConfigResourceTypes, ConfigSources, ConfigTypes, type ConfigResourceTypeValue } from "@platformatic/kafka";

import type { ConfigResource, ConfigSource, ConfigType } from "../../model/topic-config.ts";

const typeOfKind: Readonly<Record<ConfigResource["kind"], ConfigResourceTypeValue>> = {
  topic: ConfigResourceTypes.TOPIC,
  broker: ConfigResourceTypes.BROKER,
  group: ConfigResourceTypes.GROUP,
};

export function resourceType(resource: ConfigResource): ConfigResourceTypeValue {
  return typeOfKind[resource.kind];
}

/** Finds a resource in an answer, which names it by number and name. */
export function resourceKey(type: number, name: string): string {
  return `${type}/${name}`;
}

export function keyOfResource(resource: ConfigResource): string {
  return resourceKey(resourceType(resource), resource.name);
}

const sources: ReadonlyMap<number, ConfigSource> = new Map<number, ConfigSource>([
  [ConfigSources.DYNAMIC_TOPIC_CONFIG, "topic"],
  [ConfigSources.DYNAMIC_BROKER_CONFIG, "dynamicBroker"],
  [ConfigSources.DYNAMIC_DEFAULT_BROKER_CONFIG, "dynamicDefault"],
  [ConfigSources.STATIC_BROKER_CONFIG, "static"],
  [ConfigSources.DEFAULT_CONFIG, "default"],
  [ConfigSources.GROUP_CONFIG, "group"],
]);

export function configSource(value: number): ConfigSource {
  return sources.get(value) ?? "other";
}

const types: ReadonlyMap<number, ConfigType> = new Map<number, ConfigType>([
  [ConfigTypes.BOOLEAN, "boolean"],
  [ConfigTypes.STRING, "string"],
  [ConfigTypes.INT, "int"],
  [ConfigTypes.SHORT, "short"],
  [ConfigTypes.LONG, "long"],
  [ConfigTypes.DOUBLE, "double"],
  [ConfigTypes.LIST, "list"],
  [ConfigTypes.CLASS, "class"],
  [ConfigTypes.PASSWORD, "password"],
]);

export function configType(value: number): ConfigType {
  return types.get(value) ?? "unknown";
}
