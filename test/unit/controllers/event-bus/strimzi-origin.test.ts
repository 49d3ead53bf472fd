import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBus } from "../../../../src/api/event-bus.ts";
import type { ConnectionSource } from "../../../../src/controllers/event-bus/connection-source.ts";
import { strimziGate, strimziOrigin } from "../../../../src/controllers/event-bus/strimzi-origin.ts";
import type { Kafka, KafkaListener, KafkaUser } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { metadataOf, strimziStores, type StrimziObjects } from "../../../builders/strimzi.ts";

const READY = [{ type: "Ready", status: "True" }];
const LISTENERS = [
  { name: "outside", type: "loadbalancer", tls: true, authentication: { type: "tls" } },
  { name: "plain", type: "internal", tls: false },
  { name: "tls", type: "internal", tls: true, authentication: { type: "tls" } },
  { name: "scram", type: "internal", tls: true, authentication: { type: "scram-sha-512" } },
  { name: "scramplain", type: "internal", tls: false, authentication: { type: "scram-sha-512" } },
  { name: "oauth", type: "internal", tls: true, authentication: { type: "oauth" } },
  { name: "free", type: "nodeport", tls: true },
] satisfies KafkaListener[];

function kafka(more: Partial<Kafka> = {}, listeners: readonly KafkaListener[] = LISTENERS): Kafka {
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "Kafka",
    metadata: metadataOf("kafka", "main"),
    spec: { kafka: { listeners } },
    status: {
      conditions: READY,
      listeners: listeners.map(({ name }) => ({
        name,
        bootstrapServers: `${name}:1,${name}:2`,
        certificates: ["PEM"],
      })),
    },
    ...more,
  };
}

function user(type: string | undefined, more: Partial<KafkaUser> = {}): KafkaUser {
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaUser",
    metadata: metadataOf("kafka", "operator", { labels: { "strimzi.io/cluster": "main" } }),
    spec: { authentication: type === undefined ? undefined : { type } },
    status: { conditions: READY, username: type === "tls" ? "CN=operator" : "operator", secret: "prefix-operator" },
    ...more,
  };
}

type Strimzi = NonNullable<EventBus["spec"]["strimzi"]>;

function bus(strimzi: Partial<Strimzi> | undefined): EventBus {
  return {
    apiVersion: "eventbus.dev/v1alpha1",
    kind: "EventBus",
    metadata: { ...metadataOf("", "main") },
    spec: { strimzi: strimzi && { namespace: "kafka", name: "main", ...strimzi } },
  };
}

function namespaces(objects: Readonly<Record<string, StrimziObjects>>): Map<string, ReturnType<typeof strimziStores>> {
  return new Map(Object.entries(objects).map(([name, given]) => [name, strimziStores(given)]));
}

