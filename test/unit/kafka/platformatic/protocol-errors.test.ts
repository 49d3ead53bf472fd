// The table of protocol codes, and what is left of a broker's message.

import { protocolErrorsCodesById } from "@platformatic/kafka";
import { expect } from "chai";
import { describe, it } from "mocha";

import { stableText } from "../../../../src/kafka/platformatic/broker-message.ts";
import { brokerFailure, protocolError, protocolErrors } from "../../../../src/kafka/platformatic/protocol-errors.ts";

/** The newest code of Kafka 4.3 (Errors.java); the library's own table ends at 127. */
const newestCode = 133;

describe("The table of protocol errors", () => {
  it("knows every code of Kafka 4.3 under its own name", () => {
    const codes = protocolErrors.map(({ code }) => code);
    expect(codes).to.deep.equal([-1, ...Array.from({ length: newestCode }, (_, index) => index + 1)]);
    for (const { code, name } of protocolErrors) {
      if (code <= 127) expect(name).to.equal(protocolErrorsCodesById[code]);
    }
    expect(new Set(protocolErrors.map(({ name }) => name)).size).to.equal(protocolErrors.length);
  });

  it("takes a code that it does not know as it is, and never repeats it", () => {
    expect(protocolError(4711)).to.deep.equal({ code: 4711, name: "UNKNOWN_CODE_4711", kind: "other", retry: "never" });
  });

  it("repeats only what may pass: every code that is repeated is busy", () => {
    for (const { kind, retry } of protocolErrors) if (retry !== "never") expect(kind).to.equal("busy");
  });

  for (const [code, kind] of [
    [3, "missing"],
    [100, "missing"],
    [69, "missing"],
    [36, "exists"],
    [29, "denied"],
    [30, "denied"],
    [31, "denied"],
    [37, "invalid"],
    [40, "invalid"],
    [44, "invalid"],
    [35, "unsupported"],
    [25, "active"],
    [68, "active"],
    [58, "authentication"],
    [89, "busy"],
    [-1, "other"],
  ] as const) {
    it(`calls code ${code} ${kind}`, () => {
      expect(brokerFailure(code, "why")).to.include({ kind, code, message: "why" });
    });
  }

  it("has a sentence where the broker says nothing, and tells its wait only where there is one", () => {
    expect(brokerFailure(3, null)).to.deep.equal({
      kind: "missing",
      code: 3,
      name: "UNKNOWN_TOPIC_OR_PARTITION",
      message: "Kafka answered UNKNOWN_TOPIC_OR_PARTITION",
    });
    expect(brokerFailure(89, "", 460)).to.include({ throttleMs: 460 });
    expect(brokerFailure(89, "", 0)).to.not.have.property("throttleMs");
  });
});

describe("A broker's message", () => {
  for (const [said, kept, why] of [
    ["Topic 't8' already exists.", "Topic 't8' already exists.", "what a person can act on stays"],
    [
      "Request Request(processor=0, connectionId=127.0.0.1:29192-127.0.0.1:53424-0, session=org.apache.kafka.network.Session@171d3155, listenerName=ListenerName(PLAINTEXT), securityProtocol=PLAINTEXT, buffer=null, envelope=None) is not authorized.",
      "The request is not authorized.",
      "the dump of a request is no news",
    ],
    ["Session@1a2b3c4d of /10.0.0.7:4711 expired", "Session of (address) expired", "hashes and addresses change"],
    ["from fe80:0:0:0:1:2:3:4 refused", "from (address) refused", "so do IPv6 addresses"],
    ["one\n  two\tthree", "one two three", "a condition has one line"],
    [
      "Invalid value 0:1,1:2 for configuration leader.replication.throttled.replicas",
      "Invalid value 0:1,1:2 for configuration leader.replication.throttled.replicas",
      "lists of replicas are no addresses",
    ],
    ["Kafka 4.3.1 of 2026-01-01 12:30:45", "Kafka 4.3.1 of 2026-01-01 12:30:45", "nor are versions and times"],
  ] as const) {
    it(`reads "${kept}", since ${why}`, () => {
      expect(stableText(said)).to.equal(kept);
    });
  }

  it("is bounded", () => {
    expect(stableText("x".repeat(5000))).to.have.length(1024);
  });
});
