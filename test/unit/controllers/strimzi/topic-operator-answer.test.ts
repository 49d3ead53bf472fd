import { expect } from "chai";
import { describe, it } from "mocha";

import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { topicOperatorAnswer } from "../../../../src/controllers/strimzi/topic-operator-answer.ts";
import { aKafkaTopic, told, UNMANAGED } from "../../../builders/kafka-topics.ts";

const kafkaError = (exception: string, message = "no"): KafkaTopic =>
  refusing("KafkaError", `org.apache.kafka.common.errors.${exception}: ${message}`);

function refusing(reason: string, message: string): KafkaTopic {
  return aKafkaTopic({ status: told("Ready", "False", 1, { reason, message }) });
}

const at = (metadata: Partial<KafkaTopic["metadata"]>): KafkaTopic =>
  aKafkaTopic({ status: told("Ready", "True") }, metadata);

const SILENT: readonly { readonly why: string; readonly topic: KafkaTopic; readonly says: string }[] = [
  { why: "it has not been looked at", topic: aKafkaTopic(), says: "has not acted on it yet" },
  { why: "an older generation was", topic: at({ generation: 2 }), says: "has not acted on it yet" },
  { why: "it is paused", topic: aKafkaTopic({ status: told("ReconciliationPaused", "True") }), says: "is paused" },
  { why: "it is unmanaged, whatever was said before", topic: at({ annotations: UNMANAGED }), says: "is unmanaged" },
  { why: "it is being deleted", topic: at({ deletionTimestamp: "2026-01-01T00:00:00Z" }), says: "being deleted" },
  { why: "Kafka did not answer Strimzi in time", topic: kafkaError("TimeoutException"), says: "TimeoutException" },
];

const REFUSED: readonly { readonly topic: KafkaTopic; readonly kind: string; readonly name: string }[] = [
  { topic: kafkaError("InvalidConfigurationException"), kind: "invalid", name: "INVALID_CONFIG" },
  { topic: kafkaError("InvalidReplicationFactorException"), kind: "invalid", name: "INVALID_REPLICATION_FACTOR" },
  { topic: kafkaError("InvalidTopicException"), kind: "invalid", name: "INVALID_TOPIC_EXCEPTION" },
  { topic: kafkaError("TopicAuthorizationException"), kind: "denied", name: "TOPIC_AUTHORIZATION_FAILED" },
  { topic: kafkaError("TopicDeletionDisabledException"), kind: "other", name: "KafkaError" },
  { topic: refusing("NotSupported", "Decreasing partitions not supported"), kind: "unsupported", name: "NotSupported" },
  { topic: refusing("ResourceConflict", "Managed by Ref{}"), kind: "invalid", name: "KAFKA_TOPIC_CONFLICT" },
  { topic: refusing("InternalError", "NPE"), kind: "other", name: "InternalError" },
];

describe("topicOperatorAnswer()", () => {
  it("is served when Ready is said of the generation that is there", () => {
    expect(topicOperatorAnswer(at({}))).to.deep.equal({ kind: "served", topicId: "id-1" });
  });

  for (const { why, topic, says } of SILENT) {
    it(`is silence where ${why}`, () => {
      const answer = topicOperatorAnswer(topic);
      expect(answer.kind).to.equal("silent");
      expect(answer).to.have.property("message").that.includes('KafkaTopic "kafka/orders"').and.includes(says);
    });
  }

  for (const { topic, kind, name } of REFUSED) {
    const [{ reason, message } = { reason: "", message: "" }] = topic.status?.conditions ?? [];
    it(`is ${kind} (${name}) for ${reason} "${message}"`, () => {
      const answer = topicOperatorAnswer(topic);
      expect(answer).to.deep.nested.include({ kind: "refused", "failure.kind": kind, "failure.name": name });
      expect(answer)
        .to.have.nested.property("failure.message")
        .that.equals(`Strimzi says of KafkaTopic "kafka/orders": ${reason}: ${message}`);
    });
  }
});
