import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { CreationFacts } from "../../../src/controllers/creation-facts.ts";
import type { KafkaAdmin, WriteCall } from "../../../src/kafka/admin.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../fakes/in-memory-kafka/in-memory-kafka.ts";

describe("CreationFacts", () => {
  let clock: FakeClock;
  let kafka: InMemoryKafka;
  let admin: KafkaAdmin;
  let known: CreationFacts;
  beforeEach(() => {
    clock = new FakeClock();
    kafka = new InMemoryKafka();
    admin = kafka.admin();
    known = new CreationFacts(clock);
  });
  const keysFor = (configs: Readonly<Record<string, string>>, name = "t"): Promise<ReadonlySet<string> | undefined> => {
    const signal = new AbortController().signal;
    const call: WriteCall = { signal, deadlineMs: 1_000, priority: "live", clusterId: kafka.clusterId };
    return known.configKeys({ name, configs }, admin, call);
  };
  const requests = (): number => kafka.requestCount("validateTopic");

  it("asks the broker once for all who want to know at the same time, and makes nothing", async () => {
    const answers = await Promise.all([keysFor({ "flush.ms": "1" }), keysFor({ bogus: "1" }, "u")]);
    expect(answers[0]).to.deep.equal(answers[1]);
    expect([...(answers[0] ?? [])])
      .to.include.members(["flush.ms", "retention.ms"])
      .and.not.to.include("bogus");
    expect(requests()).to.equal(1);
    expect(kafka.sideEffects).to.deep.equal([]);
  });

  it("asks nothing where a topic was read", async () => {
    known.learn(admin, ["flush.ms"]);
    expect([...((await keysFor({ "flush.ms": "1" })) ?? [])]).to.deep.equal(["flush.ms"]);
    expect([...((await keysFor({ bogus: "1" })) ?? [])]).to.deep.equal(["flush.ms"]);
    expect(requests()).to.equal(0);
  });

  it("asks anew for a key that is missing, but not at once: brokers may have been upgraded", async () => {
    known.learn(admin, ["of.an.old.broker"]);
    await clock.advance(60_000);
    expect(await keysFor({ "of.an.old.broker": "1" }), "what is known stays known").to.have.lengthOf(1);
    expect(requests()).to.equal(0);
    expect(await keysFor({ "flush.ms": "1" })).to.include("flush.ms");
    expect(requests()).to.equal(1);
  });

  it("tells nothing where the broker does not, and asks again the next time", async () => {
    kafka.denies = (verb) => verb === "validateTopic";
    expect(await keysFor({ bogus: "1" })).to.equal(undefined);
    kafka.denies = () => false;
    expect(await keysFor({ bogus: "1" })).to.include("flush.ms");
  });

  it("knows how many replicas a topic gets, after one question for all", async () => {
    kafka = new InMemoryKafka({ brokers: 3, defaultReplicationFactor: 2 });
    admin = kafka.admin();
    const call: WriteCall = {
      signal: new AbortController().signal,
      deadlineMs: 1_000,
      priority: "live",
      clusterId: kafka.clusterId,
    };
    const ask = (): Promise<number | undefined> =>
      known.defaultReplicationFactor({ name: "t", replicationFactor: 1, configs: {} }, admin, call);
    expect(await Promise.all([ask(), ask()])).to.deep.equal([2, 2]);
    await clock.advance(3_600_000);
    expect(await ask()).to.equal(2);
    expect(requests()).to.equal(1);
  });

  it("keeps clusters apart", async () => {
    known.learn(new InMemoryKafka().admin(), ["elsewhere"]);
    expect(await keysFor({ bogus: "1" })).not.to.include("elsewhere");
  });
});
