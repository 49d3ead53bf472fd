// The part of the KafkaAdmin contract about groups of both protocols and their commits.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { Answer } from "../../src/kafka/model/failure.ts";
import type { CommittedOffset } from "../../src/kafka/model/offsets.ts";
import { call, eventually, type KafkaSuite, refusal, value } from "./kafka-admin-suite.ts";
import type { KafkaRelease } from "./kafka-release.ts";

export function itKeepsTheContractOfGroups(suite: () => KafkaSuite, release: KafkaRelease): void {
  describe("of groups", () => {
    for (const protocol of release.protocols) {
      it(`describes a live group of the ${protocol} protocol, and once it is empty`, async function () {
        this.timeout(60_000);
        const [{ name: topic }, groupId] = [await suite().made({ partitions: 2 }), suite().newName()];
        const member = await suite().kafka.startConsumer({ groupId, protocol, topic });
        const live = await eventually(
          () => suite().admin.describeGroup(groupId, call()),
          ({ state }) => state === "Stable",
        );
        expect(live).to.include({ groupId, type: protocol });
        expect(live.members).to.have.length(1);
        expect(live.members[0]?.assignment).to.have.deep.members([
          { topic, partition: 0 },
          { topic, partition: 1 },
        ]);
        const { groups, isPartial } = value(await suite().admin.listGroups(call()));
        expect(groups).to.deep.include({ groupId, type: protocol, state: "Stable" });
        expect(isPartial).to.equal(false);
        await member.stop();
        const left = await eventually(
          () => suite().admin.describeGroup(groupId, call()),
          ({ state }) => state === "Empty",
        );
        expect(left.members).to.deep.equal([]);
      });
    }

    it("reads what groups have committed, on all topics", async () => {
      const [{ name: one }, { name: other }] = [await suite().made({ partitions: 2 }), await suite().made()];
      const groups = [suite().newName(), suite().newName(), suite().newName()] as const;
      await suite().kafka.commit(groups[0], [
        { topic: one, partition: 1, offset: 5n },
        { topic: other, partition: 0, offset: 7n },
      ]);
      await suite().kafka.commit(groups[1], [{ topic: one, partition: 0, offset: 0n }]);
      const [first, second, absent] = await Promise.all(
        groups.map((group) => suite().admin.fetchOffsets(group, call())),
      );
      expect(first && value(first)).to.have.deep.members([
        { topic: one, partition: 1, offset: 5n },
        { topic: other, partition: 0, offset: 7n },
      ]);
      expect(second && value(second)).to.deep.equal([{ topic: one, partition: 0, offset: 0n }]);
      expect(absent && value(absent)).to.deep.equal([]);
    });

    it("reads the commits of many groups with one request to each coordinator", async () => {
      const { name: topic } = await suite().made();
      const groups = Array.from({ length: 30 }, () => suite().newName());
      await Promise.all(groups.map((groupId) => suite().kafka.commit(groupId, [{ topic, partition: 0, offset: 4n }])));
      const read = (): Promise<Answer<readonly CommittedOffset[]>[]> =>
        Promise.all(groups.map((groupId) => suite().admin.fetchOffsets(groupId, call())));
      // Coordinators are known from here on.
      (await read()).forEach(value);
      const before = suite().kafka.requests("fetchOffsets");
      for (const answer of await read()) expect(value(answer)).to.deep.equal([{ topic, partition: 0, offset: 4n }]);
      expect(suite().kafka.requests("fetchOffsets") - before).to.be.at.most(suite().kafka.brokerIds.length);
    });

    it("says of a group that is not there that it is missing", async () => {
      expect(refusal(await suite().admin.describeGroup(suite().newName(), call()))).to.include({
        kind: "missing",
        code: 69,
      });
      expect(refusal(await suite().admin.describeGroup("", call()))).to.include(release.emptyGroupId);
    });
  });
}
