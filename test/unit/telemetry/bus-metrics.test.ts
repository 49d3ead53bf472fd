import { expect } from "chai";
import { describe, it } from "mocha";
import { Registry } from "prom-client";

import { busMetrics, type BusReading } from "../../../src/telemetry/bus-metrics.ts";

const topics = { managed: 3, ready: 2, conflicting: 1 };
const cluster = { id: "c-1", version: "4.3", brokers: [1, 2], capabilities: ["topicIds"] };

describe("busMetrics()", () => {
  const registry = new Registry();
  let readings: readonly BusReading[] = [];
  busMetrics(registry, () => readings);
  const series = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("tells of a connected bus all that is known of it", async () => {
    const certificates = { ca: 2_000, client: 1_000 };
    const health = { offlinePartitions: 4, underReplicatedPartitions: 5 };
    readings = [{ name: "main", topics, cluster, certificates, health }];
    expect(await series()).to.have.members([
      'eventbus_bus_connected{bus="main"} 1',
      'eventbus_bus_info{bus="main",cluster_id="c-1",kafka_version="4.3"} 1',
      'eventbus_bus_capability{bus="main",capability="topicIds"} 1',
      'eventbus_bus_brokers{bus="main"} 2',
      'eventbus_bus_topics{bus="main",state="managed"} 3',
      'eventbus_bus_topics{bus="main",state="ready"} 2',
      'eventbus_bus_topics{bus="main",state="conflicting"} 1',
      'eventbus_bus_certificate_expiry_timestamp_seconds{bus="main",certificate="ca"} 2',
      'eventbus_bus_certificate_expiry_timestamp_seconds{bus="main",certificate="client"} 1',
      'eventbus_bus_offline_partitions{bus="main"} 4',
      'eventbus_bus_under_replicated_partitions{bus="main"} 5',
    ]);
  });

  it("tells nothing of a cluster that is not seen, and nothing of a bus that is gone", async () => {
    readings = [{ name: "main", topics }];
    expect((await series()).filter((line) => !line.startsWith("eventbus_bus_topics"))).to.deep.equal([
      'eventbus_bus_connected{bus="main"} 0',
    ]);
    readings = [];
    expect(await series()).to.deep.equal([]);
  });
});
