// What may not reach a shared request: a value that the encoder or the broker's parser rejects would take every
// neighbour down with it. Everything that Kafka judges per item is left to Kafka.

import type { AclBinding } from "../model/acl.ts";
import type { KafkaFailure } from "../model/failure.ts";
import type { NewTopic } from "../model/topic.ts";
import { stringBytesMost } from "./limits.ts";
import { newPartitionsMost, type PartitionGrowth } from "./operations/create-partitions.ts";
import { isTopicId } from "./topic-id.ts";

function invalid(message: string): KafkaFailure {
  return { kind: "invalid", code: 42, name: "INVALID_REQUEST", message };
}

/** A string fit for the wire; `what` names it in the refusal. */
export function unfitText(what: string, value: unknown): KafkaFailure | undefined {
  if (typeof value !== "string" || !value.isWellFormed()) return invalid(`${what} is not well-formed text`);
  const bytes = Buffer.byteLength(value);
  if (bytes <= stringBytesMost) return undefined;
  return invalid(`${what} is ${bytes} bytes long, ${stringBytesMost} is the most that Kafka reads`);
}

/** A whole number from 0 to `most`. */
export function unfitNumber(what: string, value: unknown, most: number): KafkaFailure | undefined {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return undefined;
  return invalid(`${what} is ${String(value)}, not a whole number from 0 to ${most}`);
}

export const int16Most = 0x7fff;
export const int32Most = 0x7fffffff;

// To Kafka it means "no id": asked for among others, it spoils the whole request.
const zeroTopicId = "A".repeat(22);

export function unfitTopicId(id: unknown): KafkaFailure | undefined {
  if (typeof id === "string" && isTopicId(id) && id !== zeroTopicId) return undefined;
  return invalid(`Topic id "${String(id)}" is not the id of a topic, 22 characters of base64url`);
}

/** Keys and values of a configuration. */
export function unfitConfigs(configs: Readonly<Record<string, string>>): KafkaFailure | undefined {
  for (const [key, value] of Object.entries(configs)) {
    const failure = unfitText("A configuration key", key) ?? unfitText(`The value of "${key}"`, value);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

export function unfitTopic({ name, partitions, replicationFactor, configs }: NewTopic): KafkaFailure | undefined {
  return (
    unfitText("The topic's name", name) ??
    (partitions === undefined ? undefined : unfitNumber("The number of partitions", partitions, int32Most)) ??
    (replicationFactor === undefined
      ? undefined
      : unfitNumber("The replication factor", replicationFactor, int16Most)) ??
    unfitConfigs(configs)
  );
}

/** Kafka commits a part of a growth that is too large for one request, so it is refused here. */
export function unfitGrowth({ name, count, currentCount }: PartitionGrowth): KafkaFailure | undefined {
  const failure = unfitText("The topic's name", name) ?? unfitNumber("The number of partitions", count, int32Most);
  if (failure !== undefined) return failure;
  const added = count - currentCount;
  if (added <= newPartitionsMost) return undefined;
  return invalid(
    `Topic "${name}" would grow by ${added} partitions at once; grow it in steps of at most ${newPartitionsMost}`,
  );
}

/** An empty part would be "any" in a filter: such a binding is neither made nor taken away. */
export function unfitAcl({ host, principal, resourceName }: AclBinding): KafkaFailure | undefined {
  const parts = { "The resource's name": resourceName, "The principal": principal, "The host": host };
  for (const [what, text] of Object.entries(parts)) {
    const failure = text === "" ? invalid(`${what} is empty`) : unfitText(what, text);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
