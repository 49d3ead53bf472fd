// The platformatic adapter with SASL on a real Kafka: who may connect, how refusals are named, and that sessions that end
// (KIP-368) lose no call.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { ConnectionSecurity } from "../../src/kafka/model/connection.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { ConnectionEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { type KafkaCluster, startKafka } from "../environment/kafka.ts";
import { call, refusal, value } from "./kafka-admin-suite.ts";

const password = "right-horse";
const login = "org.apache.kafka.common.security.plain.PlainLoginModule";
const sessionMs = 1000;

function withPassword(given: string): ConnectionSecurity {
  return { protocol: "SASL_PLAINTEXT", sasl: { mechanism: "PLAIN", username: "operator", password: given } };
}

describe("The adapter with SASL", function () {
  this.timeout(60_000);
  let kafka: KafkaCluster;

  before(async () => {
    kafka = await startKafka({
      listeners: [{ name: "SASL", protocol: "SASL_PLAINTEXT" }],
      properties: {
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl.plain.sasl.jaas.config": `${login} required user_operator="${password}";`,
        "listener.name.sasl.connections.max.reauth.ms": String(sessionMs),
      },
    });
  });
  after(() => kafka.stop());

  function connect(listener: string, security: ConnectionSecurity, connections: ConnectionEvent[] = []): KafkaAdmin {
    return connectKafka({
      bootstrapServers: kafka.bootstrapServersOf(listener),
      security,
      clientId: "sasl",
      clock: systemClock,
      mayWrite: () => true,
      observer: { onConnection: (event) => connections.push(event) },
    });
  }

  for (const [what, listener, security, name, message] of [
    [
      "a wrong password",
      "SASL",
      withPassword("wrong-horse"),
      "SASL_AUTHENTICATION_FAILED",
      "Authentication failed: Invalid username or password",
    ],
    [
      "no SASL where it is wanted",
      "SASL",
      { protocol: "PLAINTEXT" },
      "SASL_REQUIRED",
      "its listener probably uses SASL",
    ],
    ["SASL where it is not known", "PLAINTEXT", withPassword(password), "ILLEGAL_SASL_STATE", "does not use SASL"],
    [
      "a mechanism that is not enabled",
      "SASL",
      { protocol: "SASL_PLAINTEXT", sasl: { mechanism: "SCRAM-SHA-512", username: "operator", password } },
      "UNSUPPORTED_SASL_MECHANISM",
      "does not support the requested SASL mechanism",
    ],
  ] as const) {
    it(`names ${what}, and no secret`, async () => {
      const admin = connect(listener, security);
      const answer = await admin.cluster(call());
      await admin.close();
      expect(refusal(answer)).to.include({ kind: "authentication" });
      expect(answer.status === "failed" && answer.failure.name).to.equal(name);
      expect(refusal(answer).message).to.include(message);
      expect(JSON.stringify(answer)).to.not.include("horse");
    });
  }

  it("loses no call when sessions end under traffic, since connections are replaced before", async () => {
    const connections: ConnectionEvent[] = [];
    const admin = connect("SASL", withPassword(password), connections);
    try {
      const { id } = value(
        await admin.createTopic({ name: "t", configs: {} }, { ...call(), clusterId: kafka.clusterId }),
      );
      const resource = { kind: "topic", name: "t" } as const;
      const change = { set: { "retention.ms": "1000000" }, unset: [] };
      const opened = (): number => connections.filter(({ outcome }) => outcome === "opened").length;
      const statuses = new Set<string>();
      const work = async (ask: () => Promise<{ readonly status: string }>): Promise<void> => {
        while (opened() < 10) statuses.add((await ask()).status);
      };
      await Promise.all([
        ...Array.from({ length: 10 }, () => work(() => admin.listTopics(call()))),
        ...Array.from({ length: 3 }, () =>
          work(() => admin.alterConfigs(resource, change, { ...call(), clusterId: kafka.clusterId })),
        ),
      ]);
      expect(id).to.have.length(22);
      expect(statuses).to.deep.equal(new Set(["ok"]));
      expect(connections.some(({ outcome }) => outcome === "failed")).to.equal(false);
    } finally {
      await admin.close();
    }
  });
});
