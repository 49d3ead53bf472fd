import { expect } from "chai";
import { describe, it } from "mocha";

import { bindingContent } from "../../../src/domain/binding.ts";
import { bindingFacts } from "../../builders/binding.ts";

const linesOf = (text: string | undefined): string[] =>
  (text ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const parsed = (text: string | undefined): unknown => JSON.parse(text ?? "null");

describe("A binding", () => {
  it("has the keys of the contract, as far as there is something to say", () => {
    const content = bindingContent(bindingFacts());
    expect(content).to.include({
      type: "kafka",
      provider: "event-bus-operator",
      "bootstrap.servers": "kafka-0:9092,kafka-1:9092",
      "security.protocol": "PLAINTEXT",
      "group.id": "invoices",
      "client.id": "billing.invoices",
      topics: "billing.usage.events",
      BUS_BACKEND: "kafka",
      KAFKA_BROKERS: "kafka-0:9092,kafka-1:9092",
    });
    expect(content).not.to.have.any.keys("sasl.mechanism", "ssl.ca", "KAFKA_TOPIC_PREFIX");
    expect(Object.keys(content)).to.include.members(["consumer.properties", "producer.properties", "kafkajs.json"]);
  });

  it("tells consumers what is declared, and what is not by its default", () => {
    expect(linesOf(bindingContent(bindingFacts())["consumer.properties"])).to.deep.equal([
      "bootstrap.servers=kafka-0:9092,kafka-1:9092",
      "security.protocol=PLAINTEXT",
      "client.id=billing.invoices",
      "group.id=invoices",
      "auto.offset.reset=earliest",
      "enable.auto.commit=false",
      "max.poll.records=100",
    ]);
    const spec = {
      groupProtocol: "consumer",
      client: {
        autoOffsetReset: "none",
        commitMode: "Auto",
        maxPollInterval: "10m",
        isolationLevel: "read_committed",
        extra: { "group.remote.assignor": "uniform", "client.id": "other" },
      },
    } as const;
    expect(linesOf(bindingContent(bindingFacts({ spec }))["consumer.properties"]).slice(2)).to.deep.equal([
      "client.id=other",
      "group.id=invoices",
      "group.protocol=consumer",
      "auto.offset.reset=none",
      "enable.auto.commit=true",
      "max.poll.records=100",
      "max.poll.interval.ms=600000",
      "isolation.level=read_committed",
      "group.remote.assignor=uniform",
    ]);
  });

  it("tells librdkafka the same in its words, and nothing that it does not know", () => {
    const extra = {
      "fetch.max.wait.ms": 50,
      "metrics.num.samples": 3,
      "partition.assignment.strategy": "org.apache.kafka.clients.consumer.RangeAssignor",
      "value.deserializer": "x",
    };
    const spec = { client: { autoOffsetReset: "none", extra } } as const;
    const content = bindingContent(bindingFacts({ spec }));
    expect(linesOf(content["librdkafka-consumer.properties"]).slice(2)).to.deep.equal([
      "client.id=billing.invoices",
      "group.id=invoices",
      "auto.offset.reset=error",
      "enable.auto.commit=false",
      "fetch.wait.max.ms=50",
    ]);
    expect(linesOf(content["librdkafka-producer.properties"])).to.deep.equal(linesOf(content["producer.properties"]));
  });

  it("tells producers what the platform asks of them", () => {
    expect(
      linesOf(bindingContent(bindingFacts({ compression: "zstd" }))["producer.properties"]).slice(2),
    ).to.deep.equal([
      "client.id=billing.invoices",
      "acks=all",
      "retries=3",
      "enable.idempotence=true",
      "max.in.flight.requests.per.connection=1",
      "compression.type=zstd",
    ]);
  });

  it("tells the program in comments what no property can", () => {
    const spec = { client: { errorHandling: "LogAndSkip" } } as const;
    const content = bindingContent(bindingFacts({ spec, credentialsSecret: "invoices-user" }));
    const text = content["consumer.properties"];
    for (const said of ["billing/invoices", "synchronously", "100 ms", "LogAndSkip", '"invoices-user"']) {
      expect(text).to.include(said);
    }
  });

  it("is what kafkajs takes", () => {
    const spec = {
      client: { extra: { "session.timeout.ms": "10000" }, isolationLevel: "read_uncommitted", maxPollInterval: "1m" },
    } as const;
    const deadLetter = { topic: "billing.usage.events.dlq", maxAttempts: 3 };
    expect(parsed(bindingContent(bindingFacts({ spec, deadLetter }))["kafkajs.json"])).to.deep.equal({
      kafka: { clientId: "billing.invoices", brokers: ["kafka-0:9092", "kafka-1:9092"] },
      consumer: { groupId: "invoices", readUncommitted: true, sessionTimeout: 10_000, rebalanceTimeout: 60_000 },
      subscribe: { topics: ["billing.usage.events"], fromBeginning: true },
      run: { autoCommit: true },
      producer: { idempotent: true, maxInFlightRequests: 1, retry: { retries: 3 } },
      send: { acks: -1 },
      hints: { commitMode: "Sync", maxPollRecords: 100, pollTimeoutMs: 100, deadLetter },
    });
  });

  it("tells how to trust and whom to be, and holds no credential", () => {
    const connection = {
      bootstrapServers: ["kafka:9093"],
      securityProtocol: "SASL_SSL",
      saslMechanism: "SCRAM-SHA-512",
      certificateAuthorities: "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n",
    } as const;
    const content = bindingContent(bindingFacts({ connection, credentialsSecret: "invoices-user" }));
    expect(content).to.include({
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "SCRAM-SHA-512",
      "ssl.ca": connection.certificateAuthorities,
    });
    expect(linesOf(content["consumer.properties"])).to.include.members([
      "sasl.mechanism=SCRAM-SHA-512",
      "ssl.truststore.type=PEM",
      String.raw`ssl.truststore.certificates=-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n`,
    ]);
    expect(content["librdkafka-consumer.properties"]).not.to.include("ssl.truststore");
    const { kafka, credentialsSecretRef } = parsed(content["kafkajs.json"]) as Readonly<Record<string, object>>;
    expect(kafka).to.deep.include({
      ssl: { ca: [connection.certificateAuthorities] },
      sasl: { mechanism: "scram-sha-512" },
    });
    expect(credentialsSecretRef).to.deep.equal({ name: "invoices-user" });
  });

  it("trusts what the platform trusts where no authority is given", () => {
    const connection = { bootstrapServers: ["kafka:9093"], securityProtocol: "SSL" } as const;
    const content = bindingContent(bindingFacts({ connection }));
    expect((parsed(content["kafkajs.json"]) as { kafka: object }).kafka).to.deep.include({ ssl: true });
    expect(content["consumer.properties"]).not.to.include("truststore");
  });

  it("is environment and Helm values for the aggregate event bus", () => {
    const content = bindingContent(bindingFacts({ topicPrefix: "angzarr" }));
    expect(content).to.include({ KAFKA_TOPIC_PREFIX: "angzarr" });
    expect(parsed(content["values.yaml"])).to.deep.equal({
      bus: {
        backend: "kafka",
        kafka: { enabled: true, brokers: ["kafka-0:9092", "kafka-1:9092"], topicPrefix: "angzarr" },
      },
    });
  });
});
