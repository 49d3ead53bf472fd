// Faults of the in-memory Kafka: what goes wrong, for whom and when. Data only.

import type { KafkaAdmin } from "../../../src/kafka/admin.ts";
import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";

/** A verb of the port that asks Kafka something. */
export type Verb = Exclude<keyof KafkaAdmin, "close">;

export const writeVerbs: ReadonlySet<Verb> = new Set<Verb>([
  "createTopic",
  "validateTopic",
  "createPartitions",
  "deleteTopic",
  "alterConfigs",
  "deleteRecords",
  "commitOffset",
  "deleteGroup",
  "createAcl",
  "deleteAcl",
]);

/**
 * Strikes one admin at its `at`-th write (from 1; validations do not count), before or after Kafka has done it.
 * - `hang`: this and every later call of the admin never settles, as if its process had died.
 * - `unknown`: the answer is lost.
 * - a failure: the broker says no; only sensible `before`.
 */
export interface Fault {
  readonly at: number;
  readonly when: "before" | "after";
  readonly effect: "hang" | "unknown" | KafkaFailure;
}

/** `refused`: nobody listens. `hanging`: connections are accepted and nothing is answered. */
export type Network = "up" | "refused" | "hanging";

/** A write that Kafka has done. */
export interface SideEffect {
  readonly verb: Verb;
  /** Topic, topic id, group or broker. */
  readonly name: string;
}
