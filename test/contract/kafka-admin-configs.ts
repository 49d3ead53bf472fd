// The part of the KafkaAdmin contract about configurations of topics, brokers and groups.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { Answer } from "../../src/kafka/model/failure.ts";
import type { ConfigEntry } from "../../src/kafka/model/topic-config.ts";
import { badValues, manyConfigs, spellings } from "./kafka-admin-config-values.ts";
import { call, eventually, type KafkaSuite, refusal, value } from "./kafka-admin-suite.ts";
import type { KafkaRelease } from "./kafka-release.ts";

function keysOf(answer: Answer<readonly ConfigEntry[]>): readonly string[] {
  return value(answer)
    .map(({ key }) => key)
    .toSorted();
}

export function itKeepsTheContractOfConfigurations(suite: () => KafkaSuite, release: KafkaRelease): void {
  describe("of configurations", () => {
    it("tells each value with its source and what it falls back to", async () => {
      const { name } = await suite().made({ configs: { "retention.ms": "86400000", "segment.ms": "3600000" } });
      const week = { value: "604800000", source: "default" };
      expect(await suite().configOf(name, "retention.ms")).to.deep.equal({
        key: "retention.ms",
        value: "86400000",
        source: "topic",
        type: "long",
        isReadOnly: false,
        isSensitive: false,
        inherited: week,
      });
      expect(await suite().configOf(name, "segment.ms")).to.deep.include({ source: "topic", inherited: week });
      expect(await suite().configOf(name, "cleanup.policy")).to.deep.include({
        value: "delete",
        source: "default",
        type: "list",
        inherited: { value: "delete", source: "default" },
      });
      expect(await suite().configOf(name, "min.insync.replicas")).to.deep.include({
        value: "1",
        source: release.minInSyncSource,
      });
    });

    it("tells all keys that a topic of this release has, or only those asked for", async () => {
      const { name } = await suite().made();
      const resource = { kind: "topic", name } as const;
      const [all, some, unknown] = await Promise.all([
        suite().admin.describeConfigs(resource, call()),
        suite().admin.describeConfigs(resource, call(), ["retention.ms", "cleanup.policy"]),
        suite().admin.describeConfigs(resource, call(), ["bogus"]),
      ]);
      expect(value(all)).to.have.length(release.topicConfigs);
      expect(keysOf(some)).to.deep.equal(["cleanup.policy", "retention.ms"]);
      expect(keysOf(unknown)).to.deep.equal([]);
    });

    it("changes what is named, resets what is unset and leaves the rest alone", async () => {
      const { name } = await suite().made({ configs: { "retention.ms": "86400000", "max.message.bytes": "5000" } });
      const resource = { kind: "topic", name } as const;
      const change = { set: { "cleanup.policy": "compact" }, unset: ["retention.ms"] };
      value(await suite().admin.alterConfigs(resource, change, suite().write()));
      await suite().configBecomes(name, "cleanup.policy", "compact");
      expect(await suite().configOf(name, "retention.ms")).to.include({ value: "604800000", source: "default" });
      expect(await suite().configOf(name, "max.message.bytes")).to.include({ value: "5000", source: "topic" });
    });

    it("refuses a change as a whole, without a neighbour", async () => {
      const [one, other] = [await suite().made(), await suite().made()];
      const [bad, good] = await Promise.all([
        suite().admin.alterConfigs(
          { kind: "topic", name: one.name },
          { set: { "retention.ms": "1000000", bogus: "1" }, unset: [] },
          suite().write(),
        ),
        suite().admin.alterConfigs(
          { kind: "topic", name: other.name },
          { set: { "retention.ms": "1000000" }, unset: [] },
          suite().write(),
        ),
      ]);
      expect(refusal(bad)).to.deep.equal({ kind: "invalid", code: 40, message: "Unknown topic config name: bogus" });
      value(good);
      await suite().configBecomes(other.name, "retention.ms", "1000000");
      expect(await suite().configOf(one.name, "retention.ms")).to.include({ source: "default" });
    });

    it("takes changes of one turn to one resource one after the other", async () => {
      const { name } = await suite().made();
      const set = (ms: string): Promise<Answer<void>> =>
        suite().admin.alterConfigs(
          { kind: "topic", name },
          { set: { "retention.ms": ms }, unset: [] },
          suite().write(),
        );
      const answers = await Promise.all([set("1000"), set("2000"), set("3000")]);
      expect(answers.map(({ status }) => status)).to.deep.equal(["ok", "ok", "ok"]);
      await suite().configBecomes(name, "retention.ms", "3000");
    });

    for (const [key, given, shown] of spellings(release)) {
      it(`shows ${key} "${given}" as the broker spells it`, async () => {
        const { name } = await suite().made({ configs: { [key]: given } });
        expect(await suite().configOf(name, key)).to.include({ value: shown, source: "topic" });
      });
    }

    it("refuses values in the broker's words", async () => {
      const { name } = await suite().made();
      const answers = await Promise.all(
        badValues.map(([key, given]) =>
          suite().admin.alterConfigs({ kind: "topic", name }, { set: { [key]: given }, unset: [] }, suite().write()),
        ),
      );
      expect(answers.map((answer) => refusal(answer).message)).to.deep.equal(badValues.map(([, , message]) => message));
      expect(new Set(answers.map((answer) => refusal(answer).code))).to.deep.equal(new Set([40]));
    });

    it("says which resource is missing or illegal", async () => {
      const absent = { kind: "topic", name: suite().newName() } as const;
      const change = { set: { "retention.ms": "1000" }, unset: [] };
      const illegal = { kind: "topic", name: "not legal" } as const;
      const { name } = await suite().made();
      const twice = { set: { "retention.ms": "1000" }, unset: ["retention.ms"] };
      const answers = await Promise.all([
        suite().admin.describeConfigs(absent, call()),
        suite().admin.alterConfigs(absent, change, suite().write()),
        suite().admin.describeConfigs(illegal, call()),
        suite().admin.alterConfigs(illegal, change, suite().write()),
        suite().admin.alterConfigs({ kind: "topic", name }, twice, suite().write()),
        suite().admin.describeConfigs({ kind: "broker", name: "77" }, call({ deadlineMs: 1000 })),
        suite().admin.describeConfigs({ kind: "broker", name: "x" }, call()),
      ]);
      expect(answers.map(refusal).map(({ kind, code }) => [kind, code])).to.deep.equal([
        ["missing", 3],
        ["missing", 3],
        ["invalid", 17],
        ["invalid", 17],
        ["invalid", 42],
        ["busy", 8],
        ["invalid", 42],
      ]);
    });

    it("alters and describes topics of one turn in few requests, also when their keys are many", async function () {
      this.timeout(60_000);
      const topics = await Promise.all(
        Array.from({ length: 600 }, () => suite().create({ name: suite().newName(), partitions: 1 })),
      );
      expect(topics.every(({ status }) => status === "ok")).to.equal(true);
      const last = suite().namesMade;
      const all = Array.from({ length: 600 }, (_, index) => suite().nameAt(last - index));
      await suite().seen(suite().nameAt(last));
      const before = {
        alter: suite().kafka.requests("alterConfigs"),
        describe: suite().kafka.requests("describeTopic"),
      };
      const set = Object.fromEntries(manyConfigs.slice(0, 8));
      const altered = await Promise.all(
        all.map((name) => suite().admin.alterConfigs({ kind: "topic", name }, { set, unset: [] }, suite().write())),
      );
      expect(new Set(altered.map(({ status }) => status))).to.deep.equal(new Set(["ok"]));
      expect(suite().kafka.requests("alterConfigs") - before.alter).to.equal(2);
      await Promise.all(all.map((name) => suite().admin.describeTopic({ name }, call())));
      expect(suite().kafka.requests("describeTopic") - before.describe).to.equal(2);
    });

    it("reads what a topic inherits from a setting of the cluster", async () => {
      const { name } = await suite().made({ configs: { "retention.ms": "86400000" } });
      const defaults = { kind: "broker", name: "" } as const;
      value(
        await suite().admin.alterConfigs(
          defaults,
          { set: { "log.retention.ms": "777000" }, unset: [] },
          suite().write(),
        ),
      );
      try {
        await eventually(
          () => suite().admin.describeConfigs({ kind: "topic", name }, call()),
          (entries) => entries.find(({ key }) => key === "retention.ms")?.inherited?.value === "777000",
        );
        expect(await suite().configOf(name, "retention.ms")).to.deep.include({
          value: "86400000",
          inherited: { value: "777000", source: "dynamicDefault" },
        });
      } finally {
        value(await suite().admin.alterConfigs(defaults, { set: {}, unset: ["log.retention.ms"] }, suite().write()));
      }
    });

    if (release.capabilities.includes("groupConfigs")) itConfiguresGroups(suite);
  });
}

function itConfiguresGroups(suite: () => KafkaSuite): void {
  it("changes and describes the configuration of groups", async () => {
    const resource = { kind: "group", name: suite().newName() } as const;
    const key = "consumer.session.timeout.ms";
    const of = (found: readonly ConfigEntry[]): ConfigEntry | undefined => found.find((entry) => entry.key === key);
    const original = of(value(await suite().admin.describeConfigs(resource, call())));
    value(await suite().admin.alterConfigs(resource, { set: { [key]: "50000" }, unset: [] }, suite().write()));
    const entries = await eventually(
      () => suite().admin.describeConfigs(resource, call()),
      (found) => of(found)?.value === "50000",
    );
    expect(of(entries)).to.deep.include({
      source: "group",
      inherited: { value: original?.value, source: original?.source },
    });
    const unknown = await suite().admin.alterConfigs(resource, { set: { nope: "1" }, unset: [] }, suite().write());
    expect(refusal(unknown)).to.deep.equal({ kind: "invalid", code: 40, message: "Unknown group config name: nope" });
  });
}
