// The difference between declared and live configuration of a group (dynamic GROUP configs, Kafka 4). Pure.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import { nearest } from "../../domain/nearest.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { Refusal } from "../plan.ts";
import type { GroupConfigAction, GroupConfigChange } from "./actions.ts";
import type { DesiredGroup } from "./desired.ts";
import type { GroupMemory } from "./memory.ts";
import type { ObservedGroup } from "./observed.ts";

interface ConfigPlan {
  /** One at most: they are changed together. */
  readonly actions: readonly GroupConfigAction[];
  readonly refusals: readonly Refusal<ConsumerGroupReason>[];
  /** Set in Kafka, and declared or recorded as ours. */
  readonly managedKeys: readonly string[];
}

export function planConfigs(
  { configs, groupId }: DesiredGroup,
  answer: ObservedGroup["configs"],
  { managedKeys }: GroupMemory,
): ConfigPlan {
  const recorded = [...managedKeys];
  if (configs.size > 0 && answer === undefined) {
    const message = "These brokers have no configuration of groups; remove spec.groupConfig, or upgrade Kafka";
    return { actions: [], refusals: [{ reason: "GroupConfigUnsupported", message }], managedKeys: recorded };
  }
  if (answer?.status !== "ok") return { actions: [], refusals: [], managedKeys: recorded };
  const live = answer.value;
  const unknown = [...configs.keys()].filter((key) => !live.has(key));
  const wanted = [...configs].flatMap(([key, value]): GroupConfigChange[] => {
    const entry = live.get(key);
    if (entry === undefined || isSameConfigValue(entry.type, entry.value ?? "", value)) return [];
    return [{ key, from: entry.value ?? "", to: value }];
  });
  const changes = [
    ...wanted,
    ...resetsOf(
      recorded.filter((key) => !configs.has(key)),
      live,
    ),
  ];
  return {
    actions: changes.length === 0 ? [] : [{ type: "changeConfigs", groupId, changes }],
    refusals: unknown.map((key) => unknownKey(key, [...live.keys()])),
    managedKeys: [...new Set([...recorded, ...configs.keys()])].filter((key) => isSet(live.get(key))),
  };
}

/** Of keys that are set, back to what the broker gives. */
export function resetsOf(keys: readonly string[], live: ReadonlyMap<string, ConfigEntry>): GroupConfigChange[] {
  return keys
    .filter((key) => isSet(live.get(key)))
    .map((key) => ({ key, from: live.get(key)?.value ?? "", to: undefined }));
}

function isSet(entry: ConfigEntry | undefined): boolean {
  return entry?.source === "group";
}

function unknownKey(key: string, known: readonly string[]): Refusal<ConsumerGroupReason> {
  const guess = nearest(key, known);
  const hint = guess === undefined ? "" : `; did you mean "${guess}"?`;
  return { reason: "GroupConfigUnsupported", message: `These brokers know no group configuration "${key}"${hint}` };
}
