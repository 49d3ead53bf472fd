// The part of the KafkaAdmin contract about the call itself: aborts, permission, identity, close.

import { expect } from "chai";
import { describe, it } from "mocha";

import { call, type KafkaSuite, refusal } from "./kafka-admin-suite.ts";

async function expectAbsent(suite: KafkaSuite, name: string): Promise<void> {
  expect(refusal(await suite.admin.describeTopic({ name }, call()))).to.include({ kind: "missing" });
}

export function itKeepsTheContractOfCalls(suite: () => KafkaSuite): void {
  describe("of calls", () => {
    it("drops what was aborted before it was sent", async () => {
      const name = suite().newName();
      const controller = new AbortController();
      const answer = suite().admin.createTopic({ name, configs: {} }, suite().write({ signal: controller.signal }));
      const neighbour = suite().create({ name: suite().newName() });
      controller.abort();
      expect((await answer).status).to.equal("notSent");
      expect((await neighbour).status).to.equal("ok");
      const late = await suite().admin.createTopic({ name, configs: {} }, suite().write({ signal: controller.signal }));
      expect(late.status).to.equal("notSent");
      await expectAbsent(suite(), name);
    });

    it("writes nothing while the permission is withheld, asked at the last moment", async () => {
      let isPermitted = false;
      const asked: string[] = [];
      const mayWrite = (clusterId: string): boolean => {
        asked.push(clusterId);
        return isPermitted;
      };
      const other = suite().kafka.connect({ mayWrite });
      try {
        const [one, two] = [suite().newName(), suite().newName()];
        const answers = await Promise.all(
          [one, two].map((name) => other.createTopic({ name, configs: {} }, suite().write())),
        );
        expect(answers.map(({ status }) => status)).to.deep.equal(["notSent", "notSent"]);
        expect(asked).to.deep.equal([suite().kafka.clusterId]);
        expect((await other.describeTopic({ name: one }, call())).status).to.equal("failed");
        const permitted = other.createTopic({ name: two, configs: {} }, suite().write());
        isPermitted = true;
        expect((await permitted).status).to.equal("ok");
        await expectAbsent(suite(), one);
      } finally {
        await other.close();
      }
    });

    it("writes nothing to a cluster other than the one that was judged", async () => {
      const name = suite().newName();
      const [foreign, own] = await Promise.all([
        suite().admin.createTopic({ name, configs: {} }, suite().write({ clusterId: "AAAAAAAAAAAAAAAAAAAAAA" })),
        suite().create({ name: suite().newName() }),
      ]);
      expect([foreign.status, own.status]).to.deep.equal(["notSent", "ok"]);
      await expectAbsent(suite(), name);
    });

    it("answers after it was closed, and closes twice", async () => {
      const other = suite().kafka.connect();
      const underWay = other.createTopic({ name: suite().newName(), configs: {} }, suite().write());
      await other.close();
      await other.close();
      expect((await underWay).status).to.equal("notSent");
      const answers = await Promise.all([
        other.cluster(call()),
        other.createTopic({ name: suite().newName(), configs: {} }, suite().write()),
        other.listGroups(call()),
      ]);
      expect(answers.map(({ status }) => status)).to.deep.equal(["notSent", "notSent", "notSent"]);
    });
  });
}
