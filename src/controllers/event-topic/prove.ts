// Fetches what a plan's actions must have proven: what a destructive change makes deletable, what a deletion would take
// with it. Reads only, and nothing for a plan without such actions.

import { isDestructive } from "../../domain/change-guard.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import type { GroupUsage } from "../group-usage.ts";
import type { Step } from "../plan.ts";
import type { ConfigChangeAction, TopicAction } from "./actions.ts";

export interface Evidence {
  /** By step id: records that become deletable. A destructive step that is absent could not be measured. */
  readonly deletable: ReadonlyMap<string, bigint>;
  /** What a deletion would take; absent where nothing is deleted. */
  readonly usage?: TopicUsage | undefined;
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
  readonly call: Call;
  readonly nowMs: number;
}

export const NO_EVIDENCE: Evidence = { deletable: new Map() };

export function isDestructiveStep(step: Step<TopicAction>): step is Step<ConfigChangeAction> {
  const { action } = step;
  return action.type === "changeConfig" && isDestructive({ key: action.key, from: action.from, to: action.effective });
}

export async function proveTopic(
  steps: readonly Step<TopicAction>[],
  topic: TopicState | undefined,
  laboratory: Laboratory,
): Promise<Evidence> {
  if (topic === undefined) return NO_EVIDENCE;
  const destructive = steps.filter((step) => isDestructiveStep(step));
  const deletes = steps.some(({ action }) => action.type === "deleteTopic");
  if (destructive.length === 0 && !deletes) return NO_EVIDENCE;
  const measured = await Promise.all(
    destructive.map(async ({ id, action }) => [id, await deletableRecords(action, topic, laboratory)] as const),
  );
  return {
    deletable: new Map(measured.filter((pair): pair is readonly [string, bigint] => pair[1] !== undefined)),
    usage: deletes ? await usageOf(topic, laboratory) : undefined,
  };
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
