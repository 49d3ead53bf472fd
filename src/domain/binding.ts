// The content of a binding Secret: what a workload needs to read (and write) as its group, in the words of Java,
// librdkafka, kafkajs, environment variables and Helm values. Pure. It never holds a credential: who may connect is told
// by a reference to a Secret that the workload mounts itself.

import type { BindingFacts, Connection } from "./binding-facts.ts";
import { kafkajsSettings } from "./kafkajs-settings.ts";
import { JAVA_ONLY, LIBRDKAFKA_NAMES } from "./librdkafka-keys.ts";
import { javaProperties, plainProperties, type Property } from "./properties-file.ts";

/** Type of the Secret (servicebinding.io: `servicebinding.io/<type>`). */
export const BINDING_SECRET_TYPE = "servicebinding.io/kafka";

/** Every key of the Secret, as text. */
export function bindingContent(facts: BindingFacts): Readonly<Record<string, string>> {
  const { connection, groupId, clientId, topics, topicPrefix } = facts;
  const given: Readonly<Record<string, string | undefined>> = {
    type: "kafka",
    provider: "event-bus-operator",
    "bootstrap.servers": connection.bootstrapServers.join(","),
    "security.protocol": connection.securityProtocol,
    "sasl.mechanism": connection.saslMechanism,
    "ssl.ca": connection.certificateAuthorities,
    "group.id": groupId,
    "client.id": clientId,
    topics: topics.length === 0 ? undefined : topics.join(","),
    "consumer.properties": javaProperties(consumerComments(facts), [
      ...javaConnection(connection),
      ...consumerProperties(facts),
    ]),
    "producer.properties": javaProperties(producerComments(facts), [
      ...javaConnection(connection),
      ...producerProperties(facts),
    ]),
    "librdkafka-consumer.properties": plainProperties(
      [...consumerComments(facts), ...trustComments(connection)],
      [...baseConnection(connection), ...consumerProperties(facts).flatMap((property) => inLibrdkafka(property))],
    ),
    "librdkafka-producer.properties": plainProperties(
      [...producerComments(facts), ...trustComments(connection)],
      [...baseConnection(connection), ...producerProperties(facts)],
    ),
    "kafkajs.json": json(kafkajsSettings(facts)),
    "values.yaml": json(helmValues(facts)),
    BUS_BACKEND: "kafka",
    KAFKA_BROKERS: connection.bootstrapServers.join(","),
    KAFKA_TOPIC_PREFIX: topicPrefix,
  };
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function baseConnection({ bootstrapServers, securityProtocol, saslMechanism }: Connection): Property[] {
  return [
    ["bootstrap.servers", bootstrapServers.join(",")],
    ["security.protocol", securityProtocol],
    ...(saslMechanism === undefined ? [] : [["sasl.mechanism", saslMechanism] as const]),
  ];
}

function javaConnection(connection: Connection): Property[] {
  const { certificateAuthorities } = connection;
  const trust: Property[] =
    certificateAuthorities === undefined
      ? []
      : [
          ["ssl.truststore.type", "PEM"],
          ["ssl.truststore.certificates", certificateAuthorities],
        ];
  return [...baseConnection(connection), ...trust];
}

function consumerProperties({ groupId, clientId, settings }: BindingFacts): Property[] {
  const { isolationLevel, maxPollIntervalMs, protocol } = settings;
  const typed: readonly (readonly [string, string | undefined])[] = [
    ["client.id", clientId],
    ["group.id", groupId],
    ["group.protocol", protocol],
    ["auto.offset.reset", settings.autoOffsetReset],
    ["enable.auto.commit", String(settings.commitMode === "Auto")],
    ["max.poll.records", String(settings.maxPollRecords)],
    ["max.poll.interval.ms", maxPollIntervalMs === undefined ? undefined : String(maxPollIntervalMs)],
    ["isolation.level", isolationLevel],
  ];
  const given = typed.filter((property): property is Property => property[1] !== undefined);
  return [...new Map<string, string>([...given, ...settings.extra])];
}

/** Acknowledged by all, written once, in order: what the data platform asks of every producer. */
function producerProperties({ clientId, compression }: BindingFacts): Property[] {
  return [
    ["client.id", clientId],
    ["acks", "all"],
    ["retries", "3"],
    ["enable.idempotence", "true"],
    ["max.in.flight.requests.per.connection", "1"],
    ["compression.type", compression],
  ];
}

function inLibrdkafka([key, value]: Property): Property[] {
  if (JAVA_ONLY.has(key)) return [];
  // Java names classes, librdkafka its own strategies.
  if (key === "partition.assignment.strategy" && value.includes(".")) return [];
  if (key === "auto.offset.reset" && value === "none") return [[key, "error"]];
  return [[LIBRDKAFKA_NAMES[key] ?? key, value]];
}

function consumerComments(facts: BindingFacts): string[] {
  const { commitMode, errorHandling, pollTimeoutMs } = facts.settings;
  const commits = {
    Sync: "Offsets are committed synchronously after each batch, which only the program can do",
    Async: "Offsets are committed asynchronously after each batch, which only the program can do",
    Auto: "Offsets are committed by the client itself",
  }[commitMode];
  return [
    ...commonComments(facts),
    `${commits}. Records are waited for ${pollTimeoutMs} ms: the argument of poll()`,
    ...(errorHandling === undefined ? [] : [`A record that cannot be processed: ${errorHandling}`]),
  ];
}

function producerComments(facts: BindingFacts): string[] {
  return commonComments(facts);
}

function commonComments({ owner, credentialsSecret }: BindingFacts): string[] {
  const credentials =
    credentialsSecret === undefined
      ? []
      : [`Credentials: Secret "${credentialsSecret}", which the program mounts itself`];
  return [`Written for ConsumerGroup ${owner}; edits are undone`, ...credentials];
}

function trustComments({ certificateAuthorities }: Connection): string[] {
  if (certificateAuthorities === undefined) return [];
  return ["ssl.ca.location: the path at which the key ssl.ca of this Secret is mounted"];
}

function helmValues({ connection, topicPrefix }: BindingFacts): object {
  const brokers = connection.bootstrapServers;
  return { bus: { backend: "kafka", kafka: { enabled: true, brokers, ...(topicPrefix && { topicPrefix }) } } };
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
