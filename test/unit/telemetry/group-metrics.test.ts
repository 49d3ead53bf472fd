import { expect } from "chai";
import { describe, it } from "mocha";
import { Registry } from "prom-client";

import { groupMeasures } from "../../../src/controllers/polling/group-measures.ts";
import { groupMetrics, type GroupMetricReading } from "../../../src/telemetry/group-metrics.ts";
import { GroupPollerBench, MINUTE_MS } from "../../fakes/group-poller-bench.ts";

const OF_GROUP = 'bus="bus",namespace="team",name="billing",group="billing"';

describe("groupMetrics()", () => {
  const registry = new Registry();
  let readings: readonly GroupMetricReading[] = [];
  groupMetrics(registry, () => readings);
  const series = async (): Promise<string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("tells of a group what is known of it, beside what is acceptable", async () => {
    const bench = new GroupPollerBench();
    bench.createTopic("orders", 2, { "retention.ms": String(100 * MINUTE_MS) });
    bench.declare("billing", {
      objectives: { maxTimeLagMs: 5 * MINUTE_MS, maxRecordLag: 10, minHeadroomMs: 30 * MINUTE_MS },
    });
    bench.produce("orders", [39 * MINUTE_MS, 1]);
    bench.commit("billing", "orders", 0);
    await bench.poll();
    readings = groupMeasures(bench.poller.readings());
    const lines = await series();
    const known = (name: string): number =>
      Number(
        lines
          .find((line) => line.startsWith(`eventbus_group_${name}{`))
          ?.split(" ")
          .at(-1),
      );
    expect(known("time_lag_seconds")).to.be.within(20 * 60, 40 * 60);
    expect(known("retention_headroom_seconds")).to.be.within(30 * 60, 60 * 60);
    const steady = lines.filter((line) => !/^eventbus_group_(time_lag|retention_headroom)_seconds/.test(line));
    expect(steady).to.have.members([
      `eventbus_group_state{${OF_GROUP},state="Empty"} 1`,
      `eventbus_group_members{${OF_GROUP}} 0`,
      `eventbus_group_lag_records{${OF_GROUP},topic="orders"} 2`,
      `eventbus_group_partitions_at_risk{${OF_GROUP},topic="orders"} 0`,
      `eventbus_group_partitions_without_commit{${OF_GROUP},topic="orders"} 1`,
      `eventbus_group_lost_records{${OF_GROUP},topic="orders"} 0`,
      `eventbus_group_slo_time_lag_seconds{${OF_GROUP}} 300`,
      `eventbus_group_slo_lag_records{${OF_GROUP}} 10`,
      `eventbus_group_slo_retention_headroom_seconds{${OF_GROUP}} 1800`,
    ]);
  });

  it("tells no number of a group that cannot be asked, nor of a topic that cannot be read", async () => {
    const bench = new GroupPollerBench();
    bench.createTopic("orders");
    bench.declare("billing", { topics: ["orders"] });
    bench.kafka.denies = (verb) => verb === "describeTopic";
    await bench.poll();
    readings = groupMeasures(bench.poller.readings());
    expect(await series()).to.have.members([
      `eventbus_group_state{${OF_GROUP},state="Absent"} 1`,
      `eventbus_group_evaluation{${OF_GROUP},evaluation="Unknown"} 1`,
      `eventbus_group_members{${OF_GROUP}} 0`,
    ]);
    bench.disconnect("down");
    readings = groupMeasures(bench.poller.readings());
    expect(await series()).to.have.members([
      `eventbus_group_state{${OF_GROUP},state="Unknown"} 1`,
      `eventbus_group_evaluation{${OF_GROUP},evaluation="Unknown"} 1`,
    ]);
    readings = [];
    expect(await series()).to.deep.equal([]);
  });

  it("shows no more topics of a group than one may declare", async () => {
    const topics = Array.from({ length: 100 }, (_, index) => ({ topic: `t-${index}`, lagRecords: index }));
    readings = [{ bus: "b", namespace: "n", name: "g", group: "g", state: "Stable", objectives: {}, topics }];
    const lags = (await series()).filter((line) => line.startsWith("eventbus_group_lag_records"));
    expect(lags).to.have.length(64);
  });
});
