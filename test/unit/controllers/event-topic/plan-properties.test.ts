import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import type { TopicPlan } from "../../../../src/controllers/event-topic/plan.ts";
import { bound, planned } from "../../../builders/planned-topic.ts";
import { aTopicInKafka, type PresentTopic } from "../../../builders/topics.ts";

describe("planTopic() for every spec and every topic", () => {
  const spec = fc.record(
    {
      partitions: fc.integer({ min: 1, max: 6 }),
      compressionType: fc.constantFrom("lz4", "gzip", "snappy"),
      cleanupPolicy: fc.constantFrom("delete", "compact", "compact,delete"),
      retention: fc.record({ time: fc.constantFrom("1h", "7d", "unlimited") }),
      minInSyncReplicas: fc.integer({ min: 1, max: 3 }),
      config: fc.record(
        { "flush.ms": fc.constantFrom(1, 2), "segment.bytes": fc.constantFrom("1000", "2000") },
        { requiredKeys: [] },
      ),
      adoption: fc.constant("Adopt" as const),
      configOwnership: fc.constantFrom("Declared", "Full"),
    },
    { requiredKeys: ["adoption"] },
  ) as fc.Arbitrary<Partial<EventTopicSpec>>;
  const live = fc.record({
    partitions: fc.integer({ min: 1, max: 6 }),
    replicationFactor: fc.integer({ min: 1, max: 3 }),
    configs: fc.record(
      {
        "compression.type": fc.constantFrom("lz4", "gzip"),
        "flush.ms": fc.constantFrom("1", "3"),
        "retention.ms": fc.constantFrom("3600000", "5"),
      },
      { requiredKeys: [] },
    ),
  }) as fc.Arbitrary<Required<Pick<PresentTopic, "partitions" | "replicationFactor" | "configs">>>;

  it("reaches what it wants when it is carried out, and is then empty", () => {
    fc.assert(
      fc.property(spec, live, (given, present) => {
        const status = bound();
        const first = planned(aTopicInKafka(present), { spec: given, status });
        const after = carriedOut(present, first);
        const second = planned(aTopicInKafka(after), { spec: given, status });
        expect(second.steps).to.deep.equal([]);
        expect(second.refusals).to.deep.equal(first.refusals);
      }),
    );
  });

  it("never lowers partitions and never names a key that is neither declared nor ours", () => {
    fc.assert(
      fc.property(spec, live, (given, present) => {
        const { steps } = planned(aTopicInKafka(present), {
          spec: { ...given, configOwnership: "Declared" },
          status: bound(),
        });
        for (const { action } of steps) {
          if (action.type === "growPartitions") expect(action.to).to.be.greaterThan(action.from);
          if (action.type === "changeConfig") expect(action.to, action.key).not.to.equal(undefined);
        }
      }),
    );
  });
});

function carriedOut(
  present: Required<Pick<PresentTopic, "partitions" | "replicationFactor" | "configs">>,
  { steps }: TopicPlan,
): PresentTopic {
  const configs = { ...present.configs };
  let { partitions } = present;
  for (const { action } of steps) {
    if (action.type === "growPartitions") partitions = action.to;
    if (action.type !== "changeConfig") continue;
    if (action.to === undefined) delete configs[action.key];
    else configs[action.key] = action.to;
  }
  return { ...present, partitions, configs };
}
