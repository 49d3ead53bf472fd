// What an EventBus may and may not say.

import type { CaseTable } from "./cases.ts";
import { SECURITY_CASES } from "./security-cases.ts";

const kafka = { bootstrapServers: ["kafka:9092"] };
const strimzi = { namespace: "kafka", name: "main" };

const prefixed = { template: "{prefix}.events.{domain}", prefix: "angzarr" };
const spec = { kafka, naming: prefixed };

export const EVENT_BUS_CASES: CaseTable = {
  security: SECURITY_CASES,
  "where Kafka is": [
    { why: "bootstrap servers", spec: { kafka } },
    { why: "a Kafka object of Strimzi", spec: { strimzi } },
    { why: "both: kafka connects, strimzi says whose topics to respect", spec: { kafka, strimzi } },
    { why: "neither", spec: {}, refused: ["spec: Say where Kafka is: set kafka.bootstrapServers, or strimzi"] },
    {
      why: "topics through Strimzi, at an address of its own",
      spec: { kafka, strimzi, topicManagement: "KafkaTopic" },
    },
    { why: "topics directly, without Strimzi", spec: { kafka, topicManagement: "Direct" } },
    {
      why: "KafkaTopics of nobody knows which Strimzi",
      spec: { kafka, topicManagement: "KafkaTopic" },
      refused: ["spec.strimzi: Say by strimzi which Kafka object the KafkaTopics are for"],
    },
    {
      why: "rights through KafkaUsers of nobody knows which Strimzi",
      spec: { kafka, accessManagement: "KafkaUser" },
      refused: ["spec.accessManagement: accessManagement KafkaUser needs strimzi"],
    },
    {
      why: "an empty list of servers",
      spec: { kafka: { bootstrapServers: [] } },
      refused: ["spec.kafka.bootstrapServers: Must hold at least 1 item"],
    },
    {
      why: "hosts, IPv4 and IPv6",
      spec: { kafka: { bootstrapServers: ["b-1.kafka_x.example.com:9092", "10.0.0.1:9092", "[fd00::1]:9092"] } },
    },
    {
      why: "servers that are no host:port",
      spec: { kafka: { bootstrapServers: ["kafka", "kafka:", "PLAINTEXT://kafka:9092", "-a:1", "a b:1"] } },
      refused: [0, 1, 2, 3, 4].map((index) => `spec.kafka.bootstrapServers[${index}]: Write host:port`),
    },
    {
      why: "a server twice",
      spec: { kafka: { bootstrapServers: ["a:1", "a:1"] } },
      refused: ['spec.kafka.bootstrapServers: Must not hold "a:1" twice'],
    },
    {
      why: "another address for the same cluster",
      spec: { kafka },
      old: { kafka: { bootstrapServers: ["old:9092"] } },
    },
  ],
  naming: [
    { why: "a template with its prefix", spec },
    { why: "naming given later: until then the default template applied", spec, old: { kafka } },
    {
      why: "naming changed",
      spec: { kafka, naming: { ...prefixed, prefix: "other" } },
      old: spec,
      refused: ["spec.naming: naming cannot be changed or removed once set"],
    },
    {
      why: "naming taken away",
      spec: { kafka },
      old: spec,
      refused: ["spec.naming: naming cannot be changed or removed once set"],
    },
    {
      why: "a template without any part",
      spec: { kafka, naming: { template: "events" } },
      refused: ["spec.naming.template: Use at least one of {domain}, {entity}, {action}"],
    },
    {
      why: "a template with an unknown part",
      spec: { kafka, naming: { template: "{domain}.{team}" } },
      refused: ["spec.naming.template: Write a template of {prefix}, {domain}"],
    },
    {
      why: "a template that uses a prefix which is not there",
      spec: { kafka, naming: { template: "{prefix}.{domain}" } },
      refused: ["spec.naming.prefix: Give prefix together with a template that uses {prefix}"],
    },
    {
      why: "a prefix that no template uses",
      spec: { kafka, naming: { prefix: "angzarr" } },
      refused: ["spec.naming.prefix: Give prefix together with a template that uses {prefix}"],
    },
  ],
  "namespaces and patterns": [
    {
      why: "entries that add up, and Kafka's own wildcard",
      spec: {
        kafka,
        legacyNames: [{ pattern: "*" }, { pattern: "legacy_", patternType: "prefixed" }],
        namespaces: [
          { names: ["billing"], domains: ["billing"], deletionPolicies: ["Retain", "Delete"] },
          { selector: { matchLabels: { team: "x" } }, adoption: "Adopt" },
          {},
        ],
      },
    },
    {
      why: "a regular expression as a pattern",
      spec: { kafka, legacyNames: [{ pattern: "orders-.+" }] },
      refused: ["spec.legacyNames[0].pattern: Write a name, its beginning"],
    },
    {
      why: "Kafka's spelling of pattern types: ours are small",
      spec: { kafka, legacyNames: [{ pattern: "a", patternType: "PREFIXED" }] },
      refused: ['spec.legacyNames[0].patternType: Must be one of "literal", "prefixed"'],
    },
    {
      why: "a selector that compares with nothing, and one that compares existence with something",
      spec: {
        kafka,
        namespaces: [
          {
            selector: {
              matchExpressions: [
                { key: "a", operator: "In" },
                { key: "a", operator: "Exists", values: ["b"] },
                { key: "a", operator: "NotIn", values: ["b"] },
                { key: "a", operator: "DoesNotExist" },
              ],
            },
          },
        ],
      },
      refused: [0, 1].map(
        (index) => `spec.namespaces[0].selector.matchExpressions[${index}].values: Give values with the operators In`,
      ),
    },
  ],
  "words that are not well formed": [
    {
      why: "names, keys, sizes and durations of other spellings",
      spec: {
        kafka: {
          bootstrapServers: ["kafka:9092"],
          security: {
            protocol: "SSL",
            tls: { caSecretRef: { name: "CA", key: "a/b" }, serverName: "kafka:9093" },
          },
        },
        expectedClusterId: "a b",
        naming: { template: "{prefix}.{domain}", prefix: "{x}" },
        namespaces: [{ names: ["a.b"] }],
        topicDefaults: { maxMessageBytes: "1MB" },
        resyncInterval: "unlimited",
      },
      refused: [
        "spec.kafka.security.tls.caSecretRef.name: Use a Kubernetes object name",
        "spec.kafka.security.tls.caSecretRef.key: Use a key of a Secret",
        "spec.kafka.security.tls.serverName: Write a host name",
        "spec.expectedClusterId: Write the cluster id as Kafka prints it",
        "spec.naming.prefix: Use letters, digits",
        "spec.namespaces[0].names[0]: Use lower-case letters",
        "spec.topicDefaults.maxMessageBytes: Write whole bytes such as",
        "spec.resyncInterval: Write a duration such as",
      ],
    },
    {
      why: "steps down without the guard that takes them",
      spec: { kafka, changeGuard: { stepDown: { by: "1d", every: "1h" } } },
      refused: ["spec.changeGuard.stepDown: Give stepDown together with onShorten: StepDown"],
    },
  ],
};
