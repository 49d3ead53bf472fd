import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { resolveDelegation } from "../../../../src/controllers/event-topic/resolve-delegation.ts";
import type { Delegation } from "../../../../src/controllers/strimzi/own-kafka-topics.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { StrimziTopics } from "../../../../src/controllers/strimzi/strimzi-topics.ts";
import { aKafkaTopic } from "../../../builders/kafka-topics.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { strimziStores, type StrimziObjects } from "../../../builders/strimzi.ts";

const STRIMZI = { namespace: "kafka", name: "main" } as const;
const THROUGH: Partial<EventBusSpec> = { strimzi: STRIMZI, topicManagement: "KafkaTopic" };
const DIRECT: Partial<EventBusSpec> = { strimzi: STRIMZI };
const PLACE = { namespace: "kafka", cluster: "main" };
const OWNER = "team/orders";

/** Handed over by the platform: it names the object, and was not made by us. */
const handedOver = (name: string): KafkaTopic => aKafkaTopic({}, { name, labels: { "strimzi.io/cluster": "main" } });

interface Given {
  readonly bus?: Partial<EventBusSpec>;
  readonly topics?: readonly KafkaTopic[];
  readonly unread?: StrimziObjects["unread"];
  readonly status?: EventTopicStatus;
  readonly wanted?: readonly string[];
}

function resolve({ bus = THROUGH, topics = [], unread = [], status, wanted = ["orders"] }: Given) {
  const kafkaTopics = new StrimziTopics(new Map([["kafka", strimziStores({ topics, unread })]]));
  const object = anEventTopic({}, { namespace: "team", name: "orders" }, status);
  return shown(resolveDelegation(object, anEventBus(bus), wanted, { kafkaTopics }));
}

function shown(delegation: Delegation | undefined) {
  if (delegation === undefined) return undefined;
  const { own, owner, place, strays } = delegation;
  return {
    owner,
    place,
    own: [...own.keys()],
    strays: strays.map(({ metadata }) => metadata.name),
  };
}

describe("resolveDelegation()", () => {
  const cases: readonly {
    readonly why: string;
    readonly given: Given;
    readonly expected: ReturnType<typeof shown>;
  }[] = [
    {
      why: "directly, and never otherwise: it has nothing to do with Strimzi",
      given: { bus: DIRECT },
      expected: undefined,
    },
    {
      why: "through Strimzi, with no KafkaTopic yet: it is known where one belongs",
      given: {},
      expected: { owner: OWNER, place: PLACE, own: [], strays: [] },
    },
    {
      why: "through Strimzi: each topic by the KafkaTopic of its name, dead letters too",
      given: { topics: [aKafkaTopic(), aKafkaTopic({}, { name: "orders.dlq" })], wanted: ["orders", "orders.dlq"] },
      expected: { owner: OWNER, place: PLACE, own: ["orders", "orders.dlq"], strays: [] },
    },
    {
      why: "directly again: what there is has to be given up, and nothing is written there",
      given: { bus: DIRECT, topics: [aKafkaTopic()] },
      expected: { owner: OWNER, place: undefined, own: [], strays: ["orders"] },
    },
    {
      why: "where it is not known where KafkaTopics belong: no place is guessed",
      given: { unread: ["kafkas"] },
      expected: undefined,
    },
    {
      why: "one of the topic that the object was recorded with before it moved",
      given: { topics: [handedOver("former")], status: { topicName: "former" } },
      expected: { owner: OWNER, place: PLACE, own: [], strays: ["former"] },
    },
    {
      why: "one of dead letters on record that are no longer wanted",
      given: {
        topics: [handedOver("orders.dlq")],
        status: { deadLetters: [{ topicName: "orders.dlq", state: "Ready" }] },
      },
      expected: { owner: OWNER, place: PLACE, own: [], strays: ["orders.dlq"] },
    },
    {
      why: "one of a topic that was released",
      given: { topics: [handedOver("orders.dlq")], status: { released: ["orders.dlq"] } },
      expected: { owner: OWNER, place: PLACE, own: [], strays: ["orders.dlq"] },
    },
    {
      why: "one that names the object, and stands for no topic that it has or had: left alone",
      given: { topics: [handedOver("mistaken")], status: { topicName: "orders" } },
      expected: { owner: OWNER, place: PLACE, own: [], strays: [] },
    },
    {
      why: "one that is for another object is nothing to this one",
      given: { topics: [aKafkaTopic({}, { annotations: { "eventbus.dev/event-topic": "team/others" } })] },
      expected: { owner: OWNER, place: PLACE, own: [], strays: [] },
    },
  ];
  for (const { why, given, expected } of cases) {
    it(why, () => expect(resolve(given)).to.deep.equal(expected));
  }
});
