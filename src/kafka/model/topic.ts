// A topic as Kafka holds it. Pure data.

import type { ConfigEntry } from "./topic-config.ts";

export interface PartitionState {
  readonly index: number;
  /** Broker id, undefined while the partition has no leader. */
  readonly leader?: number | undefined;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicState {
  readonly name: string;
  /** Kafka's topic id as Kafka prints it: 22 characters, base64url. */
  readonly id: string;
  readonly isInternal: boolean;
  /** Ascending by index. */
  readonly partitions: readonly PartitionState[];
}

/** By name, or by id where a namesake must not be meant. */
export type TopicKey = { readonly name: string } | { readonly id: string };

export interface NewTopic {
  readonly name: string;
  /** Undefined: the broker's `num.partitions`. */
  readonly partitions?: number | undefined;
  /** Undefined: the broker's `default.replication.factor`. */
  readonly replicationFactor?: number | undefined;
  readonly configs: Readonly<Record<string, string>>;
}

export interface CreatedTopic {
  readonly id: string;
  /** Undefined where it was left to the broker, which tells only those who may describe the topic's configuration. */
  readonly partitions?: number | undefined;
  /** As `partitions`. */
  readonly replicationFactor?: number | undefined;
  /** Every key that it has, inherited ones included, as a description would tell it; undefined likewise. */
  readonly configs?: readonly CreatedConfig[] | undefined;
}

/** What a creation tells of a key. */
export type CreatedConfig = Pick<ConfigEntry, "key" | "value" | "source">;

/** What is told of a topic that would be created. */
export interface ValidatedTopic {
  /** Every configuration key that a topic of this cluster can have; undefined for those who may not describe them. */
  readonly configKeys: readonly string[] | undefined;
  /** As that of `CreatedTopic`. */
  readonly replicationFactor: number | undefined;
}

/** The replication factor, or undefined where partitions differ (read from the assignment, never from the ISR). */
export function replicationFactorOf(topic: TopicState): number | undefined {
  const factors = new Set(topic.partitions.map((partition) => partition.replicas.length));
  const [only] = factors;
  return factors.size === 1 ? only : undefined;
}

/** Replicas of the partition that has the fewest; undefined for a topic without partitions. */
export function fewestReplicas({ partitions }: TopicState): number | undefined {
  return partitions.length === 0 ? undefined : Math.min(...partitions.map(({ replicas }) => replicas.length));
}
