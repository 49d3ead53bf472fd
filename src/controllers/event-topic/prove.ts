// Fetches what a plan's actions must have proven: what a destructive change makes deletable, what a deletion would take
// with it, whether a new topic's keys are keys. Reads only, and nothing for a plan without such actions.

import type { EventTopicReason } from "../../api/conditions.ts";
import { lossesOf } from "../../domain/retention-loss.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import type { GroupUsage } from "../group-usage.ts";
import type { KnownConfigs } from "../known-configs.ts";
import type { Refusal, Step } from "../plan.ts";
import { isCorrection, type ConfigChangeAction, type TopicAction } from "./actions.ts";
import { presentTopic, type ObservedTopics } from "./observe.ts";
import { unknownKeys } from "./unknown-keys.ts";

export interface Evidence {
  /** By step id: records that become deletable. A destructive step that is absent could not be measured. */
  readonly deletable: ReadonlyMap<string, bigint>;
  /** By step id: what a deletion would take. One that is absent could not be determined. */
  readonly usage: ReadonlyMap<string, TopicUsage>;
  /** By step id: how often within the last hour the same was corrected already. */
  readonly corrections: ReadonlyMap<string, number>;
  /** Keys of new topics that the cluster does not know. Where it does not tell which it knows, it will judge itself. */
  readonly unknownKeys: readonly Refusal<EventTopicReason>[];
}

/** What is undefined could not be determined, and counts as in use. */
export interface TopicUsage {
  readonly records: bigint | undefined;
  readonly groups: readonly string[] | undefined;
}

/** Where the measuring is done. */
export interface Laboratory {
  readonly admin: KafkaAdmin;
  readonly groups: GroupUsage;
  readonly knownConfigs: KnownConfigs;
  /** Of a write, because only a creation that is judged tells which keys there are. */
  readonly call: WriteCall;
  readonly nowMs: number;
  /** How often within the last hour the same was corrected already. */
  correctionsOf(action: ConfigChangeAction): number;
}

export const NO_EVIDENCE: Evidence = {
  deletable: new Map(),
  usage: new Map(),
  corrections: new Map(),
  unknownKeys: [],
};

export function isDestructiveStep(step: Step<TopicAction>): step is Step<ConfigChangeAction> {
  const { action } = step;
  if (action.type !== "changeConfig") return false;
  const { key, from, effective: to } = action;
  return lossesOf([{ key, from, to }], new Map()).size > 0;
}

export async function proveTopics(
  steps: readonly Step<TopicAction>[],
  observed: ObservedTopics,
  laboratory: Laboratory,
): Promise<Evidence> {
  const measured = await Promise.all(
    steps
      .filter((step) => isDestructiveStep(step))
      .map(async ({ id, action }) => {
        const topic = presentTopic(observed, action.topicName)?.topic;
        return [id, topic === undefined ? undefined : await deletableRecords(action, topic, laboratory)] as const;
      }),
  );
  const used = await Promise.all(
    steps
      .filter((step) => isDeletion(step))
      .map(async ({ id, action }) => {
        const topic = presentTopic(observed, action.topicName)?.topic;
        return [id, topic === undefined ? undefined : await usageOf(topic, laboratory)] as const;
      }),
  );
  return {
    deletable: new Map(measured.filter(isKnown)),
    usage: new Map(used.filter(isKnown)),
    corrections: new Map(
      steps.flatMap(({ id, action }) =>
        isCorrection(action) ? [[id, laboratory.correctionsOf(action)] as const] : [],
      ),
    ),
    unknownKeys: await unknownKeys(steps, laboratory),
  };
}

function isDeletion(step: Step<TopicAction>): step is Step<Extract<TopicAction, { type: "deleteTopic" }>> {
  return step.action.type === "deleteTopic";
}

function isKnown<T>(pair: readonly [string, T | undefined]): pair is readonly [string, T] {
  return pair[1] !== undefined;
}

async function usageOf(topic: TopicState, laboratory: Laboratory): Promise<TopicUsage> {
  const { admin, call, groups } = laboratory;
  const [records, uses] = await Promise.all([
    recordsBefore("latest", topic, laboratory),
    groups.of(topic.name, admin, call),
  ]);
  return { records, groups: uses?.map(({ groupId }) => groupId).toSorted() };
}

// By age exactly: what lies before the first record that is young enough. Anything else only when the log is empty.
async function deletableRecords(
  action: ConfigChangeAction,
  topic: TopicState,
  laboratory: Laboratory,
): Promise<bigint | undefined> {
  const oldest = action.key === "retention.ms" && action.effective !== undefined ? Number(action.effective) : undefined;
  const records = await recordsBefore(oldest === undefined ? "latest" : laboratory.nowMs - oldest, topic, laboratory);
  return oldest === undefined && records !== 0n ? undefined : records;
}

/** Records from the start of the log to `border`, of all partitions; undefined where one of them cannot be read. */
async function recordsBefore(
  border: OffsetAt,
  topic: TopicState,
  { admin, call }: Laboratory,
): Promise<bigint | undefined> {
  const perPartition = await Promise.all(
    topic.partitions.map(async ({ index }) => {
      const partition = { topic: topic.name, partition: index };
      const [start, end, found] = await Promise.all([
        admin.listOffset(partition, "earliest", call),
        admin.listOffset(partition, "latest", call),
        admin.listOffset(partition, border, call),
      ]);
      if (start.status !== "ok" || end.status !== "ok" || found.status !== "ok") return undefined;
      // No record that young: everything up to the end is older.
      const upTo = found.value.offset ?? end.value.offset;
      if (start.value.offset === undefined || upTo === undefined) return undefined;
      return upTo > start.value.offset ? upTo - start.value.offset : 0n;
    }),
  );
  if (perPartition.some((records) => records === undefined)) return undefined;
  return perPartition.reduce<bigint>((sum, records) => sum + (records ?? 0n), 0n);
}
