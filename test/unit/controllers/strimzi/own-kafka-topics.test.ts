import { expect } from "chai";
import { describe, it } from "mocha";

import {
  configText,
  delegationOf,
  kafkaTopicKey,
  kafkaTopicName,
} from "../../../../src/controllers/strimzi/own-kafka-topics.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { aKafkaTopic, told, UNMANAGED } from "../../../builders/kafka-topics.ts";

const OWNER = "team/orders";
const PLACE = { namespace: "kafka", cluster: "main" };
const ORDERS = { wanted: ["orders"], recorded: [] };

const released = (more: Partial<KafkaTopic["metadata"]> = {}): KafkaTopic =>
  aKafkaTopic({ status: told("Unmanaged", "True") }, { annotations: UNMANAGED, ...more });
const handedOver = (topicName: string): KafkaTopic =>
  aKafkaTopic({ spec: { topicName } }, { name: "handed", labels: { "strimzi.io/cluster": "main" } });

const names = (topics: Iterable<KafkaTopic> = []): string[] => Array.from(topics, ({ metadata }) => metadata.name);

const CASES: readonly {
  readonly why: string;
  readonly owned: readonly KafkaTopic[];
  readonly direct?: true;
  readonly known?: { readonly wanted: readonly string[]; readonly recorded: readonly string[] };
  readonly own?: readonly string[];
  readonly strays?: readonly string[];
}[] = [
  { why: "there is none yet", owned: [] },
  { why: "the one of its name", owned: [aKafkaTopic()], own: ["orders"] },
  { why: "one of another name that asks for the topic", owned: [handedOver("orders")], own: ["handed"] },
  {
    why: "of two the one of its name; the other is given up",
    owned: [handedOver("orders"), aKafkaTopic()],
    own: ["orders"],
    strays: ["handed"],
  },
  {
    why: "one of a dead letter that is no longer wanted",
    owned: [aKafkaTopic({}, { name: "orders.dlq" })],
    strays: ["orders.dlq"],
  },
  { why: "one that names the object by mistake", owned: [handedOver("other")] },
  {
    why: "a handed-over one of a topic that the object had",
    owned: [handedOver("orders.dlq")],
    known: { wanted: ["orders"], recorded: ["orders.dlq"] },
    strays: ["handed"],
  },
  {
    why: "one for another Kafka object",
    owned: [aKafkaTopic({}, { labels: { "strimzi.io/cluster": "other" } })],
    strays: ["orders"],
  },
  { why: "topics are written directly", owned: [aKafkaTopic()], direct: true, strays: ["orders"] },
  {
    why: "topics are written directly, and Strimzi has let go of one that is being deleted",
    owned: [released({ deletionTimestamp: "2026-01-01T00:00:00Z" })],
    direct: true,
  },
  { why: "topics are written directly, and one is released", owned: [released()], direct: true, strays: ["orders"] },
];

describe("delegationOf()", () => {
  it("is nothing where topics are written directly and there is no KafkaTopic", () => {
    expect(delegationOf(OWNER, undefined, [], ORDERS)).to.equal(undefined);
  });

  for (const { why, owned, direct, known = ORDERS, own = [], strays = [] } of CASES) {
    it(`tells apart what stands for a topic and what is to be given up: ${why}`, () => {
      const found = delegationOf(OWNER, direct === true ? undefined : PLACE, owned, known);
      expect({ own: names(found?.own.values()), strays: names(found?.strays) }).to.deep.equal({ own, strays });
    });
  }
});

describe("kafkaTopicName()", () => {
  it("is the topic's where Kubernetes allows that", () => {
    for (const name of ["orders", "a.b-c.d", "1"]) expect(kafkaTopicName(name)).to.equal(name);
  });

  it("is a hash else, another for each", () => {
    const odd = ["a_b", "A", "a..b", "-a", "a-", "a.-b"];
    for (const name of odd) expect(kafkaTopicName(name)).to.match(/^event-topic-[0-9a-f]{20}$/);
    expect(new Set(odd.map((name) => kafkaTopicName(name))).size).to.equal(odd.length);
  });

  it("is where the KafkaTopic will be, unless there is one already", () => {
    const none = { owner: OWNER, place: PLACE, own: new Map(), strays: [] };
    expect(kafkaTopicKey("orders", none)).to.deep.equal({ namespace: "kafka", name: "orders" });
    const there = { ...none, own: new Map([["orders", handedOver("orders")]]) };
    expect(kafkaTopicKey("orders", there)).to.deep.equal({ namespace: "kafka", name: "handed" });
    expect(kafkaTopicKey("orders", { ...none, place: undefined })).to.equal(undefined);
  });
});

describe("configText()", () => {
  it("makes texts of values as Strimzi does", () => {
    expect([5, "5", true, ["compact", "delete"], 0.5].map((value) => configText(value))).to.deep.equal([
      "5",
      "5",
      "true",
      "compact,delete",
      "0.5",
    ]);
  });
});
