// What the operations say of their items: keys, limits and variants, on which the sharing of requests rests.

import { expect } from "chai";
import { describe, it } from "mocha";

import type { NewTopic } from "../../../../../src/kafka/model/topic.ts";
import type { Operation } from "../../../../../src/kafka/platformatic/operation.ts";
import { alterConfigs } from "../../../../../src/kafka/platformatic/operations/alter-configs.ts";
import { createPartitions } from "../../../../../src/kafka/platformatic/operations/create-partitions.ts";
import { createTopics } from "../../../../../src/kafka/platformatic/operations/create-topics.ts";
import { describeConfigs } from "../../../../../src/kafka/platformatic/operations/describe-configs.ts";
import { listOffsets } from "../../../../../src/kafka/platformatic/operations/list-offsets.ts";
import { describeTopics } from "../../../../../src/kafka/platformatic/operations/topics.ts";

/** How many of these items one request holds. */
function roomFor<Item>({ limits }: Operation<Item, unknown>, item: Item): number {
  return Math.min(...limits.map((limit) => Math.floor(limit.most / limit.of(item))));
}

function creation(topic: Partial<NewTopic>, validateOnly = false): { topic: NewTopic; validateOnly: boolean } {
  return { topic: { name: "t", configs: {}, ...topic }, validateOnly };
}

function configs(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, "1"]));
}

describe("One request", () => {
  for (const [what, room, most] of [
    ["creations of one partition", roomFor(createTopics, creation({ partitions: 1 })), 500],
    ["creations of 100 partitions", roomFor(createTopics, creation({ partitions: 100 })), 49],
    ["creations of 1,000 partitions", roomFor(createTopics, creation({ partitions: 1000 })), 4],
    ["creations that leave the partitions to the broker", roomFor(createTopics, creation({})), 49],
    ["creations with 64 configurations", roomFor(createTopics, creation({ partitions: 1, configs: configs(64) })), 75],
    ["growths by one", roomFor(createPartitions, { name: "t", count: 2, currentCount: 1 }), 500],
    ["growths by 1,000", roomFor(createPartitions, { name: "t", count: 1001, currentCount: 1 }), 5],
    ["growths that are none", roomFor(createPartitions, { name: "t", count: 1, currentCount: 5 }), 500],
    [
      "changes of one key",
      roomFor(alterConfigs, { resource: { kind: "topic", name: "t" }, change: { set: configs(1), unset: [] } }),
      500,
    ],
    [
      "changes of 64 keys",
      roomFor(alterConfigs, {
        resource: { kind: "topic", name: "t" },
        change: { set: configs(60), unset: ["a", "b", "c", "d"] },
      }),
      78,
    ],
  ] as const) {
    it(`holds at most ${most} ${what}`, () => {
      expect(room).to.equal(most);
    });
  }

  it("never holds two names that collide, nor a creation beside a mere judgement", () => {
    expect(createTopics.keyOf(creation({ name: "a.b" }))).to.equal(createTopics.keyOf(creation({ name: "a_b" })));
    expect(createTopics.variantOf?.(creation({}))).to.not.equal(createTopics.variantOf?.(creation({}, true)));
  });

  it("never mixes names and ids, of which a broker reads only one kind", () => {
    expect(describeTopics.variantOf?.({ name: "t" })).to.not.equal(describeTopics.variantOf?.({ id: "t" }));
  });

  it("asks for a configuration once, whatever the order of keys, and twice where the keys differ", () => {
    const resource = { kind: "topic", name: "t" } as const;
    const question = (keys?: readonly string[]): string | undefined => describeConfigs.questionOf?.({ resource, keys });
    expect(question(["a", "b"])).to.equal(question(["b", "a"]));
    expect(new Set([question(), question([]), question(["a"])]).size).to.equal(3);
    expect(describeConfigs.keyOf({ resource })).to.not.equal(
      describeConfigs.keyOf({ resource: { kind: "group", name: "t" } }),
    );
  });

  it("names a partition once, whichever position is asked for", () => {
    const ends = (["earliest", "latest", 5] as const).map((at) => ({ topic: "t", partition: 1, at }));
    expect(new Set(ends.map((item) => listOffsets.keyOf(item))).size).to.equal(1);
    expect(new Set(ends.map((item) => listOffsets.questionOf?.(item))).size).to.equal(3);
  });
});
