import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic } from "../../../../src/api/event-topic.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { TopicSweepSource } from "../../../../src/controllers/event-topic/sweep-source.ts";
import { TOPIC_INDEXES } from "../../../../src/controllers/event-topic/wakes.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import type { Answer } from "../../../../src/kafka/model/failure.ts";
import { ObjectStore } from "../../../../src/runtime/store.ts";
import { aKafkaTopic, told } from "../../../builders/kafka-topics.ts";
import { anEventTopic } from "../../../builders/objects.ts";
import { NOW } from "../../../builders/planned-topic.ts";
import { runTopic, shown } from "../../../builders/topic-run.ts";

const NAME = "billing.usage.events";
const PLACE = { namespace: "kafka", cluster: "main" };
const AWAITED: Answer<never> = { status: "unknown", reason: "Kafka is not so (any more)", handedOver: "before" };

function at(agoMs: number): { readonly lastTransitionTime: string } {
  return { lastTransitionTime: new Date(NOW - agoMs).toISOString() };
}

/** When a run looks again that finds no topic, although its KafkaTopic asks for it. */
function recheckAfter(status: KafkaTopic["status"]): number | undefined {
  const own = new Map([[NAME, aKafkaTopic({ status }, { name: NAME })]]);
  const delegation = { owner: "team-a/usage", place: PLACE, own, strays: [] };
  const verdict = runTopic({ kind: "absent" }, { spec: { partitions: 3 }, delegation, answer: AWAITED });
  expect(shown(verdict)).to.deep.equal(["Ready=False/AwaitingStrimzi", "Reconciling=True/AwaitingStrimzi"]);
  expect(verdict.outcome.kind).to.equal("waiting");
  return verdict.outcome.recheckAt === undefined ? undefined : verdict.outcome.recheckAt - NOW;
}

/** Keys of the objects that a sweep wakes. */
function woken(reason: string): readonly string[] {
  const conditions = [
    { type: "Ready", status: "False", reason, message: "", lastTransitionTime: "2026-01-01T00:00:00Z" } as const,
  ];
  // It is bound to nothing yet, so that a sweep has nothing to look at.
  const topic = anEventTopic({}, {}, { bus: { name: "bus", clusterId: "cluster-1" }, topicName: NAME, conditions });
  const store = new ObjectStore<EventTopic>({
    indexes: TOPIC_INDEXES,
    onListenerError: (error) => {
      throw error as Error;
    },
  });
  store.feed().replace([topic], "1");
  const keys: string[] = [];
  const items = new TopicSweepSource(store, new BusRegistry(), (key) => keys.push(key)).begin("bus");
  expect(items).to.deep.equal([]);
  return keys;
}

describe("A topic that Strimzi has made and the brokers do not show", () => {
  const cases: readonly (readonly [why: string, status: KafkaTopic["status"], recheckMs: number | undefined])[] = [
    ["is looked for soon while that may be because they are late", told("Ready", "True", 1, at(5_000)), 2_000],
    [
      "is Strimzi's to make anew at its pass once they have had their time",
      told("Ready", "True", 1, at(60_000)),
      undefined,
    ],
    [
      "is not looked for before Strimzi has acted: its word wakes the object",
      told("Ready", "True", 0, at(0)),
      undefined,
    ],
    ["is not looked for where Strimzi says nothing", undefined, undefined],
    ["is not looked for where Strimzi does not say since when", told("Ready", "True"), undefined],
  ];
  for (const [why, status, recheckMs] of cases) {
    it(why, () => expect(recheckAfter(status)).to.equal(recheckMs));
  }

  it("is tried again by each sweep, so that nobody waits for ever", () => {
    expect(woken("AwaitingStrimzi")).to.deep.equal(["team-a/usage"]);
    expect(woken("UpToDate")).to.deep.equal([]);
  });
});
