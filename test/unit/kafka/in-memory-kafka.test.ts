// What the in-memory Kafka can do that a real one will not do on demand: faults, lag, rights, throttling, outages.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { Call, KafkaAdmin, WriteCall } from "../../../src/kafka/admin.ts";
import { ok } from "../../../src/kafka/model/failure.ts";
import { FakeClock, settle } from "../../fakes/fake-clock.ts";
import type { Fault } from "../../fakes/in-memory-kafka/faults.ts";
import { InMemoryKafka } from "../../fakes/in-memory-kafka/in-memory-kafka.ts";

const signal = new AbortController().signal;

describe("The in-memory Kafka", () => {
  let clock: FakeClock;
  let kafka: InMemoryKafka;
  let admin: KafkaAdmin;
  let call: Call;
  let write: WriteCall;

  beforeEach(() => {
    clock = new FakeClock();
    kafka = new InMemoryKafka({ clock, brokers: 2 });
    admin = kafka.admin();
    call = { signal, deadlineMs: 1000, priority: "live" };
    write = { ...call, clusterId: kafka.clusterId };
  });

  const create = (name: string, by = admin): ReturnType<KafkaAdmin["createTopic"]> =>
    by.createTopic({ name, configs: {} }, write);

  for (const [when, effect, status, isMade] of [
    ["before", "unknown", "unknown", false],
    ["after", "unknown", "unknown", true],
    ["before", { kind: "other", name: "X", message: "no" }, "failed", false],
  ] as const) {
    it(`strikes the second write ${when} it is done with ${JSON.stringify(effect)}, and no other`, async () => {
      const fault: Fault = { at: 2, when, effect };
      const struck = kafka.admin({ fault });
      const answers = [await create("one", struck), await create("two", struck), await create("three", struck)];
      expect(answers.map((answer) => answer.status)).to.deep.equal(["ok", status, "ok"]);
      expect(kafka.topics.get("two") !== undefined).to.equal(isMade);
      expect(kafka.sideEffects.map(({ name }) => name)).to.deep.equal(
        isMade ? ["one", "two", "three"] : ["one", "three"],
      );
    });
  }

  for (const when of ["before", "after"] as const) {
    it(`lets the process die ${when} the k-th write, while another goes on with the same world`, async () => {
      const dying = kafka.admin({ fault: { at: 1, when, effect: "hang" } });
      const answers: unknown[] = [];
      void create("one", dying).then((answer) => answers.push(answer));
      await settle();
      void dying.describeTopic({ name: "one" }, call).then((answer) => answers.push(answer));
      await clock.advance(100_000);
      expect(answers).to.deep.equal([]);
      expect((await admin.describeTopic({ name: "one" }, call)).status).to.equal(when === "after" ? "ok" : "failed");
    });
  }

  it("shows creations and changes only after the lag, though the controller knows them at once", async () => {
    kafka = new InMemoryKafka({ clock, visibilityLagMs: 500 });
    admin = kafka.admin();
    write = { ...call, clusterId: kafka.clusterId };
    await create("t");
    expect((await admin.describeTopic({ name: "t" }, call)).status).to.equal("failed");
    expect((await create("t")).status).to.equal("failed");
    await clock.advance(500);
    expect((await admin.describeTopic({ name: "t" }, call)).status).to.equal("ok");
    const resource = { kind: "topic", name: "t" } as const;
    await admin.alterConfigs(resource, { set: { "retention.ms": "1000" }, unset: [] }, write);
    const retention = async (): Promise<string | null | undefined> => {
      const answer = await admin.describeConfigs(resource, call, ["retention.ms"]);
      return answer.status === "ok" ? answer.value[0]?.value : undefined;
    };
    expect(await retention()).to.equal("604800000");
    await clock.advance(500);
    expect(await retention()).to.equal("1000");
  });

  it("denies by verb and name, and leaves out of lists what may not be described", async () => {
    await create("open");
    await create("secret");
    kafka.denies = (verb, name) => verb === "describeTopic" && name === "secret";
    const denied = await admin.describeTopic({ name: "secret" }, call);
    expect(denied.status === "failed" && denied.failure).to.include({ kind: "denied", code: 29 });
    const listed = await admin.listTopics(call);
    expect(listed.status === "ok" && listed.value.map(({ name }) => name)).to.deep.equal(["open"]);
  });

  it("throttles writes, not reads", async () => {
    kafka.throttleMs = 700;
    const answer = await create("t");
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "busy", code: 89, throttleMs: 700 });
    expect((await admin.cluster(call)).status).to.equal("ok");
    expect(kafka.sideEffects).to.deep.equal([]);
  });

  it("refuses connections, or lets them hang until the deadline", async () => {
    kafka.network = "refused";
    const refused = await admin.cluster(call);
    expect(refused.status === "failed" && refused.failure).to.include({ kind: "unreachable", name: "ECONNREFUSED" });
    kafka.network = "hanging";
    const hanging = admin.cluster(call);
    await clock.advance(1000);
    const answer = await hanging;
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "unreachable", name: "ETIMEDOUT" });
    expect(kafka.requestCount()).to.equal(0);
  });

  it("moves leaders to living replicas, and leaves partitions without one leaderless", async () => {
    await admin.createTopic({ name: "t", partitions: 2, replicationFactor: 1, configs: {} }, write);
    await admin.createTopic({ name: "r", replicationFactor: 2, configs: {} }, write);
    kafka.stopBroker(1);
    const [single, replicated] = await Promise.all([
      admin.describeTopic({ name: "t" }, call),
      admin.describeTopic({ name: "r" }, call),
    ]);
    const leaders = (answer: typeof single): unknown =>
      answer.status === "ok" && answer.value.partitions.map(({ leader }) => leader);
    expect(leaders(single)).to.have.members([2, undefined]);
    expect(leaders(replicated)).to.deep.equal([2]);
    const offsets = await Promise.all(
      [0, 1].map((partition) => admin.listOffset({ topic: "t", partition }, "latest", call)),
    );
    expect(offsets.map(({ status }) => status).toSorted()).to.deep.equal(["failed", "ok"]);
  });

  it("gives a re-created topic another id, and tells a move by its target", async () => {
    await create("t");
    const before = kafka.topics.get("t")?.id;
    kafka.recreateTopic("t", { partitions: 1 });
    expect(kafka.topics.get("t")?.id).to.not.equal(before);
    kafka.reassign("t", 0, [1, 2]);
    const moving = await admin.listReassignments("t", call);
    expect(moving.status === "ok" && [...moving.value]).to.deep.equal([[0, [1, 2]]]);
    kafka.reassign("t", 0, undefined);
    const settled = await admin.describeTopic({ name: "t" }, call);
    expect(settled.status === "ok" && settled.value.partitions[0]?.replicas).to.deep.equal([1, 2]);
  });

  it("knows share groups by their type, and does not pretend to know their members", async () => {
    kafka.groups.join("s", "share");
    const answer = await admin.describeGroup("s", call);
    expect(answer).to.deep.equal(ok({ groupId: "s", type: "share", state: "Stable", members: [] }));
    const listed = await admin.listGroups(call);
    expect(listed.status === "ok" && listed.value.groups).to.deep.equal([
      { groupId: "s", type: "share", state: "Stable" },
    ]);
  });
});
