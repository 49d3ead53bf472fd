import { expect } from "chai";
import { describe, it } from "mocha";

import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { topicMeasures } from "../../../../src/controllers/polling/topic-measures.ts";
import { TopicSizes } from "../../../../src/controllers/polling/topic-sizes.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

const HEALTHY = { partitions: 2, offlinePartitions: 0, underReplicatedPartitions: 0 };

describe("TopicSizes", () => {
  const clock = new FakeClock();
  const kafka = new InMemoryKafka({ brokers: 2, defaultReplicationFactor: 2 });
  for (const name of ["orders", "bills"]) kafka.topics.create({ name, partitions: 2, configs: {} });
  kafka.produce("orders", 0, [1, 2]);
  kafka.produce("orders", 1, [3]);
  const registry = new BusRegistry();
  const sizes = new TopicSizes(registry, clock);
  const sweep = async (): Promise<number> => {
    const items = sizes.begin("bus");
    const call = { signal: new AbortController().signal, deadlineMs: 1_000, priority: "bulk" } as const;
    await Promise.all(items.map((item) => item.look(kafka.admin(), call)));
    return items.length;
  };

  it("asks for all topics in one request, of all replicas, and no more often than once a minute", async () => {
    expect(await sweep(), "before anything was swept").to.equal(0);
    registry.reportTopicHealth(
      "bus",
      new Map([
        ["orders", HEALTHY],
        ["bills", HEALTHY],
      ]),
    );
    expect(await sweep()).to.equal(1);
    expect(kafka.requestCount("describeLogDirs")).to.equal(1);
    expect([sizes.of("bus", "orders"), sizes.of("bus", "bills"), sizes.of("bus", "none")]).to.deep.equal([
      600,
      0,
      undefined,
    ]);
    expect(await sweep()).to.equal(0);
    await clock.advance(60_000);
    expect(await sweep()).to.equal(1);
  });

  it("tells nothing where it may not ask, and nothing of a bus that is down", async () => {
    const buses = [{ metadata: { name: "bus" } }];
    const cluster = { id: "c", brokers: [], capabilities: [] };
    registry.report("bus", { kind: "connected", admin: kafka.admin(), cluster });
    expect(topicMeasures(buses, registry, sizes).map(({ topic, logBytes }) => [topic, logBytes])).to.deep.equal([
      ["orders", 600],
      ["bills", 0],
    ]);
    kafka.denies = (verb) => verb === "describeLogDirs";
    await clock.advance(60_000);
    await sweep();
    const denied = topicMeasures(buses, registry, sizes);
    expect(denied[0]).to.deep.equal({ bus: "bus", topic: "orders", ...HEALTHY, logBytes: undefined });
    registry.report("bus", { kind: "down", reason: "Unreachable", message: "No broker answers" });
    expect(topicMeasures(buses, registry, sizes)).to.deep.equal([]);
  });
});
