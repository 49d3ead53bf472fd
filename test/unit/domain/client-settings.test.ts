import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec } from "../../../src/api/consumer-group.ts";
import { clientSettings, objectionsToClient, type GroupProtocol } from "../../../src/domain/client-settings.ts";

const extra = (entries: Readonly<Record<string, string>>): ConsumerGroupSpec => ({ client: { extra: entries } });

describe("Client settings of a ConsumerGroup", () => {
  it("have the defaults of the contract", () => {
    const { extra, ...settings } = clientSettings({});
    expect(settings).to.deep.equal({
      autoOffsetReset: "earliest",
      maxPollRecords: 100,
      pollTimeoutMs: 100,
      maxPollIntervalMs: undefined,
      commitMode: "Sync",
      isolationLevel: undefined,
      errorHandling: undefined,
      protocol: undefined,
    });
    expect([...extra]).to.deep.equal([]);
  });

  it("read durations, and numbers as text", () => {
    const { extra, maxPollIntervalMs, pollTimeoutMs, protocol } = clientSettings({
      groupProtocol: "classic",
      client: { pollTimeout: "1s", maxPollInterval: "5m", extra: { "fetch.min.bytes": 1024, "check.crcs": "false" } },
    });
    expect({ maxPollIntervalMs, pollTimeoutMs, protocol }).to.deep.equal({
      maxPollIntervalMs: 300_000,
      pollTimeoutMs: 1_000,
      protocol: "classic",
    });
    expect([...extra]).to.deep.equal([
      ["check.crcs", "false"],
      ["fetch.min.bytes", "1024"],
    ]);
  });

  const sessions = extra({ "session.timeout.ms": "10000" });
  const cases: readonly {
    readonly why: string;
    readonly spec: ConsumerGroupSpec;
    readonly live?: GroupProtocol;
    /** Parts of the one objection; none: there is no objection. */
    readonly says?: readonly string[];
  }[] = [
    { why: "nothing is said", spec: {} },
    {
      why: "a session time-out is the client's in the classic protocol",
      spec: { ...sessions, groupProtocol: "classic" },
    },
    { why: "nobody said which protocol, and there is no group yet", spec: sessions },
    {
      why: "KIP-848 leaves the session time-out to the broker",
      spec: { ...sessions, groupProtocol: "consumer" },
      says: ['"session.timeout.ms"', '"consumer"', "consumer.session.timeout.ms"],
    },
    {
      why: "… and the heartbeat",
      spec: { ...extra({ "heartbeat.interval.ms": "3000" }), groupProtocol: "consumer" },
      says: ['"heartbeat.interval.ms"', "groupConfig"],
    },
    {
      why: "… and the assignor",
      spec: { ...extra({ "partition.assignment.strategy": "range" }), groupProtocol: "consumer" },
      says: ['"partition.assignment.strategy"', "group.remote.assignor"],
    },
    {
      why: "auto means the protocol that the group has",
      spec: sessions,
      live: "consumer",
      says: ["auto", '"consumer"'],
    },
    {
      why: "what is declared counts, not what is found",
      spec: { ...sessions, groupProtocol: "classic" },
      live: "consumer",
    },
    {
      why: "the broker's assignor is no setting of the classic protocol",
      spec: { ...extra({ "group.remote.assignor": "uniform" }), groupProtocol: "classic" },
      says: ['"group.remote.assignor"', "partition.assignment.strategy"],
    },
    {
      why: "no protocol takes both assignors",
      spec: extra({ "group.remote.assignor": "uniform", "partition.assignment.strategy": "range" }),
      says: ["no protocol takes both"],
    },
    { why: "the address is the bus'", spec: extra({ "bootstrap.servers": "elsewhere:9092" }), says: ["the bus'"] },
    {
      why: "a credential does not belong into a binding",
      spec: extra({ "sasl.jaas.config": "x" }),
      says: ["credential"],
    },
    { why: "nor does a key's password", spec: extra({ "ssl.key.password": "x" }), says: ["credential"] },
    { why: "members that share an id expel each other", spec: extra({ "group.instance.id": "a" }), says: ["expels"] },
    {
      why: "a line break would begin another property",
      spec: extra({ "client.rack": "a\nb=c" }),
      says: ["control character"],
    },
    { why: "so would a key of more than one word", spec: extra({ "a=b c": "d" }), says: ["not a key"] },
    {
      why: "a beginning needs topics to begin on",
      spec: { initialOffsets: "Latest" },
      says: ["spec.initialOffsets", "spec.topics"],
    },
    { why: "which are given here", spec: { initialOffsets: "Latest", topics: [{ topicName: "a" }] } },
  ];
  for (const { why, spec, live, says } of cases) {
    it(`are ${says === undefined ? "taken" : "refused"}: ${why}`, () => {
      const objections = objectionsToClient(spec, live);
      expect(objections).to.have.length(says === undefined ? 0 : 1);
      for (const part of says ?? []) expect(objections[0]).to.include(part);
    });
  }
});
