// The diff of a topic's configuration, key by key. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import { SOURCE, type Setting } from "../../domain/defaults-chain.ts";
import { nearest } from "../../domain/nearest.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { Refusal } from "../plan.ts";
import type { ChangeCause, ConfigChangeAction } from "./actions.ts";
import type { DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";

export interface ConfigDifference {
  readonly changes: readonly ConfigChangeAction[];
  readonly refusals: readonly Refusal<EventTopicReason>[];
  /** Values that stay although a rule of today would refuse them. */
  readonly notes: readonly string[];
}

/** Compares what is wanted with what is live: declared keys, keys of ours that nobody declares any more, and with Full all others. */
export function configDifference(
  desired: DesiredTopic,
  configs: ReadonlyMap<string, Setting<string>>,
  live: ReadonlyMap<string, ConfigEntry>,
  memory: TopicMemory,
): ConfigDifference {
  const changes: ConfigChangeAction[] = [];
  const refusals: Refusal<EventTopicReason>[] = [];
  const notes: string[] = [];
  for (const [key, setting] of configs) {
    const entry = live.get(key);
    if (entry === undefined) {
      refusals.push(unknownKey(key, setting.source, [...live.keys()]));
    } else if (isSameConfigValue(entry.type, entry.value ?? "", setting.value)) {
      if (setting.objection !== undefined) notes.push(setting.objection.message);
    } else if (setting.objection !== undefined) {
      refusals.push(setting.objection);
    } else {
      const cause = wasWanted(memory, entry, setting.value) ? "drift" : "declared";
      changes.push(change(desired.name, entry, { to: setting.value, source: setting.source, cause }));
    }
  }
  for (const entry of live.values()) {
    const cause = resetCause(entry, desired, configs, memory);
    if (cause !== undefined) changes.push(change(desired.name, entry, { to: undefined, source: SOURCE.broker, cause }));
  }
  return { changes, refusals, notes };
}

/** Keys set on the topic itself that nobody declares and that were never ours. */
export function undeclaredKeys(
  desired: DesiredTopic,
  live: ReadonlyMap<string, ConfigEntry>,
  memory: TopicMemory,
): string[] {
  const isUndeclared = ({ key, source }: ConfigEntry): boolean =>
    source === "topic" && !desired.isIgnored(key) && !desired.configs.has(key) && !memory.managedKeys.has(key);
  return [...live.values()]
    .filter(isUndeclared)
    .map(({ key }) => key)
    .toSorted();
}

function wasWanted(memory: TopicMemory, entry: ConfigEntry, value: string): boolean {
  const last = memory.lastWanted.get(entry.key);
  return last !== undefined && isSameConfigValue(entry.type, last, value);
}

function resetCause(
  entry: ConfigEntry,
  desired: DesiredTopic,
  configs: ReadonlyMap<string, Setting<string>>,
  memory: TopicMemory,
): ChangeCause | undefined {
  if (entry.source !== "topic" || configs.has(entry.key) || desired.isIgnored(entry.key)) return undefined;
  if (memory.managedKeys.has(entry.key)) return "removed";
  return desired.ownsAllConfigs ? "undeclared" : undefined;
}

function change(
  topicName: string,
  entry: ConfigEntry,
  wish: Pick<ConfigChangeAction, "to" | "source" | "cause">,
): ConfigChangeAction {
  return {
    type: "changeConfig",
    topicName,
    key: entry.key,
    from: entry.value ?? "",
    effective: wish.to ?? entry.inherited?.value ?? undefined,
    ...wish,
  };
}

/** Refuses a key that no topic of the cluster can have. */
export function unknownKey(key: string, source: string, known: Iterable<string>): Refusal<EventTopicReason> {
  const suggestion = nearest(key, [...known]);
  return {
    reason: "InvalidConfig",
    message:
      `Kafka knows no topic configuration "${key}" (${source})` +
      (suggestion === undefined ? "; remove it" : `; did you mean "${suggestion}"?`),
  };
}
