import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { EventTopicReason } from "../../../../src/api/conditions.ts";
import { CreationFacts } from "../../../../src/controllers/creation-facts.ts";
import type { TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import { creationRefusals } from "../../../../src/controllers/event-topic/creation-refusals.ts";
import type { KafkaAdmin, WriteCall } from "../../../../src/kafka/admin.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

describe("creationRefusals()", () => {
  let kafka: InMemoryKafka;
  let admin: KafkaAdmin;
  beforeEach(() => {
    kafka = new InMemoryKafka({ brokers: 3, defaultReplicationFactor: 2 });
    admin = kafka.admin();
  });

  const cases: {
    readonly why: string;
    readonly action: TopicAction;
    readonly isTold?: boolean;
    readonly reason?: EventTopicReason;
    readonly refused: readonly string[];
    readonly requests: number;
  }[] = [
    {
      why: "each of them, with the key that was probably meant",
      action: creating({ "segment.byte": "1", "flush.ms": "1", "no.such.key.at.all": "1" }),
      refused: [
        'Kafka knows no topic configuration "segment.byte" (spec); did you mean "segment.bytes"?',
        'Kafka knows no topic configuration "no.such.key.at.all" (spec); remove it',
      ],
      requests: 1,
    },
    {
      why: "none where all keys have typed fields",
      action: creating({ "retention.ms": "1" }),
      refused: [],
      requests: 0,
    },
    {
      why: "none of a topic that exists: its own description tells",
      action: {
        type: "changeConfig",
        topicName: "t",
        key: "segment.byte",
        from: "",
        to: "1",
        effective: "1",
        source: "spec",
        cause: "declared",
      },
      refused: [],
      requests: 0,
    },
    {
      why: "as many replicas in sync as the brokers give",
      action: creating({ "min.insync.replicas": "2" }),
      reason: "ReplicationFactorInvalid",
      refused: [
        'min.insync.replicas 2 of topic "t" must be lower than the replication factor 2, which the brokers give where nobody ' +
          "says it; set spec.replicationFactor or spec.minInSyncReplicas",
      ],
      requests: 1,
    },
    {
      why: "no fewer replicas in sync than the brokers give",
      action: creating({ "min.insync.replicas": "1" }),
      refused: [],
      requests: 1,
    },
    {
      why: "none where the number of replicas is said: that is judged already",
      action: {
        type: "createTopic",
        topic: { name: "t", replicationFactor: 2, configs: { "min.insync.replicas": "2" } },
        cause: "declared",
      },
      refused: [],
      requests: 0,
    },
    {
      why: "none where the cluster does not tell: it will refuse the creation itself",
      action: creating({ "segment.byte": "1", "min.insync.replicas": "9" }),
      isTold: false,
      refused: [],
      requests: 0,
    },
  ];
  for (const { why, rejectedName = "t", isRecorded = true, flushMs = "x", requests, refused } of [
    { why: "a creation under a record that Kafka has refused, and refuses again", requests: 1, refused: 1 },
    { why: "none that Kafka takes by now", flushMs: "5", requests: 1, refused: 0 },
    { why: "none but the topic that Kafka has refused", rejectedName: "other", requests: 0, refused: 0 },
    { why: "none without a record: trying it costs no write", isRecorded: false, requests: 0, refused: 0 },
  ]) {
    it(`refuses ${why}`, async () => {
      const creation = isRecorded ? "uid/cluster/t" : undefined;
      const record: TopicAction = { type: "recordOwnership", finalizer: true, creation, cause: "declared" };
      const actions = [record, creating({ "flush.ms": flushMs })];
      const steps = actions.map((action, index) => ({ id: `${index}`, after: [], action }));
      const creationFacts = new CreationFacts(new FakeClock());
      creationFacts.learn(admin, ["flush.ms"]);
      const refusals = await creationRefusals(steps, { admin, creationFacts, call: call(), rejectedName });
      expect(kafka.requestCount("validateTopic")).to.equal(requests);
      expect(refusals).to.have.length(refused);
      for (const { message, reason } of refusals) {
        expect(reason).to.equal("InvalidConfig");
        expect(message).to.match(/^Could not create topic .*Invalid value x/);
      }
    });
  }

  for (const { why, action, isTold = true, reason = "InvalidConfig", refused, requests } of cases) {
    it(`refuses ${why}`, async () => {
      kafka.denies = (verb) => verb === "validateTopic" && !isTold;
      const steps = [{ id: "a", after: [], action }];
      const creationFacts = new CreationFacts(new FakeClock());
      const refusals = await creationRefusals(steps, { admin, creationFacts, call: call() });
      expect(refusals.map(({ message }) => message)).to.deep.equal(refused);
      for (const refusal of refusals) expect(refusal.reason).to.equal(reason);
      if (isTold) expect(kafka.requestCount("validateTopic")).to.equal(requests);
    });
  }

  function call(): WriteCall {
    const { signal } = new AbortController();
    return { signal, deadlineMs: 1_000, priority: "live", clusterId: kafka.clusterId };
  }
});

function creating(configs: Readonly<Record<string, string>>): TopicAction {
  return { type: "createTopic", topic: { name: "t", configs }, cause: "declared" };
}
