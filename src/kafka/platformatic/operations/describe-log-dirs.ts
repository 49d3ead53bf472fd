// DescribeLogDirs v4: what one broker holds of a topic, in bytes. Each broker knows only its own disks.

import { describeLogDirsV4 } from "@platformatic/kafka";

import { type ItemResult, type Operation, okResult } from "../operation.ts";

export interface LogDirQuestion {
  readonly topic: string;
  /** All partitions of the topic; those that the broker does not hold are simply not in its answer. */
  readonly partitions: readonly number[];
}

/** Bytes by partition; the larger of two, while a replica moves between disks. */
export type LogSizes = ReadonlyMap<number, bigint>;

function sizesOf(topic: string, response: describeLogDirsV4.DescribeLogDirsResponse): LogSizes {
  const sizes = new Map<number, bigint>();
  const found = response.results.flatMap((dir) => dir.topics.filter(({ name }) => name === topic));
  for (const { partitions } of found) {
    for (const { partitionIndex, partitionSize } of partitions) {
      const other = sizes.get(partitionIndex) ?? 0n;
      sizes.set(partitionIndex, partitionSize > other ? partitionSize : other);
    }
  }
  return sizes;
}

/** At most 500 topics and 10,000 partitions a request. */
export const describeLogDirs: Operation<LogDirQuestion, LogSizes> = {
  name: "DescribeLogDirs",
  access: "read",
  limits: [
    { most: 500, of: () => 1 },
    { most: 10_000, of: ({ partitions }) => partitions.length },
  ],
  keyOf: ({ topic }) => topic,
  questionOf: ({ topic, partitions }) => `${topic}/${partitions.join()}`,
  async exchange(wire, items) {
    const topics = items.map(({ topic, partitions }) => ({ name: topic, partitions: [...partitions] }));
    const response = await wire.request([describeLogDirsV4.api], [topics], items.length);
    // A right that is missing is told once for all; a disk that failed is told beside those that work.
    const code =
      response.errorCode || (response.results.every((dir) => dir.errorCode !== 0) && response.results[0]?.errorCode);
    const results = items.map(({ topic }): [string, ItemResult<LogSizes>] => [
      topic,
      code ? { isOk: false, code } : okResult(sizesOf(topic, response)),
    ]);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
