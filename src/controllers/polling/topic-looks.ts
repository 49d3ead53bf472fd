// Looks at the logs of topics: where each partition begins and ends now. Reads only.

import type { TopicLook } from "../../domain/lag.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { KafkaFailure } from "../../kafka/model/failure.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";
import { failureOf } from "./group-positions.ts";

export type TopicAnswer =
  | { readonly kind: "look"; readonly look: TopicLook }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly failure: KafkaFailure };

/** Topics looked at together; their partitions share a few requests a broker. */
const CHUNK = 200;

/** By name. Of transactions it says nothing. */
export async function lookAtTopics(
  names: readonly string[],
  { admin, call, atMs }: { readonly admin: KafkaAdmin; readonly call: Call; readonly atMs: number },
): Promise<ReadonlyMap<string, TopicAnswer>> {
  const answers = new Map<string, TopicAnswer>();
  for (let start = 0; start < names.length; start += CHUNK) {
    const looks = names.slice(start, start + CHUNK).map(async (name): Promise<void> => {
      answers.set(name, await lookAt(name));
    });
    await Promise.all(looks);
  }
  return answers;

  async function lookAt(name: string): Promise<TopicAnswer> {
    const described = await admin.describeTopic({ name }, call);
    if (described.status !== "ok") {
      const failure = failureOf(described);
      return failure.kind === "missing" ? { kind: "missing" } : { kind: "failed", failure };
    }
    const { id: topicId, partitions } = described.value;
    const offsets = async (at: OffsetAt): Promise<readonly (number | undefined)[]> =>
      Promise.all(partitions.map(({ index }) => offsetOf(name, index, at)));
    const [starts, ends] = await Promise.all([offsets("earliest"), offsets("latest")]);
    return { kind: "look", look: { atMs, topicId, starts, ends, hasTransactions: false } };
  }

  async function offsetOf(topic: string, partition: number, at: OffsetAt): Promise<number | undefined> {
    const answer = await admin.listOffset({ topic, partition }, at, call);
    return answer.status === "ok" && answer.value.offset !== undefined ? Number(answer.value.offset) : undefined;
  }
}
