// Addresses and topic ids: what is read, and what is written back.

import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { addressText, parseAddress } from "../../../../src/kafka/platformatic/address.ts";
import { isTopicId, topicIdFromUuid, uuidFromTopicId } from "../../../../src/kafka/platformatic/topic-id.ts";

describe("A bootstrap address", () => {
  for (const [text, host, port] of [
    ["localhost:9092", "localhost", 9092],
    [" kafka-0.kafka.svc:1 ", "kafka-0.kafka.svc", 1],
    ["[::1]:65535", "::1", 65_535],
    ["10.0.0.1:9092", "10.0.0.1", 9092],
  ] as const) {
    it(`reads "${text}" and writes it back`, () => {
      expect(parseAddress(text)).to.deep.equal({ host, port });
      expect(addressText({ host, port })).to.equal(text.trim());
    });
  }

  for (const text of [
    "",
    "localhost",
    "localhost:0",
    "localhost:65536",
    "::1:9092",
    "a b:1",
    "http://a:1",
    ":9092",
    "[x]:1",
  ]) {
    it(`refuses "${text}" and says what to write`, () => {
      expect(() => parseAddress(text)).to.throw(`Bootstrap server "${text}" is not an address; write host:port`);
    });
  }
});

describe("A topic id", () => {
  it("has two spellings of the same sixteen bytes", () => {
    expect(topicIdFromUuid("00000000-0000-0000-0000-000000000009")).to.equal("AAAAAAAAAAAAAAAAAAAACQ");
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const id = topicIdFromUuid(uuid);
        expect(isTopicId(id)).to.equal(true);
        expect(uuidFromTopicId(id)).to.equal(uuid.toLowerCase());
      }),
    );
  });

  it("is nothing else", () => {
    for (const id of ["", "topic", "AAAAAAAAAAAAAAAAAAAACQ=", "AAAAAAAAAAAAAAAAAAAAC+"]) {
      expect(isTopicId(id)).to.equal(false);
      expect(() => uuidFromTopicId(id)).to.throw("is not 22 characters of base64url");
    }
    expect(() => topicIdFromUuid("x")).to.throw("is not a UUID");
  });
});
