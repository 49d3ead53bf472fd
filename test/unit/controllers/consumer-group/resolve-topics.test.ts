import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec } from "../../../../src/api/consumer-group.ts";
import type { EventTopic, EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { resolveDeadLetters, resolveTopics } from "../../../../src/controllers/consumer-group/resolve-topics.ts";
import { aConsumerGroup, anEventTopic } from "../../../builders/objects.ts";

const IDENTITY = { busName: "bus", clusterId: "cluster-1", groupId: "reader" };
const BUS = { name: "bus", clusterId: "cluster-1" };
const BOUND = { bus: BUS, topicName: "billing.usage", topicId: "id-1" };

interface Held {
  readonly namespace?: string;
  readonly spec?: Partial<EventTopicSpec>;
  readonly status?: EventTopicStatus;
}

function worldOf(held: Held | undefined) {
  const { namespace = "team-a", spec, status } = held ?? {};
  const topic = held && anEventTopic(spec, { name: "usage", namespace }, status);
  const names = [status?.topicName, ...(status?.deadLetters ?? []).map((letter) => letter.topicName)];
  return {
    topics: {
      get: (key: string) => (key === `${namespace}/usage` ? topic : undefined),
      named: (name: string): readonly EventTopic[] => (topic !== undefined && names.includes(name) ? [topic] : []),
    },
    namespace: (name: string) => ({ name, labels: { team: "readers" } }),
  };
}

const BY_REF = { eventTopicRef: { name: "usage" } };
const FOREIGN_REF = { eventTopicRef: { name: "usage", namespace: "team-b" } };
const BY_NAME = { topicName: "billing.usage" };
const MANAGED = "found billing.usage, managed";
const UNMANAGED = "found billing.usage";
const CONSENTS = { consumers: { allowedNamespaces: { names: ["team-a"] } } };
const BY_LABEL = { consumers: { allowedNamespaces: { selector: { matchLabels: { team: "readers" } } } } };
const OTHERS = { consumers: { allowedNamespaces: { names: ["team-c"] } } };
const FOREIGN: Held = { namespace: "team-b", status: BOUND };
const LETTER = { topicName: "billing.usage.dlq", topicId: "id-2", state: "Ready" };

describe("The topics that a ConsumerGroup reads", () => {
  type Topics = NonNullable<ConsumerGroupSpec["topics"]>;
  const cases: readonly (readonly [why: string, topics: Topics, held: Held | undefined, then: readonly string[]])[] = [
    ["an EventTopic of its namespace", [BY_REF], { status: BOUND }, [MANAGED]],
    ["one that is not there", [BY_REF], undefined, ["TopicNotFound"]],
    ["one that has no topic yet", [BY_REF], { status: { bus: BUS, topicName: "billing.usage" } }, ["TopicNotFound"]],
    ["one that was never looked at", [BY_REF], {}, ["TopicNotFound"]],
    [
      "one on another bus",
      [BY_REF],
      { status: { ...BOUND, bus: { name: "other", clusterId: "cluster-2" } } },
      ["TopicNotFound"],
    ],
    [
      "one on another bus of the same cluster",
      [BY_REF],
      { status: { ...BOUND, bus: { name: "other", clusterId: "cluster-1" } } },
      [MANAGED],
    ],
    ["one of another namespace, without consent", [FOREIGN_REF], FOREIGN, ["NotGranted"]],
    ["one whose consent is for others", [FOREIGN_REF], { ...FOREIGN, spec: OTHERS }, ["NotGranted"]],
    ["one that consents", [FOREIGN_REF], { ...FOREIGN, spec: CONSENTS }, [MANAGED]],
    ["one that consents to the namespace's labels", [FOREIGN_REF], { ...FOREIGN, spec: BY_LABEL }, [MANAGED]],
    ["a name that nobody declares", [BY_NAME], undefined, [UNMANAGED]],
    ["a name held in its own namespace", [BY_NAME], { status: BOUND }, [MANAGED]],
    ["a name held elsewhere, without consent", [BY_NAME], FOREIGN, ["NotGranted"]],
    ["a name held elsewhere, with consent", [BY_NAME], { ...FOREIGN, spec: CONSENTS }, [MANAGED]],
    [
      "a name held on another cluster",
      [BY_NAME],
      { ...FOREIGN, status: { ...BOUND, bus: { name: "bus", clusterId: "cluster-2" } } },
      [UNMANAGED],
    ],
    [
      "dead letters held elsewhere, without consent",
      [{ topicName: "billing.usage.dlq" }],
      { ...FOREIGN, status: { ...BOUND, deadLetters: [LETTER] } },
      ["NotGranted"],
    ],
    ["one topic in both forms, once", [BY_REF, BY_NAME], { status: BOUND }, [MANAGED]],
  ];
  for (const [why, topics, held, then] of cases) {
    it(`are told of ${why}`, () => {
      const found = resolveTopics(aConsumerGroup({ topics }), IDENTITY, worldOf(held));
      const told = found.map((topic) =>
        topic.kind === "found" ? `found ${topic.topicName}${topic.isManaged ? ", managed" : ""}` : topic.reason,
      );
      expect(told).to.deep.equal(then);
    });
  }

  it("are none where none is declared", () => {
    expect(resolveTopics(aConsumerGroup(), IDENTITY, worldOf(undefined))).to.deep.equal([]);
  });
});

describe("Where a ConsumerGroup's dead letters go", () => {
  const ref = { deadLetter: { eventTopicRef: { name: "usage" } } };
  const own = { topicName: "billing.usage.reader.dlq", topicId: "id-3", groupId: "reader", state: "Ready" };
  const cases: readonly (readonly [
    why: string,
    spec: ConsumerGroupSpec,
    status: EventTopicStatus,
    string | undefined,
  ])[] = [
    ["its own topic, where there is one", ref, { ...BOUND, deadLetters: [LETTER, own] }, own.topicName],
    ["that of all groups, else", ref, { ...BOUND, deadLetters: [LETTER] }, LETTER.topicName],
    ["nowhere while there is none", ref, BOUND, undefined],
    ["not to another group's", ref, { ...BOUND, deadLetters: [{ ...own, groupId: "other" }] }, undefined],
    ["nowhere unasked", {}, { ...BOUND, deadLetters: [LETTER] }, undefined],
    [
      "not to another cluster",
      ref,
      { ...BOUND, bus: { name: "bus", clusterId: "cluster-2" }, deadLetters: [LETTER] },
      undefined,
    ],
  ];
  for (const [why, spec, status, then] of cases) {
    it(why, () => {
      expect(resolveDeadLetters(aConsumerGroup(spec), IDENTITY, worldOf({ status }))).to.equal(then);
    });
  }
});

describe("Dead letters of a ConsumerGroup on another cluster", () => {
  const spec = { deadLetter: BY_REF };
  const told = (clusterId: string): readonly string[] => {
    const group = aConsumerGroup({ ...spec, topics: [] });
    const world = worldOf({ status: { ...BOUND, bus: { name: "other", clusterId } } });
    return resolveTopics(group, IDENTITY, world).flatMap((topic) => (topic.kind === "found" ? [] : [topic.message]));
  };

  it("are refused, and why is told", () => {
    expect(told("cluster-2")).to.have.length(1);
    expect(told("cluster-2")[0]).to.include(
      'EventTopic "team-a/usage", which spec.deadLetter names, lives on EventBus "other"',
    );
  });

  it("are no matter where two buses lead to one cluster", () => {
    expect(told("cluster-1")).to.deep.equal([]);
  });
});
