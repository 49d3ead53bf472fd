import { expect } from "chai";
import { describe, it } from "mocha";
import { Registry } from "prom-client";

import { topicMetrics, type TopicMetricReading } from "../../../src/telemetry/topic-metrics.ts";

const common = (topic: string): string[] => [
  `eventbus_topic_partitions{bus="main",topic="${topic}"} 3`,
  `eventbus_topic_offline_partitions{bus="main",topic="${topic}"} 1`,
  `eventbus_topic_under_replicated_partitions{bus="main",topic="${topic}"} 2`,
];

describe("topicMetrics()", () => {
  it("tells of each topic what is known, and nothing of one that is gone", async () => {
    const registry = new Registry();
    const health = { partitions: 3, offlinePartitions: 1, underReplicatedPartitions: 2 };
    let readings: readonly TopicMetricReading[] = [
      { bus: "main", topic: "orders", ...health, logBytes: 4_096 },
      { bus: "main", topic: "bills", ...health },
    ];
    topicMetrics(registry, () => readings);
    const series = async (): Promise<string[]> =>
      (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(await series()).to.have.members([
      ...common("orders"),
      ...common("bills"),
      'eventbus_topic_log_bytes{bus="main",topic="orders"} 4096',
    ]);
    readings = [];
    expect(await series()).to.deep.equal([]);
  });
});
