import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import { topicNameOf } from "../../../../src/controllers/event-topic/actions.ts";
import type { ObservedTopic } from "../../../../src/controllers/event-topic/observe.ts";
import type { TopicsPlan } from "../../../../src/controllers/event-topic/plan-topics.ts";
import { ok } from "../../../../src/kafka/model/failure.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { DLQ, plannedTopics, SOURCE } from "../../../builders/planned-topics.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

/** A topic of the model; undefined where there is none. */
interface Held {
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}
interface World {
  readonly source: Held | undefined;
  readonly letters: Held | undefined;
}

const spec = fc.record(
  {
    partitions: fc.integer({ min: 1, max: 6 }),
    retention: fc.record({ time: fc.constantFrom("1h", "7d", "30d", "unlimited") }),
    maxMessageBytes: fc.constantFrom("1Mi", "4Mi"),
    partitionKey: fc.constant("tenant_id"),
    adoption: fc.constantFrom("IfIdentical", "Adopt"),
    configOwnership: fc.constantFrom("Declared", "Full"),
    deletionPolicy: fc.constantFrom("Retain", "Delete"),
    deadLetter: fc.record(
      { partitions: fc.integer({ min: 1, max: 6 }), retention: fc.constantFrom("1m", "20d", "unlimited") },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["deadLetter"] },
) as fc.Arbitrary<Partial<EventTopicSpec>>;

const held = (configs: fc.Arbitrary<Readonly<Record<string, string>>>): fc.Arbitrary<Held | undefined> =>
  fc.option(fc.record({ partitions: fc.integer({ min: 1, max: 6 }), configs }), { nil: undefined });

const world: fc.Arbitrary<World> = fc.record({
  source: held(
    fc.record(
      { "retention.ms": fc.constantFrom("3600000", "-1"), "max.message.bytes": fc.constantFrom("1048576", "9000000") },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Readonly<Record<string, string>>>,
  ),
  letters: held(
    fc.record(
      { "retention.ms": fc.constantFrom("60000", "-1"), "message.timestamp.type": fc.constant("LogAppendTime") },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Readonly<Record<string, string>>>,
  ),
});

/** What is there is bound, as after the first run. */
function planned(given: Partial<EventTopicSpec>, before: World): TopicsPlan {
  const entry = { topicName: DLQ, topicId: "id-dlq", state: "Ready" };
  const deadLetters = before.letters === undefined ? [] : [entry];
  return plannedTopics({
    spec: given,
    source: live(before.source, SOURCE, "id-1"),
    letters: ok(live(before.letters, DLQ, "id-dlq")),
    wish: before.letters === undefined ? {} : { boundId: "id-dlq" },
    ...(before.source === undefined ? {} : { status: bound({ deadLetters }) }),
  });
}

function live(topic: Held | undefined, name: string, id: string): ObservedTopic {
  return topic === undefined ? { kind: "absent" } : aTopicInKafka({ name, id, ...topic });
}

function carriedOut(before: World, { steps }: TopicsPlan): World {
  const after: Record<string, Held | undefined> = { [SOURCE]: before.source, [DLQ]: before.letters };
  for (const { action } of steps) {
    const name = topicNameOf(action) ?? "";
    const { partitions = 1, configs = {} } = after[name] ?? {};
    if (action.type === "createTopic") {
      after[name] = { partitions: action.topic.partitions ?? 1, configs: action.topic.configs };
    } else if (action.type === "growPartitions") {
      after[name] = { partitions: action.to, configs };
    } else if (action.type === "changeConfig") {
      const { [action.key]: _, ...others } = configs;
      after[name] = { partitions, configs: action.to === undefined ? others : { ...others, [action.key]: action.to } };
    }
  }
  return { source: after[SOURCE], letters: after[DLQ] };
}

describe("planTopics() for every spec and whatever is in Kafka", () => {
  it("reaches what it wants when it is carried out, and is then empty", () => {
    fc.assert(
      fc.property(spec, world, (given, before) => {
        const first = carriedOut(before, planned(given, before));
        const second = carriedOut(first, planned(given, first));
        const { steps } = planned(given, second);
        expect(steps.filter(({ action }) => action.type !== "recordOwnership")).to.deep.equal([]);
      }),
    );
  });

  it("needs one run only, once the source is there: the broker's defaults are then known", () => {
    fc.assert(
      fc.property(spec, world, (given, before) => {
        fc.pre(before.source !== undefined);
        const after = carriedOut(before, planned(given, before));
        const { steps } = planned(given, after);
        expect(steps.filter(({ action }) => action.type !== "recordOwnership")).to.deep.equal([]);
      }),
    );
  });

  it("never lets the source have more partitions than its dead letters, at any point of the order", () => {
    fc.assert(
      fc.property(spec, world, (given, before) => {
        const { deadLetter, ...others } = given;
        const following = { ...others, deadLetter: { retention: deadLetter?.retention } };
        const plan = planned(following, before);
        for (const { id, action, waitsFor = [] } of plan.steps) {
          if (topicNameOf(action) !== SOURCE || action.type !== "growPartitions") continue;
          const position = plan.steps.findIndex((step) => step.id === id);
          const done = carriedOut(before, { ...plan, steps: plan.steps.slice(0, position) });
          expect(done.letters?.partitions ?? action.to).to.be.at.least(action.to);
          const letters = plan.steps.filter(
            ({ action: { type } }) => type === "createTopic" || type === "growPartitions",
          );
          expect(waitsFor).to.include.members(letters.filter((step) => step.id !== id).map((step) => step.id));
        }
      }),
    );
  });

  it("has steps of one id each, and every step behind those that it depends on", () => {
    fc.assert(
      fc.property(spec, world, (given, before) => {
        const seen = new Set<string>();
        for (const { id, after, waitsFor = [] } of planned(given, before).steps) {
          expect(seen.has(id), id).to.equal(false);
          for (const other of [...after, ...waitsFor]) expect(seen.has(other), other).to.equal(true);
          seen.add(id);
        }
      }),
    );
  });
});
