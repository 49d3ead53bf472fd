import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import type { DeadLetterWish } from "../../../../src/controllers/event-topic/dead-letters.ts";
import { desiredTopic } from "../../../../src/controllers/event-topic/desired.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import type { ObservedTopic, ObservedTopics } from "../../../../src/controllers/event-topic/observe.ts";
import { planTopics, type TopicsPlan } from "../../../../src/controllers/event-topic/plan-topics.ts";
import { failedWith, ok, type Answer } from "../../../../src/kafka/model/failure.ts";
import { anEventTopic } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";
import { aResolvedTopic, aTopicInKafka } from "../../../builders/topics.ts";

const DLQ = "billing.usage.events.dlq";

function planned(
  source: ObservedTopic,
  deadLetter: Answer<ObservedTopic>,
  given: { readonly spec?: Partial<EventTopicSpec>; readonly wish?: Partial<DeadLetterWish> } = {},
): TopicsPlan {
  const topic = anEventTopic(given.spec, {}, source.kind === "absent" ? undefined : bound());
  const memory = memoryOf(topic, NOW);
  const wish: DeadLetterWish = {
    name: DLQ,
    boundId: "id-dlq",
    memory,
    adoption: "Adopt",
    absence: { presence: "absent", name: DLQ, boundId: "id-dlq", isProtected: true },
    ...given.wish,
  };
  const desired = { source: desiredTopic(topic, aResolvedTopic(topic), memory), deadLetters: [wish] };
  const observed: ObservedTopics = { source, deadLetters: new Map([[DLQ, deadLetter]]) };
  return planTopics(desired, observed, memory);
}

/** What a dead-letter topic of the default source holds. */
const CONFIGS = {
  "message.timestamp.type": "LogAppendTime",
  "retention.ms": "1209600000",
  "max.message.bytes": "1310732",
};

const letters = (partitions: number, configs: Readonly<Record<string, string>> = CONFIGS): Answer<ObservedTopic> =>
  ok(aTopicInKafka({ name: DLQ, id: "id-dlq", partitions, configs }));

describe("planTopics()", () => {
  it("is empty when source and dead letters are as wanted", () => {
    expect(planned(aTopicInKafka({ partitions: 3 }), letters(3))).to.deep.include({ steps: [], refusals: [] });
  });

  it("grows dead letters first, and the source only once they have grown", () => {
    const { steps } = planned(aTopicInKafka({ partitions: 3 }), letters(3), { spec: { partitions: 6 } });
    const [first, second] = steps;
    expect(first?.action).to.deep.include({ type: "growPartitions", topicName: DLQ, to: 6 });
    expect(second?.action).to.deep.include({ type: "growPartitions", topicName: "billing.usage.events", to: 6 });
    expect(second?.waitsFor).to.deep.equal([first?.id]);
  });

  it("serves the source while a dead-letter topic may not be provided, or cannot be read", () => {
    const obstacle = { reason: "ClaimedByAnother", message: "held" } as const;
    const given = { spec: { partitions: 6 }, wish: { obstacle } };
    const claimed = planned(aTopicInKafka({ partitions: 3 }), letters(3), given);
    expect(claimed.steps.map(({ action }) => action.type)).to.deep.equal(["growPartitions"]);
    expect(claimed.refusals).to.deep.equal([
      { reason: "DeadLetterFailed", cause: "ClaimedByAnother", message: "held" },
    ]);
    const unread = failedWith({ kind: "busy", name: "X", message: "" });
    expect(planned(aTopicInKafka({ partitions: 3 }), unread, { spec: { partitions: 6 } }).steps).to.have.length(1);
  });

  it("records what it is about to own before anything of any topic", () => {
    const spec = { deletionPolicy: "Delete" } as const;
    const { steps } = planned({ kind: "absent" }, ok({ kind: "absent" }), { spec, wish: { boundId: undefined } });
    expect(steps.map(({ action }) => action.type)).to.deep.equal(["recordOwnership", "createTopic", "createTopic"]);
    for (const step of steps.slice(1)) expect(step.after).to.deep.equal([steps[0]?.id]);
  });
});
