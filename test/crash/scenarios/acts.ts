// What people and others do in several scenarios.

import { ANNOTATION } from "../../../src/api/group.ts";
import type { World } from "../world.ts";

/** The wish that the topic goes with its object. */
export const DELETE = { deletionPolicy: "Delete" } as const;

/** Kafka's own tools, or somebody who uses them. */
export function alter(
  world: World,
  name: string,
  set: Readonly<Record<string, string>>,
  unset: readonly string[] = [],
): void {
  world.kafka.topics.alter(name, { set, unset });
}

/** A topic that nobody here has declared. */
export function make(
  world: World,
  name: string,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): void {
  world.kafka.topics.create({ name, partitions, configs });
}

/** Somebody deletes it in Kafka. */
export function endByHand(world: World, name: string): void {
  world.kafka.topics.delete(world.kafka.topics.get(name)?.id ?? "");
  world.oracle.allowAnotherCreation(name);
}

/** The deletion of its topic with data. */
export function confirm(world: World, name: string): void {
  world.annotateTopic(name, { [ANNOTATION.confirmDeletion]: world.topic(name)?.status?.topicId ?? "" });
}
