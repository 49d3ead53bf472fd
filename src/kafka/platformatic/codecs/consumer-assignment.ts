// The assignment of a classic consumer (ConsumerProtocolAssignment v0–3): bytes that the group's members gave each other.

import { Reader } from "@platformatic/kafka";

import type { TopicPartition } from "../../model/offsets.ts";

/** What it holds; nothing where the bytes are not an assignment, since anybody may write them. */
export function readAssignment(bytes: Buffer): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  try {
    const reader = Reader.from(bytes);
    reader.readInt16();
    const topics = reader.readArray(
      () => ({
        topic: reader.readString(false),
        partitions: reader.readArray(() => reader.readInt32(), false, false),
      }),
      false,
      false,
    );
    return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  } catch {
    return [];
  }
}
