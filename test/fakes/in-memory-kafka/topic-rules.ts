// What Kafka's controller says to names, counts and growth (Topic.java, ReplicationControlManager.java of 4.3).

import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";
import type { NewTopic } from "../../../src/kafka/model/topic.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";
import { refusalOf } from "./topic-configs.ts";

const longestName = 249;
const recordsMost = 10_000;

/** Why this name is illegal; the same text for every request that carries it. */
export function illegalName(name: string): string | undefined {
  if (name === "") return "Topic name is invalid: the empty string is not allowed";
  if (name === "." || name === "..") return `Topic name is invalid: '${name}' is not allowed`;
  if (name.length > longestName) {
    return `Topic name is invalid: the length of '${name}' is longer than the max allowed length ${longestName}`;
  }
  if (/^[-._a-zA-Z0-9]+$/.test(name)) return undefined;
  return `Topic name is invalid: '${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`;
}

/** Names of one form collide: Kafka's metrics would mix them up. */
export function collisionForm(name: string): string {
  return name.replaceAll(".", "_");
}

/**
 * Why the controller refuses to create this topic.
 * @param cluster.namesake the topic that has a name of the same form, if there is one.
 */
export function refusedCreation(
  topic: NewTopic,
  cluster: { readonly namesake: string | undefined; readonly brokers: number; readonly defaultPartitions: number },
): KafkaFailure | undefined {
  const illegal = illegalName(topic.name);
  if (illegal !== undefined) return brokerFailure(17, illegal);
  if (cluster.namesake === topic.name) return brokerFailure(36, `Topic '${topic.name}' already exists.`);
  if (cluster.namesake !== undefined) {
    return brokerFailure(17, `Topic '${topic.name}' collides with existing topic: ${cluster.namesake}`);
  }
  const config = refusalOf(topic.configs);
  if (config !== undefined) return brokerFailure(40, config);
  if (topic.replicationFactor === 0) {
    return brokerFailure(38, "Replication factor must be larger than 0, or -1 to use the default value.");
  }
  if (topic.partitions === 0) {
    return brokerFailure(37, "Number of partitions was set to an invalid non-positive value.");
  }
  if ((topic.replicationFactor ?? 1) > cluster.brokers) {
    return brokerFailure(38, tooManyReplicas(topic.replicationFactor ?? 1, cluster.brokers));
  }
  const records = 1 + (topic.partitions ?? cluster.defaultPartitions) + Object.keys(topic.configs).length;
  if (records <= recordsMost) return undefined;
  return brokerFailure(44, "Excessively large number of partitions per request.");
}

function tooManyReplicas(factor: number, brokers: number): string {
  return (
    `Unable to replicate the partition ${factor} time(s): The target replication factor of ${factor} cannot be reached ` +
    `because only ${brokers} broker(s) are registered or some brokers have all their log directories cordoned.`
  );
}

/** Why the controller refuses to grow a topic of `current` partitions to `count`. */
export function refusedGrowth(name: string, current: number, count: number): KafkaFailure | undefined {
  if (count > current) return undefined;
  if (count === current) return brokerFailure(37, `Topic already has ${current} partition(s).`);
  return brokerFailure(
    37,
    `The topic ${name} currently has ${current} partition(s); ${count} would not be an increase.`,
  );
}
