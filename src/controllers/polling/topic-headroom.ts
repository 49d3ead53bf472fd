// How near retention is to what groups have not read of a topic: reads its retention and asks for what is that old. Reads
// only positions and configuration.

import { deletableAgeMs, headroomMs, riskyAgeMs } from "../../domain/retention-headroom.ts";
import type { UnreadAge } from "../../domain/unread-age.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { Probes, UnreadPartition } from "./unread-ages.ts";

export interface HeadroomQuestion {
  /** Partitions with something unread. */
  readonly unread: readonly UnreadPartition[];
  readonly age: UnreadAge | undefined;
  /** Partitions on which records were lost, by index. */
  readonly losing: ReadonlySet<number>;
  readonly minHeadroomMs: number | undefined;
}

/** As part of a TopicReading. */
export interface TopicHeadroom {
  readonly headroomMs: number | undefined;
  readonly partitionsAtRisk: number | undefined;
}

const KEYS = ["retention.ms", "cleanup.policy"] as const;

/** Age from which records of the topic may be deleted, milliseconds; undefined where that could not be read. */
export async function readDeletableAgeMs(topic: string, admin: KafkaAdmin, call: Call): Promise<number | undefined> {
  const answer = await admin.describeConfigs({ kind: "topic", name: topic }, call, KEYS);
  if (answer.status !== "ok") return undefined;
  const values = new Map(answer.value.map(({ key, value }) => [key, value ?? undefined]));
  return deletableAgeMs(values.get("retention.ms"), values.get("cleanup.policy"));
}

export async function headroomOf(
  { unread, age, losing, minHeadroomMs }: HeadroomQuestion,
  deletableMs: number | undefined,
  probes: Probes,
): Promise<TopicHeadroom> {
  const told = age === undefined || deletableMs === undefined ? undefined : headroomMs(age, deletableMs);
  const isTold = told !== undefined && told !== Infinity && unread.length > 0;
  return { headroomMs: isTold ? told : undefined, partitionsAtRisk: await countAtRisk() };

  async function countAtRisk(): Promise<number | undefined> {
    const others = unread.filter(({ partition }) => !losing.has(partition));
    if (others.length === 0 || minHeadroomMs === undefined) return losing.size;
    if (age === undefined || deletableMs === undefined) return undefined;
    const riskyMs = riskyAgeMs(deletableMs, minHeadroomMs);
    if (riskyMs === undefined || age.atMostMs <= riskyMs) return losing.size;
    const older = await Promise.all(others.map((partition) => probes.hasOlder(partition, riskyMs)));
    return older.includes(undefined) ? undefined : losing.size + older.filter(Boolean).length;
  }
}
