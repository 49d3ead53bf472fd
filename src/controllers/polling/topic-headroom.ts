// How near retention is to what groups have not read of a topic: reads its retention and asks for what is that old. Reads
// only positions and configuration.

import { deletableAgeMs, headroomMs, riskyAges } from "../../domain/retention-headroom.ts";
import { narrowed, type UnreadAge } from "../../domain/unread-age.ts";
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
  const isAsked = minHeadroomMs !== undefined && unread.some(({ partition }) => !losing.has(partition));
  const unknown = { headroomMs: undefined, partitionsAtRisk: isAsked ? undefined : losing.size };
  if (age === undefined || deletableMs === undefined) return unknown;
  const ages = riskyAges(deletableMs, minHeadroomMs);
  const found = await nearTo(unread, age, ages, probes);
  const isReached = unread.length > 0 && deletableMs !== Infinity;
  if (found === undefined) return { ...unknown, headroomMs: isReached ? headroomMs(age, deletableMs) : undefined };
  const nearing = found.nearing.filter(({ partition }) => !losing.has(partition));
  return {
    headroomMs: isReached ? headroomMs(found.age, deletableMs) : undefined,
    partitionsAtRisk: losing.size + nearing.length,
  };
}

interface Nearness {
  /** Closer than the search for it has found, where that matters. */
  readonly age: UnreadAge;
  /** Partitions with an unread record of the first age or more. */
  readonly nearing: readonly UnreadPartition[];
}

/** Undefined where a leader did not tell. */
async function nearTo(
  unread: readonly UnreadPartition[],
  age: UnreadAge,
  ages: readonly number[],
  probes: Probes,
): Promise<Nearness | undefined> {
  const nearing: (readonly UnreadPartition[])[] = [];
  let closer = age;
  for (const ageMs of ages) {
    if (closer.atMostMs <= ageMs) break;
    const asked = nearing.at(-1) ?? unread;
    const answers = await Promise.all(asked.map((partition) => probes.hasOlder(partition, ageMs)));
    if (answers.includes(undefined)) return undefined;
    const older = asked.filter((_, index) => answers[index]);
    closer = narrowed(closer, ageMs, older.length > 0);
    nearing.push(older);
  }
  return { age: closer, nearing: nearing[0] ?? [] };
}
