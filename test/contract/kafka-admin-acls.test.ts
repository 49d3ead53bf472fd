// The part of the KafkaAdmin contract about access control lists, on a real Kafka with an authorizer and on the in-memory
// one.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import { aclKey, type AclBinding } from "../../src/kafka/model/acl.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { RequestEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually } from "../environment/eventually.ts";
import { startGuardedKafka } from "../environment/guarded-kafka.ts";
import { startKafka } from "../environment/kafka.ts";
import { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import { call, refusal, value } from "./kafka-admin-suite.ts";

interface UnderTest {
  readonly admin: KafkaAdmin;
  readonly clusterId: string;
  /** Requests that made ACLs. */
  created(): number;
  stop(): Promise<void>;
}

async function startReal(): Promise<UnderTest> {
  const kafka = await startGuardedKafka([]);
  const requests: RequestEvent[] = [];
  const admin = connect(kafka.cluster.bootstrapServers, (event) => requests.push(event));
  return {
    admin,
    clusterId: kafka.cluster.clusterId,
    created: () => requests.filter(({ api }) => api === "CreateAcls").length,
    stop: async () => {
      await admin.close();
      await kafka[Symbol.asyncDispose]();
    },
  };
}

async function startInMemory(): Promise<UnderTest> {
  const kafka = new InMemoryKafka();
  const admin = kafka.admin();
  return {
    admin,
    clusterId: kafka.clusterId,
    created: () => kafka.requestCount("createAcl"),
    stop: () => admin.close(),
  };
}

function keysOf(bindings: readonly AclBinding[]): string[] {
  return bindings.map(aclKey).toSorted();
}

function connect(bootstrapServers: readonly string[], onRequest: (event: RequestEvent) => void = () => {}): KafkaAdmin {
  return connectKafka({
    bootstrapServers,
    security: { protocol: "PLAINTEXT" },
    clientId: "acls",
    clock: systemClock,
    mayWrite: () => true,
    observer: { onRequest },
  });
}

function binding(more: Partial<AclBinding> = {}): AclBinding {
  return {
    resourceType: "topic",
    resourceName: "orders",
    patternType: "literal",
    principal: "User:billing",
    host: "*",
    operation: "Write",
    permission: "allow",
    ...more,
  };
}

for (const [name, start] of [
  ["A real Kafka with an authorizer", startReal],
  ["The in-memory Kafka", startInMemory],
] as const) {
  describe(`${name}, asked for its ACLs`, function () {
    this.timeout(60_000);
    let kafka: UnderTest;
    before(async () => {
      kafka = await start();
    });
    after(() => kafka.stop());
    const write = () => ({ ...call(), clusterId: kafka.clusterId });
    const holds = (bindings: readonly AclBinding[]): Promise<unknown> =>
      eventually(
        () => kafka.admin.describeAcls(call()),
        (answer) => expect(keysOf(value(answer))).to.deep.equal(keysOf(bindings)),
      );
    /** All that might be mistaken for one another. */
    const kinds: readonly AclBinding[] = [
      binding(),
      binding({ operation: "Describe" }),
      binding({ patternType: "prefixed" }),
      binding({ resourceName: "*" }),
      binding({ resourceName: "order" }),
      binding({ resourceType: "group" }),
      binding({ resourceType: "cluster", resourceName: "kafka-cluster", operation: "DescribeConfigs" }),
      binding({ principal: "User:CN=billing,OU=shop" }),
      binding({ principal: "User:*" }),
      binding({ host: "10.0.0.1" }),
      binding({ permission: "deny" }),
    ];

    it("makes what it is asked for, in one request for one turn, and tells all of it in the same words", async () => {
      await holds([]);
      const before = kafka.created();
      const answers = await Promise.all(kinds.map((one) => kafka.admin.createAcl(one, write())));
      expect(answers.map(({ status }) => status)).to.deep.equal(kinds.map(() => "ok"));
      expect(kafka.created() - before).to.equal(1);
      await holds(kinds);
    });

    it("leaves one that is there as it is", async () => {
      value(await kafka.admin.createAcl(binding(), write()));
      await holds(kinds);
    });

    it("takes away exactly the one that is named, whatever resembles it", async () => {
      const left = [...kinds];
      while (left.length > 1) {
        const [gone] = left.splice(0, 1);
        value(await kafka.admin.deleteAcl(gone ?? binding(), write()));
        await holds(left);
      }
      // Gone already is as good.
      value(await kafka.admin.deleteAcl(binding(), write()));
      await holds(left);
      await kafka.admin.deleteAcl(left[0] ?? binding(), write());
      await holds([]);
    });

    it("judges one by one, and refuses what a filter would take for any", async () => {
      const wanted = binding({ resourceName: "judged" });
      const [good, nobody, anything] = await Promise.all([
        kafka.admin.createAcl(wanted, write()),
        kafka.admin.createAcl(binding({ principal: "billing" }), write()),
        kafka.admin.createAcl(binding({ resourceType: "cluster", resourceName: "another" }), write()),
      ]);
      expect(good.status).to.equal("ok");
      expect(refusal(nobody)).to.include({ kind: "invalid", code: 42 });
      expect(refusal(nobody).message).to.include("billing");
      expect(refusal(anything)).to.include({ kind: "invalid", code: 42 });
      for (const part of ["resourceName", "principal", "host"] as const) {
        const empty = binding({ [part]: "" });
        expect(refusal(await kafka.admin.deleteAcl(empty, write())), part).to.include({ kind: "invalid" });
        expect(refusal(await kafka.admin.createAcl(empty, write())), part).to.include({ kind: "invalid" });
      }
      await holds([wanted]);
      value(await kafka.admin.deleteAcl(wanted, write()));
    });

    it("changes nothing in a cluster other than the one that was judged", async () => {
      const foreign = { ...write(), clusterId: "AAAAAAAAAAAAAAAAAAAAAA" };
      expect((await kafka.admin.createAcl(binding(), foreign)).status).to.equal("notSent");
      value(await kafka.admin.createAcl(binding(), write()));
      await holds([binding()]);
      expect((await kafka.admin.deleteAcl(binding(), foreign)).status).to.equal("notSent");
      await holds([binding()]);
    });
  });
}

describe("A Kafka without an authorizer, asked for its ACLs", function () {
  this.timeout(60_000);

  it("says that it has none", async () => {
    await using real = await startKafka();
    const inMemory = new InMemoryKafka();
    inMemory.acls.hasAuthorizer = false;
    for (const [admin, clusterId] of [
      [connect(real.bootstrapServers), real.clusterId],
      [inMemory.admin(), inMemory.clusterId],
    ] as const) {
      const write = { ...call(), clusterId };
      for (const answer of [
        await admin.describeAcls(call()),
        await admin.createAcl(binding(), write),
        await admin.deleteAcl(binding(), write),
      ]) {
        expect(refusal(answer)).to.include({ kind: "unsupported", code: 54 });
      }
      await admin.close();
    }
  });
});
