import { expect } from "chai";
import { describe, it } from "mocha";

import { isDestructive } from "../../../src/domain/change-guard.ts";

describe("isDestructive()", () => {
  const cases = [
    { why: "shorter retention", key: "retention.ms", from: "1000", to: "999", is: true },
    { why: "longer retention", key: "retention.ms", from: "999", to: "1000", is: false },
    { why: "unlimited becomes finite", key: "retention.ms", from: "-1", to: "99999999999", is: true },
    { why: "finite becomes unlimited", key: "retention.bytes", from: "1", to: "-1", is: false },
    { why: "what comes after a reset is not known", key: "retention.ms", from: "1000", to: undefined, is: true },
    {
      why: "deleting in addition to compacting",
      key: "cleanup.policy",
      from: "compact",
      to: "compact,delete",
      is: true,
    },
    { why: "compacting instead of deleting", key: "cleanup.policy", from: "delete", to: "compact", is: true },
    { why: "no longer deleting", key: "cleanup.policy", from: "compact,delete", to: "compact", is: false },
    {
      why: "the same in another order",
      key: "cleanup.policy",
      from: "compact,delete",
      to: "delete,compact",
      is: false,
    },
    { why: "tombstones kept shorter", key: "delete.retention.ms", from: "2", to: "1", is: true },
    { why: "compacted earlier", key: "max.compaction.lag.ms", from: "9223372036854775807", to: "1", is: true },
    { why: "tiering turned off", key: "remote.storage.enable", from: "true", to: "false", is: true },
    { why: "tiering turned on", key: "remote.storage.enable", from: "false", to: "true", is: false },
    { why: "any other key", key: "compression.type", from: "gzip", to: "snappy", is: false },
  ];
  for (const { why, key, from, to, is } of cases) {
    it(`is ${is} for ${key} ${from} → ${to ?? "inherited"}: ${why}`, () => {
      expect(isDestructive({ key, from, to })).to.equal(is);
    });
  }
});
