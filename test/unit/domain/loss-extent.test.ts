import { expect } from "chai";
import { describe, it } from "mocha";

import { extentOf, type Measurement, type PartitionMeasure } from "../../../src/domain/loss-extent.ts";
import type { Loss } from "../../../src/domain/retention-loss.ts";

const HOUR: Loss = { kind: "olderThan", ms: 3_600_000 };
const KILOBYTE: Loss = { kind: "beyondSize", bytes: 1_000 };
const EVERYTHING: Loss = { kind: "everything" };

/** Offsets `start` to `end`, of which those before `young` are older than an hour. */
function partition(start: number, young: number, end: number, bytes?: number): PartitionMeasure {
  const youngerFrom = new Map([[3_600_000, BigInt(young)]]);
  return {
    start: BigInt(start),
    end: BigInt(end),
    youngerFrom,
    bytes: bytes === undefined ? undefined : BigInt(bytes),
  };
}

function measured(
  partitions: readonly PartitionMeasure[],
  groups: Readonly<Record<string, readonly (number | undefined)[]>> | undefined = {},
): Measurement {
  return {
    partitions: new Map(partitions.entries()),
    groups: Object.entries(groups).map(([groupId, offsets]) => {
      const commits = [...offsets.entries()].flatMap(([index, offset]) =>
        offset === undefined ? [] : [[index, BigInt(offset)] as const],
      );
      return { groupId, commits: new Map(commits) };
    }),
  };
}

describe("extentOf()", () => {
  const cases: {
    readonly why: string;
    readonly losses: readonly Loss[];
    readonly partitions: readonly PartitionMeasure[];
    readonly records: bigint | undefined;
    readonly isExact?: boolean;
  }[] = [
    {
      why: "what is too old, of all partitions",
      losses: [HOUR],
      partitions: [partition(2, 5, 9), partition(0, 1, 1)],
      records: 4n,
    },
    { why: "nothing is too old", losses: [HOUR], partitions: [partition(7, 7, 9)], records: 0n },
    { why: "everything is too old", losses: [HOUR], partitions: [partition(7, 9, 9)], records: 2n },
    { why: "a log that begins behind the border", losses: [HOUR], partitions: [partition(7, 3, 9)], records: 0n },
    { why: "an empty log", losses: [EVERYTHING], partitions: [partition(9, 9, 9)], records: 0n, isExact: false },
    {
      why: "compaction may take any",
      losses: [EVERYTHING],
      partitions: [partition(1, 1, 4)],
      records: 3n,
      isExact: false,
    },
    {
      why: "a partition that fits",
      losses: [KILOBYTE],
      partitions: [partition(0, 0, 4, 1_000)],
      records: 0n,
      isExact: false,
    },
    {
      why: "a partition that is too large",
      losses: [KILOBYTE],
      partitions: [partition(0, 0, 4, 1_001)],
      records: 4n,
      isExact: false,
    },
    { why: "a size that is not known", losses: [KILOBYTE], partitions: [partition(0, 0, 4)], records: undefined },
    {
      why: "a size that is not known, of nothing",
      losses: [KILOBYTE],
      partitions: [partition(4, 4, 4)],
      records: 0n,
      isExact: false,
    },
    {
      why: "an age that was not measured",
      losses: [{ kind: "olderThan", ms: 1 }],
      partitions: [partition(0, 0, 4)],
      records: undefined,
    },
    {
      why: "one partition that is not known",
      losses: [KILOBYTE],
      partitions: [partition(0, 0, 4, 1), partition(0, 0, 4)],
      records: undefined,
    },
    {
      why: "what would be effective is not known",
      losses: [{ kind: "unknown" }],
      partitions: [partition(0, 0, 4)],
      records: undefined,
    },
    {
      why: "of two losses the one that reaches further",
      losses: [HOUR, KILOBYTE],
      partitions: [partition(0, 2, 4, 9_999), partition(0, 3, 4, 1)],
      records: 7n,
      isExact: false,
    },
  ];
  for (const { why, losses, partitions, records, isExact = true } of cases) {
    it(`counts ${records}: ${why}`, () => {
      const extent = extentOf(losses, measured(partitions));
      expect(extent?.records).to.equal(records);
      if (extent !== undefined) expect(extent.isExact).to.equal(isExact);
    });
  }

  it("counts for each group what it has not committed of these records, those furthest behind first", () => {
    const partitions = [partition(10, 20, 30), partition(0, 5, 5)];
    const groups = {
      "reads-late": [15, 5],
      "is-done": [25, 5],
      "has-read-the-rest-only": [20, 4],
      "was-left-behind": [3, 0],
      "has-no-commit-on-one": [20, undefined],
    };
    expect(extentOf([HOUR], measured(partitions, groups))?.unread).to.deep.equal([
      { groupId: "was-left-behind", unreadRecords: 15n },
      { groupId: "has-no-commit-on-one", unreadRecords: 5n },
      { groupId: "reads-late", unreadRecords: 5n },
      { groupId: "has-read-the-rest-only", unreadRecords: 1n },
    ]);
  });

  it("does not know of groups that could not be asked", () => {
    const measurement = { ...measured([partition(0, 4, 4)]), groups: undefined };
    expect(extentOf([HOUR], measurement)?.unread).to.equal(undefined);
  });
});
