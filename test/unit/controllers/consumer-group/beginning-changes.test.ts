import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec, ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import { GROUP_ID, GroupUnderTest, NOW_MS } from "../../../builders/group-run.ts";

const TOPIC = "orders";
const HOUR_MS = 3_600_000;
const AGES = [NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS];

type TopicStatus = NonNullable<ConsumerGroupStatus["topics"]>[number];

interface Case {
  readonly why: string;
  readonly begin?: ConsumerGroupSpec["initialOffsets"];
  readonly partitions?: number;
  readonly recorded?: Partial<TopicStatus>;
  /** Offset of each partition that has one. */
  readonly committed?: Readonly<Record<number, number>>;
  readonly hasMembers?: boolean;
  /** Offset of each partition afterwards. */
  readonly after: Readonly<Record<number, number>>;
  /** What is on record afterwards. */
  readonly recordedThen?: Partial<TopicStatus>;
}

const SETTLED = { initialized: true, initializedPartitions: 2 };

const CASES: readonly Case[] = [
  { why: "begins at the first record", begin: "Earliest", after: { 0: 0, 1: 0 }, recordedThen: SETTLED },
  { why: "begins at the end", begin: "Latest", after: { 0: 2, 1: 2 }, recordedThen: SETTLED },
  {
    why: "begins at a time",
    begin: new Date(NOW_MS - 1.5 * HOUR_MS).toISOString(),
    after: { 0: 1, 1: 1 },
    recordedThen: SETTLED,
  },
  {
    why: "begins at the end where no record is that young",
    begin: new Date(NOW_MS + HOUR_MS).toISOString(),
    after: { 0: 2, 1: 2 },
    recordedThen: SETTLED,
  },
  { why: "leaves it to the consumers where nothing is said", begin: undefined, after: {} },
  {
    why: "leaves a topic alone on which the group has begun anywhere",
    begin: "Latest",
    committed: { 1: 1 },
    after: { 1: 1 },
    recordedThen: SETTLED,
  },
  { why: "waits while the group has members", begin: "Earliest", hasMembers: true, after: {} },
  {
    why: "does nothing again when commits have expired",
    begin: "Latest",
    recorded: SETTLED,
    after: {},
    recordedThen: SETTLED,
  },
  {
    why: "seeds partitions that came later at their first record, whatever initialOffsets says",
    begin: "Latest",
    partitions: 4,
    recorded: SETTLED,
    committed: { 0: 2, 1: 1 },
    after: { 0: 2, 1: 1, 2: 0, 3: 0 },
    recordedThen: { initialized: true, initializedPartitions: 4 },
  },
  {
    why: "seeds new partitions also where the commits on the old ones have expired, which it leaves alone",
    begin: "Latest",
    partitions: 3,
    recorded: SETTLED,
    after: { 2: 0 },
    recordedThen: { initialized: true, initializedPartitions: 3 },
  },
  {
    why: "takes note of new partitions that a consumer has begun",
    begin: "Latest",
    partitions: 3,
    recorded: SETTLED,
    committed: { 0: 2, 1: 2, 2: 1 },
    after: { 0: 2, 1: 2, 2: 1 },
    recordedThen: { initialized: true, initializedPartitions: 3 },
  },
  {
    why: "goes on where a process died, as of then: what came since is not passed over",
    begin: "Latest",
    recorded: { initializing: new Date(NOW_MS - 1.5 * HOUR_MS).toISOString() },
    committed: { 0: 1 },
    after: { 0: 1, 1: 1 },
    recordedThen: SETTLED,
  },
  {
    why: "closes the record where a process died after the last commit",
    begin: "Latest",
    recorded: { initializing: new Date(NOW_MS - HOUR_MS).toISOString() },
    committed: { 0: 1, 1: 1 },
    after: { 0: 1, 1: 1 },
    recordedThen: SETTLED,
  },
];

describe("The beginning of a group on a topic", () => {
  for (const { why, begin, partitions = 2, recorded, committed = {}, hasMembers, after, recordedThen } of CASES) {
    it(why, async () => {
      const group = new GroupUnderTest({ initialOffsets: begin });
      group.declareTopic(TOPIC, partitions, AGES);
      for (const [partition, offset] of Object.entries(committed)) group.commit(TOPIC, Number(partition), offset);
      if (recorded !== undefined) group.status = { topics: [{ topic: TOPIC, ...recorded }] };
      if (hasMembers === true) group.kafka.groups.join(GROUP_ID, "classic");
      await group.run();
      expect(group.commits).to.deep.equal(
        Object.entries(after).map(([partition, offset]) => `${TOPIC}/${partition}@${offset}`),
      );
      const record = group.status?.topics?.find(({ topic }) => topic === TOPIC);
      if (recordedThen === undefined) expect(record?.initialized).to.equal(undefined);
      else expect(record).to.include(recordedThen);
      expect(record?.initializing).to.equal(undefined);
      const again = await group.run();
      expect(again.done).to.deep.equal([]);
    });
  }

  it("is not judged where the topic or the group cannot be read", async () => {
    for (const verb of ["describeTopic", "describeGroup", "fetchOffsets"] as const) {
      const group = new GroupUnderTest({ initialOffsets: "Latest" });
      group.declareTopic(TOPIC, 2, AGES);
      group.kafka.denies = (asked) => asked === verb;
      const { done, verdict } = await group.run();
      expect(done, verb).to.deep.equal([]);
      expect(verdict.outcome.kind, verb).to.not.equal("settled");
    }
  });

  it("is not begun where nobody says at which offset it lies", async () => {
    const group = new GroupUnderTest({ initialOffsets: "Latest" });
    group.declareTopic(TOPIC, 2, AGES);
    group.kafka.denies = (verb) => verb === "listOffset";
    const { done, verdict } = await group.run();
    expect(done.filter(({ type }) => type === "seedOffsets")).to.deep.equal([]);
    expect(verdict.outcome).to.include({ kind: "failed", reason: "Unreachable" });
    group.kafka.denies = () => false;
    await group.run();
    expect(group.commits).to.deep.equal([`${TOPIC}/0@2`, `${TOPIC}/1@2`]);
  });

  it("is left to consumers that came between the look and the commit", async () => {
    const group = new GroupUnderTest({ initialOffsets: "Latest" });
    group.declareTopic(TOPIC, 2, AGES);
    const { groups } = group.kafka;
    const commit = groups.commitAsAdmin.bind(groups);
    groups.commitAsAdmin = (groupId, offset) => {
      groups.join(groupId, "classic");
      return commit(groupId, offset);
    };
    const { verdict } = await group.run();
    expect(verdict.outcome.kind).to.equal("settled");
    expect(group.commits).to.deep.equal([]);
    expect(group.status?.topics?.[0]).to.include.keys("initializing").and.not.include({ initialized: true });
  });
});
