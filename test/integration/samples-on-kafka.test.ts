// The samples for the systems that the operator serves, provisioned on a real Kafka (DOMAIN: B, D, E). The data platform (C)
// is what demo and end-to-end tests apply, aggregates (A) what docs/consumer-groups.md applies.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { secretOf } from "../environment/bindings-under-test.ts";
import { eventually } from "../environment/eventually.ts";
import { condition } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { applySample } from "../environment/sample-sets.ts";
import { ready } from "../environment/topic-expectations.ts";

const DAY_MS = 86_400_000;
/** Topics of the samples that have no id of this test in their names: other tests on the same Kafka must not find them. */
const NAMED = /^(ledger|audit|orders|shipping|tracking)\./;

describe("The sample", function () {
  this.timeout(60_000);
  let operator: OperatorUnderTest;
  before(async () => {
    operator = await startOperatorUnderTest({ createsBus: false });
  });
  after(async () => {
    await operator.stop();
    const names = (await operator.probe.listTopics()).filter((name) => NAMED.test(name));
    await Promise.all(names.map((name) => operator.probe.deleteTopic(name)));
  });

  async function partitions(topicName: string): Promise<number | undefined> {
    return (await operator.probe.describeTopic(topicName))?.partitions.length;
  }
  /** Brokers may need a moment to show a topic that was just made. */
  async function configured(topicName: string, expected: Readonly<Record<string, string>>): Promise<void> {
    await eventually(
      () => operator.probe.topicConfig(topicName).catch(() => ({})),
      (config) => expect(config).to.include(expected),
    );
  }
  async function binding(name: string, key: string): Promise<string> {
    await eventually(() => operator.group(name), condition("BindingReady", "True/Current"));
    return (await secretOf(operator, `${name}-kafka`))?.content[key] ?? "";
  }

  describe("event-store", () => {
    before(() => applySample(operator, "event-store", "event-store"));

    it("makes a stream under a name of its own, kept for good, and its dead letters with it", async () => {
      const { status } = await eventually(() => operator.topic("ledger-stream"), ready("True", "Created"));
      expect(status).to.deep.include({ topicName: "ledger.stream", partitions: 6 });
      expect(status?.deadLetters?.map(({ topicName }) => topicName)).to.deep.equal(["ledger.stream.dlq"]);
      await configured("ledger.stream", { "retention.ms": "-1", "compression.type": "producer" });
      await configured("ledger.stream.dlq", {
        "message.timestamp.type": "LogAppendTime",
        "cleanup.policy": "delete",
        "retention.ms": String(30 * DAY_MS),
      });
      expect(await partitions("ledger.stream.dlq")).to.equal(6);
    });

    it("binds its handlers to stream and dead letters, and whoever reads the latter", async () => {
      expect(await binding("ledger-handlers", "topics")).to.equal("ledger.stream");
      const settings = await binding("ledger-handlers", "kafkajs.json");
      expect(settings).to.include("ledger.stream.dlq");
      await eventually(
        () => operator.group("ledger-dead-letters"),
        (group) => {
          condition("TopicsResolved", "True/Resolved")(group);
          expect(group.status?.topics?.map(({ topic }) => topic)).to.deep.equal(["ledger.stream.dlq"]);
        },
      );
    });
  });

  describe("streaming-gateway", () => {
    before(() => applySample(operator, "streaming-gateway", "gateway"));

    it("computes partitions from throughput and consumers, and chooses retention by name", async () => {
      const expected = [
        { topic: "request-events", name: "request.events", partitions: 10, days: 7, domain: operator.id },
        { topic: "request-raw", name: "request.raw", partitions: 12, days: 30, domain: operator.id },
      ];
      for (const { topic, name, days, domain, ...size } of expected) {
        const { status } = await eventually(() => operator.topic(`${domain}-${topic}`), ready("True", "Created"));
        expect(status).to.deep.include({ topicName: `${domain}.${name}`, ...size });
        await configured(`${domain}.${name}`, {
          "retention.ms": String(days * DAY_MS),
          "unclean.leader.election.enable": "false",
        });
      }
    });

    it("keeps an audit log longer than its class, as its bounds permit, but not shorter", async () => {
      const { status } = await eventually(() => operator.topic("audit-access-log"), ready("True", "Created"));
      expect(status?.retentionPolicy?.name).to.equal(operator.policyName("audit-logs"));
      await configured("audit.access.log", { "retention.ms": String(365 * DAY_MS) });
      await operator.patchTopic("audit-access-log", { spec: { retention: { time: "30d" } } });
      await eventually(() => operator.topic("audit-access-log"), ready("False", "PolicyViolation"));
      await configured("audit.access.log", { "retention.ms": String(365 * DAY_MS) });
    });

    it("has four purposes in four groups, each with offsets of its own", async () => {
      const { id, probe } = operator;
      for (const purpose of ["event-processor", "analytics", "audit", "backup"]) {
        await eventually(() => operator.group(`${id}-${purpose}`), condition("TopicsResolved", "True/Resolved"));
      }
      await eventually(
        () => probe.committedOffsets(`${id}-backup`),
        (offsets) => expect(offsets.filter(({ topic }) => topic === `${id}.request.raw`)).to.have.length(12),
      );
      await eventually(
        () => probe.committedOffsets(`${id}-analytics`),
        (offsets) => expect(offsets).to.have.length(10),
      );
    });
  });

  describe("services", () => {
    before(() => applySample(operator, "services", "services"));

    it("sizes topics by class", async () => {
      const sizes = { "orders.order.placed": 3, "shipping.parcel.moved": 10, "tracking.page.viewed": 30 };
      for (const [topicName, count] of Object.entries(sizes)) {
        await eventually(() => operator.topic(topicName.replaceAll(".", "-")), ready("True", "Created"));
        await eventually(
          () => partitions(topicName),
          (live) => expect(live).to.equal(count),
        );
      }
    });

    it("gives kafkajs its settings, and Java and librdkafka theirs", async () => {
      const settings = JSON.parse(await binding("svc-shipping", "kafkajs.json")) as {
        readonly kafka: { readonly brokers: readonly string[] };
        readonly consumer: object;
      };
      expect(settings.kafka.brokers).to.deep.equal(operator.bootstrapServers.slice(0, 1));
      expect(settings.consumer).to.include({ groupId: "svc-shipping", minBytes: 16384, maxWaitTimeInMs: 200 });
      expect(await binding("svc-shipping", "consumer.properties"))
        .to.match(/^fetch\.min\.bytes=16384$/m)
        .and.match(/^max\.poll\.records=500$/m);
    });

    it("takes a topic that is retired along, when nobody reads it any more", async () => {
      await eventually(
        () => operator.probe.committedOffsets("svc-insights"),
        (offsets) => expect(offsets.filter(({ topic }) => topic === "tracking.page.viewed")).to.have.length(30),
      );
      await operator.deleteTopic("tracking-page-viewed");
      await eventually(() => operator.topic("tracking-page-viewed"), ready("False", "DeletionBlocked"));
      await operator.deleteGroup("svc-insights");
      await operator.probe.deleteGroup("svc-insights");
      await eventually(
        () => operator.probe.describeTopic("tracking.page.viewed"),
        (topic) => expect(topic).to.equal(null),
      );
    });
  });
});
