// The part of the KafkaAdmin contract about what an administrator changes of groups: their commits, and whether they are.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { CommittedOffset } from "../../src/kafka/model/offsets.ts";
import { call, eventually, type KafkaSuite, refusal, value } from "./kafka-admin-suite.ts";
import type { KafkaRelease } from "./kafka-release.ts";

async function leavesEmpty(suite: KafkaSuite, groupId: string): Promise<void> {
  await eventually(
    () => suite.admin.describeGroup(groupId, call()),
    ({ state }) => state === "Empty",
  );
}

/** Commits, once the coordinator's broker knows the topic. */
async function committed(suite: KafkaSuite, groupId: string, offset: CommittedOffset): Promise<void> {
  await eventually(
    () => suite.admin.commitOffset(groupId, offset, suite.write()),
    () => true,
  );
}

/** A group that has committed and is empty now. */
async function emptyGroup(
  suite: KafkaSuite,
  protocol: KafkaRelease["protocols"][number],
  topic: string,
): Promise<string> {
  const groupId = suite.newName();
  const member = await suite.kafka.startConsumer({ groupId, protocol, topic });
  await member.stop();
  await leavesEmpty(suite, groupId);
  return groupId;
}

function itCommits(suite: () => KafkaSuite, { protocols }: KafkaRelease): void {
  it("commits for a group that is not there, which makes an empty one", async () => {
    const { name: topic } = await suite().made({ partitions: 3 });
    const groupId = suite().newName();
    const offsets = [0, 1, 2].map((partition) => ({ topic, partition, offset: BigInt(partition * 10) }));
    await Promise.all(offsets.map((offset) => committed(suite(), groupId, offset)));
    expect(value(await suite().admin.fetchOffsets(groupId, call()))).to.have.deep.members(offsets);
    expect(value(await suite().admin.describeGroup(groupId, call()))).to.include({ type: "classic", state: "Empty" });
    const before = suite().kafka.requests("commitOffset");
    await Promise.all(offsets.map((offset) => suite().admin.commitOffset(groupId, offset, suite().write())));
    expect(suite().kafka.requests("commitOffset") - before, "requests for one group").to.equal(1);
  });

  for (const protocol of protocols) {
    it(`refuses to commit for a live group of the ${protocol} protocol, and takes it once it is empty`, async function () {
      this.timeout(60_000);
      const [{ name: topic }, { name: other }] = [await suite().made(), await suite().made()];
      const groupId = suite().newName();
      await suite().kafka.produce(topic, 0, [1_000_000, 2_000_000, 3_000_000]);
      const member = await suite().kafka.startConsumer({ groupId, protocol, topic });
      const refused = await Promise.all(
        // Also of a topic that no member reads.
        [topic, other].map((name) =>
          suite().admin.commitOffset(groupId, { topic: name, partition: 0, offset: 1n }, suite().write()),
        ),
      );
      for (const answer of refused) expect(refusal(answer)).to.include({ kind: "active", code: 25 });
      await member.stop();
      await leavesEmpty(suite(), groupId);
      await committed(suite(), groupId, { topic, partition: 0, offset: 1n });
      const commits = value(await suite().admin.fetchOffsets(groupId, call()));
      expect(commits).to.deep.equal([{ topic, partition: 0, offset: 1n }]);
      expect(value(await suite().admin.describeGroup(groupId, call())).type).to.equal(protocol);
    });
  }

  it("judges partition by partition, and takes offsets that no log has", async () => {
    const { name: topic } = await suite().made();
    const groupId = suite().newName();
    const commit = (commitTopic: string, partition: number, offset: bigint): Promise<unknown> =>
      suite()
        .admin.commitOffset(groupId, { topic: commitTopic, partition, offset }, suite().write())
        .then((answer) => (answer.status === "failed" ? answer.failure.kind : answer.status));
    await committed(suite(), groupId, { topic, partition: 0, offset: 1n });
    expect(
      await Promise.all([commit(topic, 0, 999_999n), commit(topic, 7, 1n), commit(suite().newName(), 0, 1n)]),
    ).to.deep.equal(["ok", "missing", "missing"]);
    expect(await commit(topic, 0, -5n)).to.equal("invalid");
    const commits = value(await suite().admin.fetchOffsets(groupId, call()));
    expect(commits).to.deep.equal([{ topic, partition: 0, offset: 999_999n }]);
    const nameless = await suite().admin.commitOffset("", { topic, partition: 0, offset: 1n }, suite().write());
    expect(refusal(nameless)).to.include({ kind: "invalid", code: 24 });
  });

  it("keeps what groups commit in one turn apart", async () => {
    const { name: topic } = await suite().made();
    const groups = [suite().newName(), suite().newName(), suite().newName()];
    await Promise.all(
      groups.map((groupId, index) => committed(suite(), groupId, { topic, partition: 0, offset: BigInt(index) })),
    );
    const commits = await Promise.all(groups.map((groupId) => suite().admin.fetchOffsets(groupId, call())));
    expect(commits.map((answer) => value(answer)[0]?.offset)).to.deep.equal([0n, 1n, 2n]);
  });
}

