import { expect } from "chai";
import { describe, it } from "mocha";

import type { Kafka, KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { StrimziTopics } from "../../../../src/controllers/strimzi/strimzi-topics.ts";
import { metadataOf, strimziStores, type StrimziObjects } from "../../../builders/strimzi.ts";

const MAIN = { namespace: "kafka", name: "main" };
const API = { apiVersion: "kafka.strimzi.io/v1" } as const;
const LABELS = { "strimzi.io/cluster": "main" };

function kafkaTopic(
  namespace: string,
  name: string,
  more: Partial<KafkaTopic> & {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: object;
  } = {},
): KafkaTopic {
  const { annotations = {}, labels = LABELS, ...rest } = more;
  const metadata = metadataOf(namespace, name, { annotations, labels: labels as Record<string, string> });
  return { ...API, kind: "KafkaTopic", metadata, spec: {}, ...rest };
}

function kafka(watchedNamespace?: string): Kafka {
  const metadata = metadataOf(MAIN.namespace, MAIN.name);
  return { ...API, kind: "Kafka", metadata, spec: { entityOperator: { topicOperator: { watchedNamespace } } } };
}

describe("StrimziTopics", () => {
  const cases: readonly {
    readonly why: string;
    readonly namespaces: Readonly<Record<string, StrimziObjects>>;
    readonly expected: string;
  }[] = [
    { why: "there is no KafkaTopic of the name", namespaces: { kafka: {} }, expected: "none" },
    {
      why: "it is called so",
      namespaces: { kafka: { topics: [kafkaTopic("kafka", "orders")] } },
      expected: "kafka/orders",
    },
    {
      why: "it asks for the name",
      namespaces: { kafka: { topics: [kafkaTopic("kafka", "o", { spec: { topicName: "orders" } })] } },
      expected: "kafka/o",
    },
    {
      why: "it is called so, but asks for another name",
      namespaces: { kafka: { topics: [kafkaTopic("kafka", "orders", { spec: { topicName: "other" } })] } },
      expected: "none",
    },
    {
      why: "it was renamed, and the Topic Operator goes on with the old name",
      namespaces: {
        kafka: {
          topics: [kafkaTopic("kafka", "o", { spec: { topicName: "new" }, status: { topicName: "orders" } })],
        },
      },
      expected: "kafka/o",
    },
    {
      why: "it is not managed",
      namespaces: {
        kafka: { topics: [kafkaTopic("kafka", "orders", { annotations: { "strimzi.io/managed": "false" } })] },
      },
      expected: "none",
    },
    {
      why: "only the exact word releases it",
      namespaces: {
        kafka: { topics: [kafkaTopic("kafka", "orders", { annotations: { "strimzi.io/managed": "False" } })] },
      },
      expected: "kafka/orders",
    },
    {
      why: "it is paused, which Strimzi's deletion does not heed",
      namespaces: {
        kafka: {
          topics: [kafkaTopic("kafka", "orders", { annotations: { "strimzi.io/pause-reconciliation": "true" } })],
        },
      },
      expected: "kafka/orders",
    },
    {
      why: "it is of another cluster",
      namespaces: { kafka: { topics: [kafkaTopic("kafka", "orders", { labels: { "strimzi.io/cluster": "b" } })] } },
      expected: "none",
    },
    {
      why: "no Topic Operator selects it",
      namespaces: { kafka: { topics: [kafkaTopic("kafka", "orders", { labels: {} })] } },
      expected: "none",
    },
    {
      why: "the Topic Operator watches another namespace",
      namespaces: { kafka: { kafkas: [kafka("teams")] }, teams: { topics: [kafkaTopic("teams", "orders")] } },
      expected: "teams/orders",
    },
    {
      why: "nobody serves the KafkaTopics beside the Kafka object while another namespace is watched",
      namespaces: { kafka: { kafkas: [kafka("teams")], topics: [kafkaTopic("kafka", "orders")] }, teams: {} },
      expected: "none",
    },
    {
      why: "the namespace is not listed",
      namespaces: {},
      expected: 'unreadable: EVENTBUS_STRIMZI_NAMESPACES, "kafka"',
    },
    {
      why: "the watched namespace is not listed",
      namespaces: { kafka: { kafkas: [kafka("teams")] } },
      expected: 'unreadable: EVENTBUS_STRIMZI_NAMESPACES, "teams"',
    },
    {
      why: "where the Topic Operator watches is not known",
      namespaces: { kafka: { unread: ["kafkas"] } },
      expected: 'unreadable: Kafka objects, "kafka"',
    },
    {
      why: "KafkaTopics may not be read",
      namespaces: { kafka: { unread: ["topics"] } },
      expected: 'unreadable: KafkaTopics, "kafka"',
    },
  ];
  for (const { why, namespaces, expected } of cases) {
    it(`finds "${expected}" when ${why}`, () => {
      const stores = Object.entries(namespaces).map(([name, objects]) => [name, strimziStores(objects)] as const);
      const claim = new StrimziTopics(new Map(stores)).find(MAIN, "orders");
      if (claim.kind !== "unreadable") {
        expect(claim.kind === "managed" ? `${claim.namespace}/${claim.name}` : claim.kind).to.equal(expected);
        return;
      }
      for (const part of expected.replace("unreadable: ", "").split(", ")) expect(claim.message).to.include(part);
    });
  }

  it("asks nothing of Strimzi for a bus that lies beside none", () => {
    expect(new StrimziTopics(new Map()).find(undefined, "orders")).to.deep.equal({ kind: "none" });
  });
});
