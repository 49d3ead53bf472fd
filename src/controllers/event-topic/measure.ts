// Measures a topic's log for the change guard: where it begins and ends, from where on its records are young enough, how
// large it is, and how far groups have read. Reads only. One part that cannot be read is no measurement at all.

import type { Measurement, PartitionMeasure } from "../../domain/loss-extent.ts";
import type { MeasurementNeeds } from "../../domain/measurement-needs.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { allOf, failedWith, ok, type Answer } from "../../kafka/model/failure.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import type { GroupUsage } from "../group-usage.ts";

interface Instruments {
  readonly admin: KafkaAdmin;
  readonly groups: GroupUsage;
  readonly call: Call;
  /** The operator's clock: a broker that is ahead of it takes for too old what is about to be. */
  readonly nowMs: number;
}

type Ends = Omit<PartitionMeasure, "bytes">;

export async function measureTopic(
  topic: TopicState,
  needs: MeasurementNeeds,
  instruments: Instruments,
): Promise<Answer<Measurement>> {
  const { admin, call, groups } = instruments;
  const indexes = topic.partitions.map(({ index }) => index);
  const [measured, sizes] = await Promise.all([
    Promise.all(indexes.map((index) => measureEnds(topic.name, index, needs, instruments))),
    needs.needsSizes ? largestReplicas(topic, admin, call) : ok(new Map<number, bigint>()),
  ]);
  const ends = allOf(measured);
  if (ends.status !== "ok") return ends;
  if (sizes.status !== "ok") return sizes;
  const partitions = new Map(
    ends.value.map((partition, place): [number, PartitionMeasure] => {
      const index = indexes[place] ?? place;
      return [index, { ...partition, bytes: sizes.value.get(index) }];
    }),
  );
  const isConcerned = ends.value.some((partition) => hasRecordsInReach(partition, needs));
  return ok({ partitions, groups: isConcerned ? await groups.of(topic.name, admin, call) : [] });
}

async function measureEnds(
  topic: string,
  partition: number,
  { agesMs }: MeasurementNeeds,
  { admin, call, nowMs }: Instruments,
): Promise<Answer<Ends>> {
  // A time before the epoch is a word of its own to Kafka (-1 is the end), and no record is that old.
  const times = agesMs.map((ageMs) => Math.max(0, nowMs - ageMs));
  const questions: readonly OffsetAt[] = ["earliest", "latest", ...times];
  const answers = await Promise.all(questions.map((at) => admin.listOffset({ topic, partition }, at, call)));
  const found = allOf(answers);
  if (found.status !== "ok") return found;
  const [start, end, ...borders] = found.value.map(({ offset }) => offset);
  if (start === undefined || end === undefined) {
    const message = `Kafka does not tell where partition ${partition} of topic "${topic}" begins and ends`;
    return failedWith({ kind: "other", name: "NO_OFFSET", message });
  }
  // No record that young: everything up to the end is older.
  const youngerFrom = agesMs.map((ageMs, place) => [ageMs, borders[place] ?? end] as const);
  return ok({ start, end, youngerFrom: new Map(youngerFrom) });
}

/** Kafka deletes by the leader's size, and replicas may differ a little; whoever leads next, it is no larger than this. */
async function largestReplicas(
  { name, partitions }: TopicState,
  admin: KafkaAdmin,
  call: Call,
): Promise<Answer<ReadonlyMap<number, bigint>>> {
  const sizes = await admin.describeLogDirs(name, call);
  if (sizes.status !== "ok") return sizes;
  const largest = new Map<number, bigint>();
  for (const { index, replicas } of partitions) {
    const ofReplicas = sizes.value.get(index) ?? [];
    if (ofReplicas.length < replicas.length) {
      const message = `Not every broker tells how large partition ${index} of topic "${name}" is`;
      return failedWith({ kind: "busy", name: "PARTIAL_ANSWER", message });
    }
    largest.set(
      index,
      ofReplicas.reduce((most, bytes) => (bytes > most ? bytes : most), 0n),
    );
  }
  return ok(largest);
}

function hasRecordsInReach({ start, end, youngerFrom }: Ends, { reachesEnd }: MeasurementNeeds): boolean {
  return [...youngerFrom.values(), ...(reachesEnd ? [end] : [])].some((border) => border > start);
}