describe("The connection that Strimzi's objects tell", () => {
  const trust = {
    authorities: { secret: { namespace: "kafka", name: "main-cluster-ca-cert" } },
    certificates: ["PEM"],
  };
  const secret = { namespace: "kafka", name: "prefix-operator" };
  const certificate = { secret, certificateKey: "user.crt", privateKeyKey: "user.key" };
  const sasl = { mechanism: "SCRAM-SHA-512", secret, username: "operator" } as const;

  const connections: readonly {
    readonly why: string;
    readonly strimzi: Partial<Strimzi>;
    readonly user?: KafkaUser;
    readonly expected: ConnectionSource;
  }[] = [
    {
      why: "nobody is named: the internal listener without authentication, though an external one comes with TLS",
      strimzi: {},
      expected: { bootstrapServers: ["plain:1", "plain:2"] },
    },
    {
      why: "a certificate is given: the internal listener that asks for one, though an external one is declared first",
      strimzi: { user: "operator" },
      user: user("tls"),
      expected: { bootstrapServers: ["tls:1", "tls:2"], tls: { ...trust, certificate } },
    },
    {
      why: "a password is given",
      strimzi: { user: "operator" },
      user: user("scram-sha-512"),
      expected: { bootstrapServers: ["scram:1", "scram:2"], tls: { ...trust, certificate: undefined }, sasl },
    },
    {
      why: "a listener is named that is not encrypted",
      strimzi: { user: "operator", listener: "scramplain" },
      user: user("scram-sha-512"),
      expected: { bootstrapServers: ["scramplain:1", "scramplain:2"], sasl },
    },
    {
      why: "an external listener is named",
      strimzi: { user: "operator", listener: "outside" },
      user: user("tls"),
      expected: { bootstrapServers: ["outside:1", "outside:2"], tls: { ...trust, certificate } },
    },
    {
      why: "a listener with TLS alone is named",
      strimzi: { listener: "free" },
      expected: { bootstrapServers: ["free:1", "free:2"], tls: { ...trust, certificate: undefined } },
    },
    {
      why: "the User Operator says neither name nor Secret: both are called as the user is",
      strimzi: { user: "operator", listener: "scramplain" },
      user: user("scram-sha-512", { status: { conditions: READY } }),
      expected: {
        bootstrapServers: ["scramplain:1", "scramplain:2"],
        sasl: { ...sasl, secret: { namespace: "kafka", name: "operator" } },
      },
    },
  ];
  for (const { why, strimzi, user: given, expected } of connections) {
    it(`is found when ${why}`, () => {
      const origin = strimziOrigin(
        namespaces({ kafka: { kafkas: [kafka()], users: given === undefined ? [] : [given] } }),
      );
      expect(origin(bus(strimzi))).to.deep.equal({ kind: "source", source: expected });
    });
  }

  it("is read where the status of an older Strimzi calls a listener by its type", () => {
    const old = kafka({ status: { conditions: READY, listeners: [{ type: "plain", bootstrapServers: "old:9092" }] } });
    const origin = strimziOrigin(namespaces({ kafka: { kafkas: [old] } }));
    expect(origin(bus({}))).to.deep.equal({ kind: "source", source: { bootstrapServers: ["old:9092"] } });
  });

  it("takes the user from where the User Operator watches", () => {
    const elsewhere = kafka({
      spec: { kafka: { listeners: LISTENERS }, entityOperator: { userOperator: { watchedNamespace: "teams" } } },
    });
    const moved = { ...user("tls"), metadata: { ...user("tls").metadata, namespace: "teams" } };
    const origin = strimziOrigin(namespaces({ kafka: { kafkas: [elsewhere] }, teams: { users: [moved] } }));
    const found = origin(bus({ user: "operator" }));
    expect(found?.kind === "source" && found.source.tls?.certificate?.secret.namespace).to.equal("teams");
  });

  const refusals: readonly {
    readonly why: string;
    readonly strimzi?: Partial<Strimzi>;
    readonly kafka?: Kafka | null;
    readonly user?: KafkaUser;
    readonly reason: string;
    readonly says: readonly string[];
  }[] = [
    { why: "there is no Kafka object", kafka: null, reason: "StrimziNotFound", says: ['"kafka/main"'] },
    {
      why: "nobody has reconciled the Kafka object",
      kafka: kafka({ status: undefined }),
      reason: "StrimziNotReady",
      says: ["nobody has reconciled it"],
    },
    {
      why: "Strimzi says why it is not ready",
      kafka: kafka({
        status: { conditions: [{ type: "NotReady", status: "True", reason: "FatalProblem", message: "No disk" }] },
      }),
      reason: "StrimziNotReady",
      says: ["NotReady: FatalProblem: No disk"],
    },
    {
      why: "there is no such listener",
      strimzi: { listener: "missing" },
      reason: "StrimziNotReady",
      says: ['no listener "missing"', '"plain" (internal, authentication none)', '"outside"'],
    },
    {
      why: "the listener has no address yet",
      kafka: kafka({ status: { conditions: READY, listeners: [] } }),
      reason: "StrimziNotReady",
      says: ['"plain"', "no address yet"],
    },
    {
      why: "the listener wants what a KafkaUser has not",
      strimzi: { listener: "oauth" },
      reason: "ListenerUnsuitable",
      says: ['"oauth"', "spec.kafka"],
    },
    {
      why: "the listener wants a certificate and nobody is named",
      strimzi: { listener: "tls" },
      reason: "ListenerUnsuitable",
      says: ["spec.strimzi.user"],
    },
    {
      why: "the listener wants a certificate and the user has a password",
      strimzi: { listener: "tls", user: "operator" },
      user: user("scram-sha-512"),
      reason: "ListenerUnsuitable",
      says: ['asks for "tls"', 'gives "scram-sha-512"'],
    },
    {
      why: "the listener asks nobody, so that credentials would be without effect",
      strimzi: { listener: "plain", user: "operator" },
      user: user("tls"),
      reason: "ListenerUnsuitable",
      says: ["no authentication"],
    },
    {
      why: "no listener is open to nobody",
      kafka: kafka(
        {},
        LISTENERS.filter(({ authentication }) => authentication !== undefined),
      ),
      reason: "ListenerUnsuitable",
      says: ["spec.strimzi.user is not set", '"oauth"'],
    },
    {
      why: "no listener takes the user's kind",
      kafka: kafka({}, [{ name: "plain", type: "internal", tls: false }]),
      strimzi: { user: "operator" },
      user: user("tls"),
      reason: "ListenerUnsuitable",
      says: ['takes "tls"', '"plain"'],
    },
    {
      why: "there is no such user",
      strimzi: { user: "operator" },
      reason: "StrimziNotFound",
      says: ['KafkaUser "kafka/operator"'],
    },
    {
      why: "the user is one of another cluster",
      strimzi: { user: "operator" },
      user: user("tls", { metadata: metadataOf("kafka", "operator", { labels: { "strimzi.io/cluster": "b" } }) }),
      reason: "StrimziNotFound",
      says: ['belongs to Kafka "b"'],
    },
    {
      why: "the user is not ready",
      strimzi: { user: "operator" },
      user: user("tls", {
        status: { conditions: [{ type: "NotReady", status: "True", reason: "Bad", message: "No CA" }] },
      }),
      reason: "StrimziNotReady",
      says: ["Bad: No CA"],
    },
    ...[undefined, "tls-external"].map((type) => ({
      why: `Strimzi makes no credentials for a user of type ${type ?? "none"}`,
      strimzi: { user: "operator" },
      user: user(type),
      reason: "ListenerUnsuitable",
      says: ["makes no credentials"],
    })),
  ];
  for (const { why, strimzi = {}, user: given, reason, says, kafka: is = kafka() } of refusals) {
    it(`is refused with ${reason} when ${why}`, () => {
      const users = given === undefined ? [] : [given];
      const found = strimziOrigin(namespaces({ kafka: { kafkas: is === null ? [] : [is], users } }))(bus(strimzi));
      if (found?.kind !== "refused") return expect.fail(JSON.stringify(found));
      expect(found.refusal.reason).to.equal(reason);
      for (const part of says) expect(found.refusal.message).to.include(part);
    });
  }

  it("is refused where Strimzi's objects may not be read", () => {
    const origins: readonly (readonly [string, Readonly<Record<string, StrimziObjects>>])[] = [
      ["EVENTBUS_STRIMZI_NAMESPACES", {}],
      ["Kafka objects", { kafka: { unread: ["kafkas"] } }],
      ["KafkaUsers", { kafka: { kafkas: [kafka()], unread: ["users"] } }],
    ];
    for (const [says, objects] of origins) {
      const found = strimziOrigin(namespaces(objects))(bus({ user: "operator" }));
      if (found?.kind !== "refused") return expect.fail(JSON.stringify(found));
      expect(found.refusal).to.include({ reason: "StrimziNotFound" });
      expect(found.refusal.message).to.include(says);
    }
  });

  it("is nothing for a bus that names no Kafka object", () => {
    expect(strimziOrigin(new Map())(bus(undefined))).to.equal(undefined);
    expect(strimziGate(new Map())(bus(undefined))).to.equal(undefined);
  });
});

describe("The gate before every connection of a bus beside Strimzi", () => {
  it("opens once its KafkaTopics are known, whether or not there is a Kafka object", () => {
    expect(strimziGate(namespaces({ kafka: {} }))(bus({}))).to.equal(undefined);
  });

  it("is shut while they are not, also where only spec.kafka is to be used", () => {
    const found = strimziGate(namespaces({ kafka: { unread: ["topics"] } }))(bus({}));
    if (found?.kind !== "refused") return expect.fail(JSON.stringify(found));
    expect(found.refusal.reason).to.equal("StrimziNotFound");
    expect(found.refusal.message).to.include("KafkaTopics").and.include("config/strimzi");
    expect(found.shutsOff).to.equal(true);
  });
});
