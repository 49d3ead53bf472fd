// The table of rights (src/kafka/rights.ts) on a real broker with an authorizer: all of it is enough for every verb of the
// port, each row is needed by the verbs that it names, and the denial names the row.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { AclBinding } from "../../src/kafka/model/acl.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { RIGHTS, type Right } from "../../src/kafka/rights.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually as becomes } from "../environment/eventually.ts";
import { startGuardedKafka, type GuardedKafka } from "../environment/guarded-kafka.ts";
import { call, eventually, value } from "./kafka-admin-suite.ts";

const USER = "operator";
type Verb = Exclude<keyof KafkaAdmin, "close">;

/** What Kafka counts as granted with another right. */
const IMPLIED_BY: Readonly<Record<string, readonly string[]>> = {
  Describe: ["Read", "Delete", "Alter"],
  DescribeConfigs: ["AlterConfigs"],
};

const BINDING: AclBinding = {
  resourceType: "topic",
  resourceName: "t",
  patternType: "literal",
  principal: "User:somebody",
  host: "*",
  operation: "Read",
  permission: "allow",
};

describe("The rights that the operator needs", function () {
  this.timeout(60_000);
  let kafka: GuardedKafka;
  let operator: KafkaAdmin;
  let root: KafkaAdmin;
  let names = 0;

  before(async () => {
    kafka = await startGuardedKafka([USER]);
    const options = { clientId: "rights", clock: systemClock, mayWrite: () => true };
    const { cluster } = kafka;
    root = connectKafka({
      ...options,
      bootstrapServers: cluster.bootstrapServers,
      security: { protocol: "PLAINTEXT" },
    });
    operator = connectKafka({
      ...options,
      bootstrapServers: kafka.saslServers,
      security: kafka.securityOf(USER),
    });
    await kafka.grant(USER, RIGHTS);
    for (const name of ["there", "read"]) {
      value(await root.createTopic({ name, configs: {} }, writing()));
      await seen(name);
    }
    const commit = { topic: "there", partition: 0, offset: 0n };
    await becomes(
      () => root.commitOffset("there", commit, writing()),
      (answer) => expect(answer.status).to.equal("ok"),
    );
  });
  after(async () => {
    await Promise.all([operator.close(), root.close()]);
    await kafka[Symbol.asyncDispose]();
  });

  const writing = (): ReturnType<typeof call> & { clusterId: string } => ({
    ...call(),
    clusterId: kafka.cluster.clusterId,
  });
  const seen = (name: string): Promise<{ readonly id: string }> =>
    eventually(
      () => root.describeTopic({ name }, call()),
      () => true,
    );
  const newName = (): string => `new-${(names += 1)}`;
  const newTopic = async (): Promise<string> => {
    const name = newName();
    value(await root.createTopic({ name, configs: {} }, writing()));
    return (await seen(name)).id;
  };
  const newGroup = async (): Promise<string> => {
    const groupId = newName();
    value(await root.commitOffset(groupId, { topic: "there", partition: 0, offset: 0n }, writing()));
    return groupId;
  };
  const partition = { topic: "there", partition: 0 };
  const change = { set: { "retention.ms": "1000000" }, unset: [] };
  const groupChange = { set: { "consumer.session.timeout.ms": "50000" }, unset: [] };

  /** One call of each verb, on the resource that a right is about. */
  const calls: Readonly<Record<Verb, (resource: Right["resource"]) => Promise<Answer<unknown>>>> = {
    cluster: () => operator.cluster(call()),
    describeTopic: () => operator.describeTopic({ name: "there" }, call()),
    listTopics: () => operator.listTopics(call()),
    createTopic: () => operator.createTopic({ name: newName(), configs: {} }, writing()),
    validateTopic: () => operator.validateTopic({ name: newName(), configs: {} }, writing()),
    createPartitions: async () => {
      const { partitions } = value(await root.describeTopic({ name: "there" }, call()));
      const currentCount = partitions.length;
      return operator.createPartitions({ name: "there", count: currentCount + 1, currentCount }, writing());
    },
    deleteTopic: async () => operator.deleteTopic({ id: await newTopic() }, writing()),
    describeConfigs: (kind) => operator.describeConfigs({ kind: kindOf(kind), name: "there" }, call()),
    alterConfigs: (kind) =>
      operator.alterConfigs({ kind: kindOf(kind), name: "there" }, kind === "group" ? groupChange : change, writing()),
    listOffset: () => operator.listOffset(partition, "latest", call()),
    hasTransactions: () => operator.hasTransactions(partition, call()),
    deleteRecords: () => operator.deleteRecords({ ...partition, topic: "read" }, 0n, writing()),
    describeLogDirs: () => operator.describeLogDirs("there", call()),
    listReassignments: () => operator.listReassignments("there", call()),
    listGroups: () => operator.listGroups(call()),
    describeGroup: () => operator.describeGroup("there", call()),
    fetchOffsets: () => operator.fetchOffsets("there", call()),
    commitOffset: () => operator.commitOffset(newName(), { ...partition, offset: 0n }, writing()),
    deleteGroup: async () => operator.deleteGroup(await newGroup(), writing()),
    describeAcls: () => operator.describeAcls(call()),
    createAcl: () => operator.createAcl(BINDING, writing()),
    deleteAcl: () => operator.deleteAcl(BINDING, writing()),
  };

  it("suffice together for every verb of the port", async () => {
    for (const resource of ["topic", "group"] as const) {
      for (const [verb, ask] of Object.entries(calls)) {
        await becomes(
          () => ask(resource),
          (answer) => expect(answer.status, `${verb} ${resource}: ${JSON.stringify(answer, plain)}`).to.equal("ok"),
        );
      }
    }
  });

  for (const right of RIGHTS) {
    const { resource, operation, verbs } = right;
    it(`include ${operation} on ${resource}: its lack is named, and nothing reads as absent`, async () => {
      const implying = IMPLIED_BY[operation] ?? [];
      const taken = RIGHTS.filter(
        (other) => other === right || (other.resource === resource && implying.includes(other.operation)),
      );
      await kafka.revoke(USER, taken);
      try {
        for (const verb of verbs) {
          const denied = await becomes(
            () => calls[verb](resource),
            (answer) => expect(answer, verb).to.have.nested.property("failure.kind", "denied"),
          );
          const message = denied.status === "failed" ? denied.failure.message : "";
          expect(message, verb).to.match(
            new RegExp(`^The operator's user has no right to ${operation} on (the cluster|${resource} ("|with id ))`),
          );
        }
        if (resource === "cluster") await tellsItself(operation, operation !== "Describe");
      } finally {
        await kafka.grant(USER, taken);
      }
      for (const verb of verbs) {
        await becomes(
          () => calls[verb](resource),
          (answer) => expect(answer.status, verb).to.equal("ok"),
        );
      }
    });
  }

  /** What the cluster answers about our own rights on it. */
  async function tellsItself(operation: string, tellsOthers: boolean): Promise<void> {
    await becomes(
      () => operator.cluster(call()),
      (answer) => {
        const { operations } = value(answer);
        expect(operations).to.not.include(operation);
        if (tellsOthers) expect(operations).to.include("Describe");
        else expect(operations).to.deep.equal([]);
      },
    );
  }

  it("of a bus that is only read let nothing be changed", async () => {
    const written = RIGHTS.filter(({ need }) => need !== "always");
    await kafka.revoke(USER, written);
    try {
      const reads: Verb[] = ["cluster", "describeTopic", "listTopics", "listOffset", "describeLogDirs", "listGroups"];
      reads.push("listReassignments", "describeGroup", "fetchOffsets", "describeConfigs");
      const writes: Verb[] = ["createTopic", "createPartitions", "deleteTopic", "alterConfigs", "commitOffset"];
      for (const resource of ["topic", "group"] as const) {
        for (const verb of reads) expect((await calls[verb](resource)).status, verb).to.equal("ok");
        for (const verb of [...writes, "deleteGroup" as const]) {
          await becomes(
            () => calls[verb](resource),
            (answer) => expect(answer, verb).to.have.nested.property("failure.kind", "denied"),
          );
        }
      }
    } finally {
      await kafka.grant(USER, written);
    }
  });

  const groups = async (): Promise<readonly string[]> =>
    value(await operator.listGroups(call())).groups.map(({ groupId }) => groupId);

  it("leave groups out of the list of whom the cluster may not be described, without a word", async () => {
    const taken = RIGHTS.filter(
      ({ resource, operation }) => resource === "group" || (resource === "cluster" && operation !== "DescribeConfigs"),
    );
    expect(await groups()).to.include("there");
    await kafka.revoke(USER, taken);
    try {
      await becomes(groups, (ids) => expect(ids).to.deep.equal([]));
    } finally {
      await kafka.grant(USER, taken);
    }
  });
});

function kindOf(resource: Right["resource"]): "topic" | "group" {
  return resource === "group" ? "group" : "topic";
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
