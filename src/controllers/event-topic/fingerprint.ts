// The fingerprint of an object's topics: of everything that a plan looks at, and of nothing that comes and goes by itself.
// Pure.

import { createHash } from "node:crypto";

import type { CreatedConfig } from "../../kafka/model/topic.ts";
import type { ObservedTopic, ObservedTopics } from "./observe.ts";

/** A topic as far as its fingerprint goes. */
export interface SeenTopic {
  readonly id: string;
  /** How many each partition has. */
  readonly replicas: readonly number[];
  readonly configs: readonly CreatedConfig[];
}

/** Undefined: it is not there. */
export interface SeenTopics {
  readonly source: SeenTopic | undefined;
  /** By name; why, where it could not be read. */
  readonly deadLetters: ReadonlyMap<string, SeenTopic | undefined | string>;
}

/** Bytes of a fingerprint: enough that one in 10^9 looks would be mistaken at ten thousand topics. */
const FINGERPRINT_BYTES = 8;

/** What was observed; leaders and in-sync replicas come and go. */
export function seen({ deadLetters, source }: ObservedTopics): SeenTopics {
  const letters = [...deadLetters].map(
    ([name, answer]) => [name, answer.status === "ok" ? seenTopic(answer.value) : answer.status] as const,
  );
  return { source: seenTopic(source), deadLetters: new Map(letters) };
}

export function seenTopic(observed: ObservedTopic): SeenTopic | undefined {
  if (observed.kind === "absent") return undefined;
  const { id, partitions } = observed.topic;
  return { id, replicas: partitions.map(({ replicas }) => replicas.length), configs: [...observed.configs.values()] };
}

export function fingerprintOf({ deadLetters, source }: SeenTopics): string {
  const hash = createHash("sha256").update(described(source));
  for (const [name, letter] of deadLetters) {
    hash.update(`\n\n${name} ${typeof letter === "string" ? letter : described(letter)}`);
  }
  return hash.digest().toString("latin1", 0, FINGERPRINT_BYTES);
}

/** Brokers list configuration in one order where they describe it, and in another where they have made the topic. */
function described(topic: SeenTopic | undefined): string {
  if (topic === undefined) return "absent";
  const configs = topic.configs.map(({ key, source, value }) => `\n${key}=${value}@${source}`).toSorted();
  return `${topic.id}/${topic.replicas.join("/")}${configs.join("")}`;
}
