// The part of the KafkaAdmin contract about clusters and topics.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { Answer } from "../../src/kafka/model/failure.ts";
import { manyConfigs } from "./kafka-admin-config-values.ts";
import { call, eventually, type KafkaSuite, refusal, value } from "./kafka-admin-suite.ts";
import type { KafkaRelease } from "./kafka-release.ts";

export function itKeepsTheContractOfTopics(suite: () => KafkaSuite, release: KafkaRelease): void {
  describe("of a cluster", () => {
    it("tells its identity, brokers, release and what it can do", async () => {
      const cluster = value(await suite().admin.cluster(call()));
      expect(cluster).to.include({ id: suite().kafka.clusterId, version: release.version });
      expect(cluster.brokers.map(({ id }) => id)).to.deep.equal(suite().kafka.brokerIds);
      expect(cluster.capabilities).to.deep.equal(release.capabilities);
    });
  });

  describe("of topics", () => {
    it("creates what is asked for and tells its id", async () => {
      const name = suite().newName();
      const created = value(
        await suite().create({ name, partitions: 3, replicationFactor: suite().kafka.brokerIds.length }),
      );
      expect(created).to.include({ partitions: 3, replicationFactor: suite().kafka.brokerIds.length });
      const topic = await suite().seen(name);
      expect(topic).to.include({ name, id: created.id, isInternal: false });
      expect(topic.id).to.match(/^[-_A-Za-z0-9]{22}$/);
      expect(topic.partitions.map(({ index }) => index)).to.deep.equal([0, 1, 2]);
      expect(topic.partitions.map(({ replicas }) => replicas.toSorted((one, other) => one - other))).to.deep.equal(
        Array.from({ length: 3 }, () => suite().kafka.brokerIds),
      );
    });

    it("leaves numbers that are not given to the broker", async () => {
      expect(value(await suite().create({ name: suite().newName() }))).to.include({
        partitions: 1,
        replicationFactor: 1,
      });
    });

    it("lets a bad neighbour in the same turn fail alone, in the broker's words", async () => {
      const [taken, good, other] = [suite().newName(), suite().newName(), suite().newName()];
      await suite().made({ name: taken });
      const tooMany = suite().kafka.brokerIds.length + 1;
      const answers = await Promise.all([
        suite().create({ name: good }),
        suite().create({ name: taken }),
        suite().create({ name: "not legal" }),
        suite().create({ name: suite().newName(), configs: { bogus: "1" } }),
        suite().create({ name: suite().newName(), configs: { "retention.ms": "abc" } }),
        suite().create({ name: suite().newName(), replicationFactor: tooMany }),
        suite().create({ name: suite().newName(), replicationFactor: 0 }),
        suite().create({ name: suite().newName(), partitions: 0 }),
        suite().create({ name: "" }),
        suite().create({ name: ".." }),
        suite().create({ name: "x".repeat(250) }),
        suite().create({ name: other }),
      ]);
      expect([answers[0]?.status, answers.at(-1)?.status]).to.deep.equal(["ok", "ok"]);
      expect(answers.slice(1, -1).map(refusal)).to.deep.equal([
        { kind: "exists", code: 36, message: `Topic '${taken}' already exists.` },
        {
          kind: "invalid",
          code: 17,
          message:
            "Topic name is invalid: 'not legal' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'",
        },
        { kind: "invalid", code: 40, message: "Unknown topic config name: bogus" },
        {
          kind: "invalid",
          code: 40,
          message: "Invalid value abc for configuration retention.ms: Not a number of type LONG",
        },
        {
          kind: "invalid",
          code: 38,
          message:
            `Unable to replicate the partition ${tooMany} time(s): The target replication factor of ${tooMany} cannot be reached because ` +
            `only ${suite().kafka.brokerIds.length} broker(s)${release.tooManyReplicas}`,
        },
        {
          kind: "invalid",
          code: 38,
          message: "Replication factor must be larger than 0, or -1 to use the default value.",
        },
        { kind: "invalid", code: 37, message: "Number of partitions was set to an invalid non-positive value." },
        { kind: "invalid", code: 17, message: "Topic name is invalid: the empty string is not allowed" },
        { kind: "invalid", code: 17, message: "Topic name is invalid: '..' is not allowed" },
        {
          kind: "invalid",
          code: 17,
          message: `Topic name is invalid: the length of '${"x".repeat(250)}' is longer than the max allowed length 249`,
        },
      ]);
    });

    it("refuses names that collide after . and _, also when both are asked for in one turn", async () => {
      const base = suite().newName();
      const answers = await Promise.all([suite().create({ name: `${base}.b` }), suite().create({ name: `${base}_b` })]);
      expect(answers[0]?.status).to.equal("ok");
      expect(answers.slice(1).map(refusal)).to.deep.equal([
        { kind: "invalid", code: 17, message: `Topic '${base}_b' collides with existing topic: ${base}.b` },
      ]);
    });

    it("answers each of two creations of one name in one turn", async () => {
      const name = suite().newName();
      const answers = await Promise.all([suite().create({ name }), suite().create({ name })]);
      expect(answers.map(({ status }) => status)).to.deep.equal(["ok", "failed"]);
      expect(answers.slice(1).map(refusal)).to.deep.include({
        kind: "exists",
        code: 36,
        message: `Topic '${name}' already exists.`,
      });
    });

    it("creates topics of one turn in few requests, also when their configurations are many", async function () {
      this.timeout(60_000);
      const before = suite().kafka.requests("createTopic");
      const configs = Object.fromEntries(manyConfigs);
      const answers = await Promise.all([
        ...Array.from({ length: 600 }, () => suite().create({ name: suite().newName(), partitions: 1 })),
        ...Array.from({ length: 20 }, () => suite().create({ name: suite().newName(), partitions: 1, configs })),
      ]);
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set(["ok"]));
      expect(suite().kafka.requests("createTopic") - before).to.be.at.most(2);
    });

    it("tells of a topic that it makes all that a description tells: its id, its replicas, and every key with its source", async () => {
      const topic = {
        name: suite().newName(),
        partitions: 2,
        configs: { "flush.ms": "7", "cleanup.policy": "compact" },
      };
      const created = value(await suite().create(topic));
      const live = await eventually(
        () => suite().admin.describeConfigs({ kind: "topic", name: topic.name }, call()),
        (entries) => entries.length > 0,
      );
      const asTold = live.map(({ key, source, value: is }) => ({ key, source, value: is }));
      expect(created.configs).to.have.deep.members(asTold);
      expect([created.partitions, created.replicationFactor]).to.deep.equal([2, 1]);
    });

    it("judges a creation without making the topic", async () => {
      const [name, taken] = [suite().newName(), (await suite().made()).name];
      const validated = value(await suite().admin.validateTopic({ name, configs: {} }, suite().write()));
      const live = value(await suite().admin.describeConfigs({ kind: "topic", name: taken }, call()));
      expect(validated.configKeys, "the keys of a topic").to.deep.equal(live.map(({ key }) => key).toSorted());
      expect(validated.replicationFactor, "the brokers' default").to.equal(1);
      const bad = await suite().admin.validateTopic({ name, configs: { bogus: "1" } }, suite().write());
      expect(refusal(bad)).to.include({ kind: "invalid", code: 40 });
      const exists = await suite().admin.validateTopic({ name: taken, configs: {} }, suite().write());
      expect(refusal(exists)).to.include({ kind: "exists", code: 36 });
      expect(refusal(await suite().admin.describeTopic({ name }, call()))).to.include({ kind: "missing" });
    });

    it("grows partitions and refuses anything else", async () => {
      const { name } = await suite().made({ partitions: 3 });
      const grow = (count: number, of = name): Promise<Answer<void>> =>
        suite().admin.createPartitions({ name: of, count, currentCount: 3 }, suite().write());
      expect(refusal(await grow(3)).message).to.equal("Topic already has 3 partition(s).");
      expect(refusal(await grow(2))).to.deep.equal({
        kind: "invalid",
        code: 37,
        message: `The topic ${name} currently has 3 partition(s); 2 would not be an increase.`,
      });
      expect(refusal(await grow(4, suite().newName()))).to.include({ kind: "missing", code: 3 });
      expect(refusal(await grow(5004))).to.include({ kind: "invalid" });
      value(await grow(5));
      await eventually(
        () => suite().admin.describeTopic({ name }, call()),
        ({ partitions }) => partitions.length === 5,
      );
    });

    it("describes by name and by id in one turn, and says of each what is missing", async () => {
      const topic = await suite().made({ partitions: 2 });
      const [byName, byId, absent, foreign, illegal] = await Promise.all([
        suite().admin.describeTopic({ name: topic.name }, call()),
        suite().admin.describeTopic({ id: topic.id }, call()),
        suite().admin.describeTopic({ name: suite().newName() }, call()),
        suite().admin.describeTopic({ id: "AAAAAAAAAAAAAAAAAAAACQ" }, call()),
        suite().admin.describeTopic({ name: "not legal" }, call()),
      ]);
      expect([value(byName), value(byId)]).to.deep.equal([topic, topic]);
      expect(refusal(absent)).to.include({ kind: "missing", code: 3 });
      expect(refusal(foreign)).to.include({ kind: "missing", code: 100 });
      expect(refusal(illegal)).to.include({ kind: "invalid", code: 17 });
    });

    it("lists topics with their state", async () => {
      const topic = await suite().made({ partitions: 2 });
      const listed = value(await suite().admin.listTopics(call()));
      expect(listed.find(({ name }) => name === topic.name)).to.deep.equal(topic);
    });

    it("deletes by id, so that a namesake made since survives", async () => {
      const first = await suite().made();
      value(await suite().admin.deleteTopic({ id: first.id }, suite().write()));
      const second = value(await suite().create({ name: first.name }));
      expect(second.id).to.not.equal(first.id);
      expect(refusal(await suite().admin.deleteTopic({ id: first.id }, suite().write()))).to.include({
        kind: "missing",
        code: 100,
      });
      await eventually(
        () => suite().admin.describeTopic({ name: first.name }, call()),
        ({ id }) => id === second.id,
      );
    });
  });
}