function itDeletes(suite: () => KafkaSuite, { protocols }: KafkaRelease): void {
  for (const protocol of protocols) {
    it(`deletes an empty group of the ${protocol} protocol with its offsets, never a live one`, async function () {
      this.timeout(60_000);
      const { name: topic } = await suite().made();
      const groupId = await emptyGroup(suite(), protocol, topic);
      await committed(suite(), groupId, { topic, partition: 0, offset: 0n });
      const member = await suite().kafka.startConsumer({ groupId, protocol, topic });
      expect(refusal(await suite().admin.deleteGroup(groupId, suite().write()))).to.include({
        kind: "active",
        code: 68,
      });
      await member.stop();
      await leavesEmpty(suite(), groupId);
      value(await suite().admin.deleteGroup(groupId, suite().write()));
      expect(refusal(await suite().admin.describeGroup(groupId, call()))).to.include({ kind: "missing", code: 69 });
      expect(value(await suite().admin.fetchOffsets(groupId, call()))).to.deep.equal([]);
    });
  }

  it("says of a group to delete that it is missing, without a neighbour", async () => {
    const { name: topic } = await suite().made();
    const [there, absent] = [suite().newName(), suite().newName()];
    await committed(suite(), there, { topic, partition: 0, offset: 0n });
    const [one, other, nameless] = await Promise.all(
      [there, absent, ""].map((groupId) => suite().admin.deleteGroup(groupId, suite().write())),
    );
    expect(one?.status).to.equal("ok");
    expect(other && refusal(other)).to.include({ kind: "missing", code: 69 });
    expect(nameless && refusal(nameless)).to.include({ kind: "invalid", code: 24 });
  });
}

export function itKeepsTheContractOfGroupWrites(suite: () => KafkaSuite, release: KafkaRelease): void {
  describe("of changes to groups", () => {
    itCommits(suite, release);
    itDeletes(suite, release);

    it("forgets the commits on a topic that was deleted, also when another of its name comes", async () => {
      const { name: topic, id } = await suite().made();
      const groupId = suite().newName();
      await committed(suite(), groupId, { topic, partition: 0, offset: 5n });
      value(await suite().admin.deleteTopic({ id }, suite().write()));
      await eventually(
        () => suite().admin.fetchOffsets(groupId, call()),
        (commits) => commits.length === 0,
      );
      await suite().made({ name: topic });
      expect(value(await suite().admin.fetchOffsets(groupId, call()))).to.deep.equal([]);
    });

    it("changes nothing of a group in a cluster other than the one that was judged", async () => {
      const { name: topic } = await suite().made();
      const groupId = suite().newName();
      const foreign = suite().write({ clusterId: "AAAAAAAAAAAAAAAAAAAAAA" });
      const offered = await suite().admin.commitOffset(groupId, { topic, partition: 0, offset: 0n }, foreign);
      await committed(suite(), groupId, { topic, partition: 0, offset: 3n });
      const deleted = await suite().admin.deleteGroup(groupId, foreign);
      expect([offered.status, deleted.status]).to.deep.equal(["notSent", "notSent"]);
      expect(value(await suite().admin.fetchOffsets(groupId, call()))).to.have.length(1);
    });

    it("knows a partition that transactions were written to", async function () {
      this.timeout(60_000);
      const { name: topic } = await suite().made({ partitions: 2, configs: { "retention.ms": "-1" } });
      await suite().kafka.produce(topic, 0, [1_000_000]);
      await suite().kafka.produceTransaction(topic, 1, [1_000_000, 2_000_000]);
      const asked = (partition: number): ReturnType<KafkaSuite["admin"]["hasTransactions"]> =>
        suite().admin.hasTransactions({ topic, partition }, call());
      const [plain, transactional] = await Promise.all([asked(0), asked(1)]);
      expect([value(plain), value(transactional)]).to.deep.equal([false, true]);
      // Its marker takes an offset: two records end at three.
      await eventually(
        () => suite().admin.listOffset({ topic, partition: 1 }, "latest", call()),
        ({ offset }) => offset === 3n,
      );
      expect(value(await asked(1)), "after the marker").to.equal(true);
      expect(refusal(await asked(2))).to.include({ kind: "missing" });
    });
  });
}
