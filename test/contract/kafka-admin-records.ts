// The part of the KafkaAdmin contract about offsets, records and their bytes.

import { expect } from "chai";
import { describe, it } from "mocha";

import { call, eventually, type KafkaSuite, refusal, value } from "./kafka-admin-suite.ts";

export function itKeepsTheContractOfRecords(suite: () => KafkaSuite): void {
  describe("of records", () => {
    it("finds the ends of a log and the first record at or after a time", async () => {
      const { name } = await suite().made({ partitions: 2, configs: { "retention.ms": "-1" } });
      await suite().kafka.produce(name, 1, [1_000_000, 2_000_000, 3_000_000]);
      const partition = { topic: name, partition: 1 };
      const at = async (when: "earliest" | "latest" | number): Promise<bigint | undefined> =>
        value(await suite().admin.listOffset(partition, when, call())).offset;
      expect(
        await Promise.all([at("earliest"), at("latest"), at(1_000_001), at(2_000_000), at(3_000_001)]),
      ).to.deep.equal([0n, 3n, 1n, 1n, undefined]);
      const other = await suite().admin.listOffset({ topic: name, partition: 0 }, "latest", call());
      expect(value(other)).to.deep.equal({ offset: 0n });
    });

    it("moves the start of a log, never beyond its end", async () => {
      const { name } = await suite().made({ configs: { "retention.ms": "-1" } });
      await suite().kafka.produce(name, 0, [1, 2, 3, 4]);
      const partition = { topic: name, partition: 0 };
      const earliest = async (): Promise<bigint | undefined> =>
        value(await suite().admin.listOffset(partition, "earliest", call())).offset;
      expect(refusal(await suite().admin.deleteRecords(partition, 5n, suite().write()))).to.include({
        kind: "invalid",
        code: 1,
      });
      value(await suite().admin.deleteRecords(partition, 3n, suite().write()));
      expect(await earliest()).to.equal(3n);
      value(await suite().admin.deleteRecords(partition, undefined, suite().write()));
      expect(await earliest()).to.equal(4n);
    });

    it("says what is missing", async () => {
      const { name } = await suite().made();
      const answers = await Promise.all([
        suite().admin.listOffset({ topic: suite().newName(), partition: 0 }, "latest", call()),
        suite().admin.listOffset({ topic: name, partition: 7 }, "latest", call()),
        suite().admin.deleteRecords({ topic: suite().newName(), partition: 0 }, undefined, suite().write()),
        suite().admin.describeLogDirs(suite().newName(), call()),
      ]);
      expect(answers.map((answer) => refusal(answer).kind)).to.deep.equal(Array.from({ length: 4 }, () => "missing"));
    });

    it("tells the bytes of each partition, of each of its replicas", async () => {
      const replicationFactor = suite().kafka.brokerIds.length;
      const { name } = await suite().made({ partitions: 2, replicationFactor });
      await suite().kafka.produce(name, 0, [1, 2, 3]);
      const sizes = await eventually(
        () => suite().admin.describeLogDirs(name, call()),
        (found) => found.get(0)?.length === replicationFactor && found.get(0)?.every((bytes) => bytes > 0n) === true,
      );
      expect(sizes.get(1)).to.deep.equal(Array.from({ length: replicationFactor }, () => 0n));
      expect([...sizes.keys()]).to.have.members([0, 1]);
    });

    it("names no moving partition where none moves", async () => {
      const { name } = await suite().made();
      expect(value(await suite().admin.listReassignments(name, call())).size).to.equal(0);
    });

    it("names the target of a partition that moves, whose replicas are those from before and after together", async () => {
      const { brokerIds } = suite().kafka;
      // There is nowhere to move to from the only broker.
      if (brokerIds.length === 1) return;
      const { name, partitions } = await suite().made({ partitions: 2, replicationFactor: 1 });
      const before = partitions[1]?.replicas ?? [];
      const target = brokerIds.filter((id) => !before.includes(id)).slice(0, 1);
      await suite().kafka.reassign(name, 1, target);
      const moving = await eventually(
        () => suite().admin.describeTopic({ name }, call()),
        (topic) => topic.partitions[1]?.replicas.length === 2,
      );
      expect(moving.partitions[1]?.replicas).to.have.members([...before, ...target]);
      const targets = value(await suite().admin.listReassignments(name, call()));
      expect([...targets]).to.deep.equal([[1, target]]);
      await suite().kafka.reassign(name, 1, undefined);
    });
  });
}
