import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { anEventBus } from "../../../builders/objects.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { runTopic, shown } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const sizing = { throughput: "40Mi" };
/** Sized at the default rate of 10Mi. */
const sized = bound({ sizedBy: { throughput: 41_943_040, partitions: 4 } });
const slower = anEventBus({ topicDefaults: { perPartitionThroughput: "5Mi" } });
const faster = anEventBus({ topicDefaults: { perPartitionThroughput: "20Mi" } });

interface Case {
  readonly why: string;
  readonly live: number;
  readonly bus?: ReturnType<typeof anEventBus>;
  readonly spec?: EventTopicSpec["sizing"];
  readonly status?: EventTopicStatus;
  readonly grows?: number;
  readonly reason?: string;
  /** What is on record afterwards. */
  readonly partitions?: number | undefined;
}

describe("A topic that is sized", () => {
  const cases: readonly Case[] = [
    { why: "stays when its bus counts on less a partition", live: 4, bus: slower },
    { why: "stays when its bus counts on more a partition", live: 4, bus: faster },
    { why: "stays when somebody has grown it in Kafka", live: 6 },
    { why: "stays when somebody has grown it and the bus changed", live: 6, bus: slower },
    { why: "grows again when it was made anew with fewer", live: 3, grows: 4, partitions: 4 },
    { why: "grows when its own fields ask for it", live: 4, spec: { throughput: "60Mi" }, grows: 6, partitions: 6 },
    {
      why: "takes the bus' new rate when its own fields change",
      live: 4,
      bus: slower,
      spec: { throughput: "60Mi" },
      grows: 12,
      partitions: 12,
    },
    {
      why: "is refused fewer partitions when its own fields ask for them",
      live: 4,
      spec: { throughput: "20Mi" },
      reason: "PartitionDecreaseUnsupported",
    },
    {
      why: "keeps its record while a class is too small",
      live: 4,
      spec: { class: "small", throughput: "90Mi" },
      reason: "LimitExceeded",
    },
    {
      why: "is sized for the first time with what the bus says",
      live: 4,
      bus: slower,
      status: bound(),
      grows: 8,
      partitions: 8,
    },
    {
      why: "whose status was lost is sized anew, so that one that was grown is refused",
      live: 6,
      status: bound(),
      reason: "PartitionDecreaseUnsupported",
      partitions: undefined,
    },
  ];
  for (const { why, live, bus, spec = sizing, status = sized, grows, reason, ...told } of cases) {
    it(why, () => {
      const given = { spec: { sizing: spec }, status, ...(bus && { bus }) };
      const verdict = runTopic(aTopicInKafka({ partitions: live }), given);
      expect(verdict.written.map((action) => "to" in action && action.to)).to.deep.equal(grows ? [grows] : []);
      expect(shown(verdict)[0]).to.equal(reason === undefined ? "Ready=True/UpToDate" : `Ready=False/${reason}`);
      expect(verdict.status?.sizedBy?.partitions).to.equal("partitions" in told ? told.partitions : 4);
    });
  }

  it("is on record in canonical units from its creation, and no longer when a number is declared", () => {
    const created = { status: "ok", value: { id: "id-1", partitions: 4, replicationFactor: 1 } } as const;
    const made = runTopic({ kind: "absent" }, { spec: { sizing }, answer: created });
    expect(made.status?.sizedBy).to.deep.include({ throughput: 41_943_040, partitions: 4 });
    const declared = runTopic(aTopicInKafka({ partitions: 4 }), { spec: { partitions: 4 }, status: sized });
    expect(declared.status?.sizedBy).to.equal(undefined);
  });
});
