import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec } from "../../../../src/api/consumer-group.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import { desiredGroup, type DesiredGroup } from "../../../../src/controllers/consumer-group/desired.ts";
import type { ResolvedGroup } from "../../../../src/controllers/consumer-group/group-world.ts";
import { aConsumerGroup, anEventBus } from "../../../builders/objects.ts";

function desired(spec: Partial<ConsumerGroupSpec>, more: Partial<ResolvedGroup> = {}): DesiredGroup {
  const resolved = {
    identity: { busName: "bus", clusterId: "cluster-1", groupId: "reader" },
    bus: anEventBus(),
    connection: { bootstrapServers: ["kafka:9092"], protocol: "PLAINTEXT" },
    capabilities: [],
    grant: { kind: "granted", adoption: "IfIdentical", deletionPolicies: ["Retain"] },
    topics: [],
    ...more,
  } as unknown as ResolvedGroup;
  return desiredGroup(aConsumerGroup(spec), resolved);
}

describe("desiredGroup()", () => {
  for (const [text, at] of [
    [undefined, undefined],
    ["Earliest", "earliest"],
    ["Latest", "latest"],
    ["2026-01-31T08:00:00+02:00", Date.parse("2026-01-31T06:00:00Z")],
  ] as const) {
    it(`reads initialOffsets ${text}`, () => {
      expect(desired({ initialOffsets: text }).begin).to.equal(at);
    });
  }

  it("refuses to delete more than the platform grants, and then needs no finalizer", () => {
    const wish = desired({ deletionPolicy: "DeleteGroup" });
    expect(wish.needsFinalizer).to.equal(false);
    expect(wish.refusals.map(({ reason }) => reason)).to.deep.equal(["PolicyViolation"]);
    const grant = { kind: "granted", adoption: "Adopt", deletionPolicies: ["Retain", "DeleteGroup"] } as const;
    const granted = desired({ deletionPolicy: "DeleteGroup" }, { grant });
    expect(granted).to.deep.include({ needsFinalizer: true, refusals: [] });
  });

  it("renders configuration as text", () => {
    expect([...desired({ groupConfig: { a: 1, b: "x" } }).configs]).to.deep.equal([
      ["a", "1"],
      ["b", "x"],
    ]);
  });

  it("names the client after the object, unless its settings do", () => {
    const binding = { secretName: "kafka" };
    expect(desired({ binding }).binding?.content).to.include({ "client.id": "team-a.reader" });
    const extra = { "client.id": "mine" };
    expect(desired({ binding, client: { extra } }).binding?.content).to.include({ "client.id": "mine" });
  });

  for (const [why, bus, compression] of [
    ["what the platform's data platform uses, where the bus says nothing", {}, "snappy"],
    ["what topics of the bus store", { topicDefaults: { compressionType: "zstd" } }, "zstd"],
    ["none where topics store none", { topicDefaults: { compressionType: "uncompressed" } }, "none"],
    ["snappy where topics store what comes", { topicDefaults: { compressionType: "producer" } }, "snappy"],
  ] as readonly (readonly [string, Partial<EventBusSpec>, string])[]) {
    it(`has producers compress by ${why}`, () => {
      const { binding } = desired({ binding: { secretName: "kafka" } }, { bus: anEventBus(bus) });
      expect(binding?.content?.["producer.properties"]).to.include(`compression.type=${compression}\n`);
    });
  }

  it("tells programs how the operator itself is connected, and whom to trust", () => {
    const certificateAuthorities = ["PEM 1\n", "PEM 2"];
    const connection = {
      bootstrapServers: ["kafka:9093"],
      protocol: "SASL_SSL",
      mechanism: "SCRAM-SHA-512",
      certificateAuthorities,
    } as const;
    const { binding } = desired({ binding: { secretName: "kafka" } }, { connection });
    expect(binding?.content).to.include({
      "bootstrap.servers": "kafka:9093",
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "SCRAM-SHA-512",
      "ssl.ca": "PEM 1\nPEM 2\n",
    });
  });

  it("holds no content back but for topics that it may not name, or an address that is not known", () => {
    const binding = { secretName: "kafka" };
    const found = { kind: "found", topicName: "orders", isManaged: true } as const;
    const refused = { kind: "refused", reason: "NotGranted", message: "Not yours" } as const;
    expect(desired({ binding }, { topics: [found] }).binding?.content).to.include({ topics: "orders" });
    expect(desired({ binding }, { topics: [found, refused] }).binding).to.deep.equal(binding);
    expect(desired({ binding }, { connection: undefined }).binding).to.deep.equal(binding);
    expect(desired({}).binding).to.equal(undefined);
  });
});
