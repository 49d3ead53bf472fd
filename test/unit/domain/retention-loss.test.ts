import { expect } from "chai";
import { describe, it } from "mocha";

import { lossesOf, type EffectiveChange } from "../../../src/domain/retention-loss.ts";

type Values = Readonly<Record<string, string | undefined>>;

/** What a broker without settings of its own gives. */
const DEFAULTS: Values = {
  "cleanup.policy": "delete",
  "retention.ms": "604800000",
  "retention.bytes": "-1",
  "delete.retention.ms": "86400000",
  "max.compaction.lag.ms": "9223372036854775807",
  "remote.storage.enable": "false",
};

function losses(live: Values, wanted: Values): Record<string, string[]> {
  const config = { ...DEFAULTS, ...live };
  const changes = Object.entries(wanted).map(([key, to]): EffectiveChange => ({ key, from: config[key] ?? "", to }));
  const known = Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return Object.fromEntries(
    [...lossesOf(changes, new Map(known))].map(([key, found]) => [
      key,
      found.map((loss) => Object.values(loss).join(" ")),
    ]),
  );
}

describe("lossesOf()", () => {
  const cases: { readonly why: string; readonly live?: Values; readonly wanted: Values; readonly losses: object }[] = [
    { why: "shorter retention", wanted: { "retention.ms": "1000" }, losses: { "retention.ms": ["olderThan 1000"] } },
    { why: "longer retention", wanted: { "retention.ms": "704800000" }, losses: {} },
    {
      why: "unlimited becomes finite",
      live: { "retention.ms": "-1" },
      wanted: { "retention.ms": "999" },
      losses: { "retention.ms": ["olderThan 999"] },
    },
    {
      why: "finite becomes unlimited",
      live: { "retention.bytes": "1" },
      wanted: { "retention.bytes": "-1" },
      losses: {},
    },
    { why: "a size limit", wanted: { "retention.bytes": "5" }, losses: { "retention.bytes": ["beyondSize 5"] } },
    {
      why: "a size limit of a topic of which brokers hold only a part",
      live: { "remote.storage.enable": "true" },
      wanted: { "retention.bytes": "5" },
      losses: { "retention.bytes": ["everything"] },
    },
    {
      why: "what comes after a reset is not known",
      wanted: { "retention.ms": undefined },
      losses: { "retention.ms": ["unknown"] },
    },
    {
      why: "a topic that is only compacted deletes nothing by age or size",
      live: { "cleanup.policy": "compact" },
      wanted: { "retention.ms": "1", "retention.bytes": "1" },
      losses: {},
    },
    {
      why: "deleting in addition to compacting, by the retention in effect afterwards",
      live: { "cleanup.policy": "compact", "retention.ms": "5" },
      wanted: { "cleanup.policy": "compact,delete", "retention.ms": "9", "retention.bytes": "7" },
      losses: { "cleanup.policy": ["olderThan 9", "beyondSize 7"] },
    },
    {
      why: "deleting, but nothing is too old or too much",
      live: { "cleanup.policy": "compact", "retention.ms": "-1" },
      wanted: { "cleanup.policy": "delete" },
      losses: {},
    },
    {
      why: "deleting by a retention that is not known",
      live: { "cleanup.policy": "compact" },
      wanted: { "cleanup.policy": "delete", "retention.ms": undefined },
      losses: { "cleanup.policy": ["unknown"] },
    },
    {
      why: "compacting instead of deleting",
      wanted: { "cleanup.policy": "compact" },
      losses: { "cleanup.policy": ["everything"] },
    },
    {
      why: "compacting instead of deleting, so that shorter retention no longer matters",
      wanted: { "cleanup.policy": "compact", "retention.ms": "1" },
      losses: { "cleanup.policy": ["everything"] },
    },
    {
      why: "no longer deleting",
      live: { "cleanup.policy": "compact,delete" },
      wanted: { "cleanup.policy": "compact" },
      losses: {},
    },
    {
      why: "the same in another order",
      live: { "cleanup.policy": "compact,delete" },
      wanted: { "cleanup.policy": "Delete, compact" },
      losses: {},
    },
    {
      why: "a cleanup.policy that is not known may delete",
      live: { "cleanup.policy": undefined },
      wanted: { "retention.ms": "1" },
      losses: { "retention.ms": ["olderThan 1"] },
    },
    {
      why: "tombstones kept shorter",
      live: { "cleanup.policy": "compact" },
      wanted: { "delete.retention.ms": "1" },
      losses: { "delete.retention.ms": ["everything"] },
    },
    { why: "tombstones of a topic that has none", wanted: { "delete.retention.ms": "1" }, losses: {} },
    {
      why: "compacted earlier",
      live: { "cleanup.policy": "compact" },
      wanted: { "max.compaction.lag.ms": "1" },
      losses: { "max.compaction.lag.ms": ["everything"] },
    },
    {
      why: "tiering turned off",
      live: { "remote.storage.enable": "true" },
      wanted: { "remote.storage.enable": "false" },
      losses: { "remote.storage.enable": ["everything"] },
    },
    { why: "tiering turned on", wanted: { "remote.storage.enable": "true" }, losses: {} },
    { why: "any other key", wanted: { "compression.type": "snappy", "segment.ms": undefined }, losses: {} },
  ];
  for (const { why, live = {}, wanted, losses: expected } of cases) {
    it(`tells ${JSON.stringify(expected)}: ${why}`, () => {
      expect(losses(live, wanted)).to.deep.equal(expected);
    });
  }
});
