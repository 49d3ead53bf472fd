import { expect } from "chai";
import { describe, it } from "mocha";

import { measureTopic } from "../../../../src/controllers/event-topic/measure.ts";
import { GroupUsage } from "../../../../src/controllers/group-usage.ts";
import type { MeasurementNeeds } from "../../../../src/domain/measurement-needs.ts";
import type { KafkaAdmin } from "../../../../src/kafka/admin.ts";
import { failedWith, ok, type Answer } from "../../../../src/kafka/model/failure.ts";
import type { ListedOffset, OffsetAt } from "../../../../src/kafka/model/offsets.ts";
import { NOW } from "../../../builders/planned-topic.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const NEEDS: MeasurementNeeds = { agesMs: [1_000], needsSizes: false, reachesEnd: false };
const BUSY = failedWith({ kind: "busy", name: "NOT_LEADER", message: "The broker's words" });

interface Given {
  readonly needs?: Partial<MeasurementNeeds>;
  readonly nowMs?: number;
  readonly offsets?: (at: OffsetAt, partition: number) => Answer<ListedOffset>;
  readonly sizes?: ReadonlyMap<number, readonly bigint[]>;
}

/** Two partitions of two replicas with offsets 3 to 9, of which those before 5 are older than a second. */
async function measure({ needs = {}, nowMs = NOW, offsets = lying(5n), sizes = new Map() }: Given = {}) {
  const asked: unknown[] = [];
  const { topic } = aTopicInKafka({ partitions: 2, replicationFactor: 2 });
  const admin = {
    listOffset: async ({ partition }: { readonly partition: number }, at: OffsetAt) => {
      asked.push(at);
      return offsets(at, partition);
    },
    cluster: async () => ok({ operations: ["Describe"] }),
    describeLogDirs: async () => ok(sizes),
    listGroups: async () => {
      asked.push("groups");
      return ok({ groups: [], isPartial: false });
    },
  } as unknown as KafkaAdmin;
  const call = { signal: new AbortController().signal, deadlineMs: 1_000, priority: "live" } as const;
  const answer = await measureTopic(topic, { ...NEEDS, ...needs }, { admin, groups: new GroupUsage(), call, nowMs });
  return { answer, asked, first: answer.status === "ok" ? answer.value.partitions.get(0) : undefined };
}

function lying(young: bigint | undefined): (at: OffsetAt) => Answer<ListedOffset> {
  return (at) => ok({ offset: at === "earliest" ? 3n : at === "latest" ? 9n : young });
}

describe("measureTopic()", () => {
  it("finds both ends and the first record that is young enough", async () => {
    const { first, asked } = await measure();
    expect(first).to.deep.equal({ start: 3n, end: 9n, youngerFrom: new Map([[1_000, 5n]]), bytes: undefined });
    expect(asked).to.include(NOW - 1_000);
  });

  it("takes everything for too old where no record is young enough", async () => {
    const { first } = await measure({ offsets: lying(undefined) });
    expect(first?.youngerFrom.get(1_000)).to.equal(9n);
  });

  it("asks for no time before the epoch, which would be a word of its own", async () => {
    const { asked } = await measure({ nowMs: 10 });
    expect(asked).to.include(0).and.not.include(-990);
  });

  it("asks about groups only where they could lose something", async () => {
    expect((await measure()).asked).to.include("groups");
    expect((await measure({ offsets: lying(3n) })).asked).not.to.include("groups");
    expect((await measure({ offsets: lying(3n), needs: { reachesEnd: true } })).asked).to.include("groups");
  });

  it("is no measurement where one partition cannot be read", async () => {
    const { answer } = await measure({ offsets: (at, partition) => (partition === 1 ? BUSY : lying(5n)(at)) });
    expect(answer).to.deep.equal(BUSY);
  });

  it("goes by the largest replica, and needs every one", async () => {
    const needs = { needsSizes: true, reachesEnd: true };
    const whole = new Map([
      [0, [5n, 7n]],
      [1, [1n, 1n]],
    ]);
    expect((await measure({ needs, sizes: whole })).first?.bytes).to.equal(7n);
    const { answer } = await measure({ needs, sizes: new Map([...whole, [1, [1n]]]) });
    expect(answer.status === "failed" && answer.failure).to.deep.include({ kind: "busy" });
  });
});
