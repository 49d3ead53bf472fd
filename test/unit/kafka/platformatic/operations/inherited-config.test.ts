// What a key falls back to when it is reset, where Kafka tells it in another unit, under another name, or not at all.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { DescribedConfig } from "../../../../../src/kafka/platformatic/codecs/describe-configs-v4.ts";
import { brokerKeys, inheritedBy } from "../../../../../src/kafka/platformatic/operations/inherited-config.ts";

function config(
  name: string,
  value: string | null,
  source: number,
  synonyms: DescribedConfig["synonyms"] = [],
): DescribedConfig {
  return { name, value, source, isReadOnly: false, isSensitive: false, type: 5, synonyms };
}

function broker(
  ...settings: readonly (readonly [key: string, value: string | null, source: number])[]
): Map<string, DescribedConfig> {
  return new Map(settings.map(([key, value, source]) => [key, config(key, value, source)]));
}

const own = (name: string, value = "1"): { name: string; value: string; source: number } => ({
  name,
  value,
  source: 1,
});

describe("What a configuration inherits", () => {
  for (const [what, given, settings, inherited] of [
    [
      "its own value where it is not set on the resource",
      config("retention.ms", "604800000", 5),
      broker(),
      { value: "604800000", source: "default" },
    ],
    [
      "the next synonym of another source",
      config("cleanup.policy", "compact", 1, [
        own("cleanup.policy", "compact"),
        { name: "log.cleanup.policy", value: "delete", source: 3 },
        { name: "log.cleanup.policy", value: "compact", source: 5 },
      ]),
      broker(),
      { value: "delete", source: "dynamicDefault" },
    ],
    [
      "the broker's hours in milliseconds",
      config("retention.ms", "1", 1, [own("retention.ms")]),
      broker(["log.retention.ms", null, 5], ["log.retention.minutes", null, 5], ["log.retention.hours", "168", 5]),
      { value: "604800000", source: "default" },
    ],
    [
      "the broker's minutes before its hours",
      config("retention.ms", "1", 1, [own("retention.ms")]),
      broker(["log.retention.minutes", "10", 4], ["log.retention.hours", "168", 5]),
      { value: "600000", source: "static" },
    ],
    [
      "unlimited hours as unlimited milliseconds",
      config("retention.ms", "1", 1, [own("retention.ms")]),
      broker(["log.retention.hours", "-1", 4]),
      { value: "-1", source: "static" },
    ],
    [
      "the cluster's milliseconds before everything",
      config("retention.ms", "1", 1, [own("retention.ms"), { name: "log.retention.ms", value: "777", source: 3 }]),
      broker(["log.retention.ms", "777", 3], ["log.retention.hours", "168", 5]),
      { value: "777", source: "dynamicDefault" },
    ],
    [
      "a synonym in its own unit where the broker's settings may not be read",
      config("segment.ms", "1", 1, [own("segment.ms"), { name: "log.roll.hours", value: "5", source: 4 }]),
      broker(),
      { value: "18000000", source: "static" },
    ],
    ["nothing that is not told", config("segment.ms", "1", 1, [own("segment.ms")]), broker(), undefined],
    [
      "Kafka's own default where no setting of a broker stands behind it",
      config("remote.storage.enable", "true", 1, [own("remote.storage.enable", "true")]),
      broker(),
      { value: "false", source: "default" },
    ],
    [
      "the group's default below a value of the group",
      config("consumer.session.timeout.ms", "50000", 8, [
        { name: "consumer.session.timeout.ms", value: "50000", source: 8 },
        { name: "group.consumer.session.timeout.ms", value: "45000", source: 5 },
      ]),
      broker(),
      { value: "45000", source: "default" },
    ],
  ] as const) {
    it(`is ${what}`, () => {
      expect(inheritedBy(given, settings)).to.deep.equal(inherited);
    });
  }

  it("needs the settings that are spelled in another unit or have two names", () => {
    expect(brokerKeys).to.include.members(["log.retention.hours", "log.roll.hours", "log.roll.jitter.hours"]);
    expect(new Set(brokerKeys).size).to.equal(brokerKeys.length);
  });
});
