// What a ConsumerGroup may and may not say.

import { TYPED_CLIENT_PROPERTIES } from "../../../src/api/config-keys.ts";
import type { CaseTable } from "./cases.ts";

export const CONSUMER_GROUP_CASES: CaseTable = {
  identity: [
    { why: "nothing but a name", spec: {} },
    { why: "any text as a group id: Kafka takes any", spec: { groupId: "Billing / audit: ü" } },
    { why: "a group id that stays", spec: { groupId: "a", purpose: "audit" }, old: { groupId: "a" } },
    {
      why: "another group id",
      spec: { groupId: "b" },
      old: { groupId: "a" },
      refused: ["spec.groupId: groupId cannot be changed, added or removed: offsets belong to the group id"],
    },
    {
      why: "a group id added, even the default one",
      spec: { groupId: "example" },
      old: {},
      refused: ["spec.groupId: groupId cannot be changed, added or removed"],
    },
    {
      why: "a group of Kafka Connect",
      spec: { groupId: "connect-sink" },
      refused: ["spec.groupId: Choose another group id"],
    },
    {
      why: "a group of Kafka Connect by the object's name",
      name: "connect-sink",
      spec: {},
      refused: ["spec.groupId: Choose another group id"],
    },
    { why: "such a name with a group id of its own", name: "connect-sink", spec: { groupId: "sink" } },
    {
      why: "a bus added later that is not the recorded one",
      spec: { busRef: { name: "b" } },
      old: {},
      oldStatus: { observedGeneration: 1, bus: { name: "a" } },
      refused: ["spec.busRef: busRef can only be set to the bus that the object already has"],
    },
    {
      why: "another bus",
      spec: { busRef: { name: "b" } },
      old: { busRef: { name: "a" } },
      refused: ["spec.busRef: busRef cannot be changed or removed"],
    },
  ],
  settings: [
    {
      why: "topics of both kinds",
      spec: { topics: [{ eventTopicRef: { name: "a", namespace: "b" } }, { topicName: "legacy.T_1" }] },
    },
    {
      why: "a topic named in two ways, and one not named",
      spec: { topics: [{ eventTopicRef: { name: "a" }, topicName: "b" }, {}] },
      refused: ["spec.topics[0]: Name each topic in one way", "spec.topics[1]: Name each topic in one way"],
    },
    { why: "to begin at the earliest record", spec: { initialOffsets: "Earliest" } },
    { why: "to begin at a time", spec: { initialOffsets: "2026-01-31T08:00:00.5+01:00" } },
    {
      why: "to begin at a day: which hour, and where on earth?",
      spec: { initialOffsets: "2026-01-31" },
      refused: ["spec.initialOffsets: Write Earliest, Latest, or a time"],
    },
    { why: "other client properties", spec: { client: { extra: { "fetch.min.bytes": 1 } } } },
    {
      why: "client properties that have a field",
      spec: { client: { extra: Object.fromEntries(Object.keys(TYPED_CLIENT_PROPERTIES).map((key) => [key, 1])) } },
      refused: Object.entries(TYPED_CLIENT_PROPERTIES).map(
        ([key, field]) => `spec.client.extra: Set spec.${field} instead of "${key}"`,
      ),
    },
    { why: "deleting the group", spec: { deletionPolicy: "DeleteGroup" } },
    {
      why: "Delete, which is a topic's word",
      spec: { deletionPolicy: "Delete" },
      refused: ['spec.deletionPolicy: Must be one of "Retain", "DeleteGroup"'],
    },
  ],
  "words that are not well formed": [
    {
      why: "names and durations of other spellings",
      spec: {
        topics: [{ eventTopicRef: { name: "A", namespace: "a.b" } }, { topicName: "a/b" }],
        client: { pollTimeout: "100" },
      },
      refused: [
        "spec.topics[0].eventTopicRef.name: Use a Kubernetes object name",
        "spec.topics[0].eventTopicRef.namespace: Use lower-case letters",
        "spec.topics[1].topicName: Use a Kafka topic name",
        "spec.client.pollTimeout: Write a duration such as",
      ],
    },
  ],
};
