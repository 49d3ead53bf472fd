import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec, ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import { isKafkaAction } from "../../../../src/controllers/consumer-group/actions.ts";
import { GROUP_ID, GroupUnderTest, NOW_MS } from "../../../builders/group-run.ts";

const SESSION = "consumer.session.timeout.ms";
const HEARTBEAT = "consumer.heartbeat.interval.ms";
const MINUTE_MS = 60_000;

interface Given {
  readonly spec: Partial<ConsumerGroupSpec>;
  /** Of each topic: for each partition its committed offset, or none. */
  readonly topics: readonly (readonly (number | undefined)[])[];
  /** Of the topic that it is about: how many partitions had a beginning before. */
  readonly settledBefore: number;
  readonly liveConfigs: Readonly<Record<string, string>>;
  readonly managedKeys: readonly string[];
  readonly secrets: Readonly<Record<string, "ours" | "foreign" | "denied">>;
  readonly recordedSecret: string | undefined;
  readonly hasMembers: boolean;
}

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const spec = fc.record(
  {
    initialOffsets: fc.constantFrom("Earliest", "Latest", new Date(NOW_MS - 2 * MINUTE_MS).toISOString()),
    groupConfig: fc.record(
      { [SESSION]: fc.constantFrom(45_000, 46_000, "50000"), [HEARTBEAT]: fc.constantFrom(5_000, 6_000) },
      { requiredKeys: [] },
    ),
    binding: fc.record({ secretName: fc.constantFrom("a", "b") }, { requiredKeys: [] }),
    client: fc.constantFrom({}, { commitMode: "Auto" as const }, { maxPollRecords: 7 }),
  },
  { requiredKeys: [] },
);
const whose = fc.constantFrom("ours" as const, "foreign" as const, "denied" as const);
const given: fc.Arbitrary<Given> = fc.record({
  spec,
  topics: fc.array(fc.array(optional(fc.nat(3)), { minLength: 1, maxLength: 4 }), { maxLength: 3 }),
  settledBefore: fc.nat(4),
  liveConfigs: fc.record(
    { [SESSION]: fc.constantFrom("46000", "47000"), [HEARTBEAT]: fc.constantFrom("6000", "7000") },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Readonly<Record<string, string>>>,
  managedKeys: fc.subarray([SESSION, HEARTBEAT]),
  secrets: fc.record({ a: whose, b: whose }, { requiredKeys: [] }) as fc.Arbitrary<Given["secrets"]>,
  recordedSecret: fc.constantFrom(undefined, "a", "b"),
  hasMembers: fc.boolean(),
});

function groupOf({
  hasMembers,
  liveConfigs,
  managedKeys,
  recordedSecret,
  secrets,
  settledBefore,
  spec,
  topics,
}: Given) {
  const group = new GroupUnderTest(spec);
  const times = [3, 2, 1].map((minutes) => NOW_MS - minutes * MINUTE_MS);
  for (const [index, partitions] of topics.entries()) {
    group.declareTopic(`topic-${index}`, partitions.length, times);
    for (const [partition, offset] of partitions.entries()) {
      if (offset !== undefined) group.commit(`topic-${index}`, partition, offset);
    }
  }
  const settled = Math.min(settledBefore, topics[0]?.length ?? 0);
  const record = { topic: "topic-0", initialized: true, initializedPartitions: settled };
  group.status = {
    managedKeys: managedKeys.length === 0 ? undefined : managedKeys,
    topics: settled === 0 ? undefined : [record],
    binding: recordedSecret === undefined ? undefined : { name: recordedSecret },
  };
  group.kafka.groups.alter(GROUP_ID, { set: liveConfigs, unset: [] });
  for (const [name, owner] of Object.entries(secrets)) group.secrets.set(name, { whose: owner, content: { name } });
  if (hasMembers) group.kafka.groups.join(GROUP_ID, "classic");
  return group;
}

/** What a run tells, but for the sentences, and for what its own commits have made of the group meanwhile. */
function wordsOf(status: ConsumerGroupStatus | undefined): unknown {
  const conditions = status?.conditions?.map(({ type, status: word, reason }) => ({ type, word, reason }));
  // As it is stored.
  return JSON.parse(JSON.stringify({ ...status, state: undefined, type: undefined, conditions }));
}

/** All that a run may have changed. */
function worldOf(group: GroupUnderTest): unknown {
  return { commits: group.commits, configs: group.configs, secrets: Object.fromEntries(group.secrets) };
}

describe("A ConsumerGroup, whatever is declared and found,", () => {
  it("is as wanted after one run: the plan of its own result is empty", async () => {
    await fc.assert(
      fc.asyncProperty(given, async (found) => {
        const group = groupOf(found);
        const first = await group.run();
        const world = worldOf(group);
        const second = await group.run();
        expect(second.done).to.deep.equal([]);
        expect(second.story.restricted.refusals).to.deep.equal(first.story.restricted.refusals);
        expect(worldOf(group)).to.deep.equal(world);
        expect(wordsOf(second.verdict.status)).to.deep.equal(wordsOf(first.verdict.status));
      }),
    );
  });

  it("never moves what is committed, nor Secrets of others, nor keys that are neither declared nor its own", async () => {
    await fc.assert(
      fc.asyncProperty(given, async (found) => {
        const group = groupOf(found);
        const before = { commits: group.commits, configs: group.configs, secrets: new Map(group.secrets) };
        await group.run();
        expect(group.commits).to.include.members([...before.commits]);
        const own = new Set([...Object.keys(found.spec.groupConfig ?? {}), ...found.managedKeys]);
        for (const [key, value] of Object.entries(before.configs)) {
          if (!own.has(key)) expect(group.configs[key]).to.equal(value);
        }
        for (const [name, secret] of before.secrets) {
          if (secret.whose !== "ours") expect(group.secrets.get(name)).to.equal(secret);
        }
      }),
    );
  });

  it("changes nothing in Kafka where it may not, and no offsets under members", async () => {
    const held = fc.constantFrom("bus suspended", "object suspended", "read-only", "held by another", "members");
    await fc.assert(
      fc.asyncProperty(given, held, async (found, why) => {
        const group = groupOf({ ...found, hasMembers: why === "members" });
        if (why === "bus suspended") group.bus = { suspend: true };
        if (why === "read-only") group.bus = { access: "ReadOnly" };
        if (why === "object suspended") group.spec = { ...group.spec, suspend: true };
        if (why === "held by another") group.heldBy = "team-b/older";
        const before = { commits: group.commits, configs: group.configs, effects: group.kafka.sideEffects.length };
        const { done } = await group.run();
        expect(group.commits).to.deep.equal(before.commits);
        if (why === "members") return;
        expect(done.filter((action) => isKafkaAction(action))).to.deep.equal([]);
        expect(group.kafka.sideEffects.length).to.equal(before.effects);
        expect(group.configs).to.deep.equal(before.configs);
      }),
    );
  });

  it("ends the same where a process dies before its status is stored, and records come meanwhile", async () => {
    await fc.assert(
      fc.asyncProperty(given, async (found) => {
        const calm = groupOf(found);
        await calm.run();
        const died = groupOf(found);
        await died.run({ dies: true });
        const afterDeath = died.commits;
        for (const [index, partitions] of found.topics.entries()) {
          for (const partition of partitions.keys()) died.kafka.produce(`topic-${index}`, partition, [NOW_MS + 1]);
        }
        died.nowMs = NOW_MS + MINUTE_MS;
        await died.run();
        expect(worldOf(died)).to.deep.equal(worldOf(calm));
        expect(died.commits, "nothing is committed twice").to.include.members([...afterDeath]);
        expect(died.status?.managedKeys).to.deep.equal(calm.status?.managedKeys);
        expect(died.status?.binding).to.deep.equal(calm.status?.binding);
      }),
    );
  });
});
