// Runs the objects that a plan is about through the operator's phases, without effects.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { CustomResource } from "../../api/custom-resource.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { BusRegistry } from "../../controllers/bus-registry.ts";
import { claimGroups, previewGroup } from "../../controllers/consumer-group/preview.ts";
import { claimTopics, previewTopic } from "../../controllers/event-topic/preview.ts";
import type { TopicWorld } from "../../controllers/event-topic/resolve.ts";
import { previewRun, type Previewed } from "../../controllers/previewed.ts";
import type { KafkaTopicClaims } from "../../controllers/strimzi/kafka-topic-claims.ts";
import { KubernetesError } from "../../kubernetes/resources.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { previewObjects, type ObjectLists, type PreviewObjects } from "../preview/objects.ts";
import { previewWorld } from "../preview/preview-world.ts";
import { counted, type Progress } from "../terminal.ts";
import { plannedGroup } from "./planned-group.ts";
import { plannedTopic } from "./planned-topic.ts";
import { isQuiet, type PlannedObject } from "./planned.ts";

export interface Targets {
  readonly topics: readonly EventTopic[];
  readonly groups: readonly ConsumerGroup[];
  isDeclared(object: CustomResource<unknown>): boolean;
}

interface Place {
  readonly registry: BusRegistry;
  readonly kafkaTopics: KafkaTopicClaims;
  readonly progress: Progress;
}

/** Looked at together: their requests share a few on the wire. */
const CHUNK = 500;
const DEADLINE_MS = 120_000;

/** Those of the files; and, where the files edit a bus or a policy, every topic that it may reach. */
export function concerned(files: ObjectLists, live: ObjectLists, lists: ObjectLists): Targets {
  const declared = new Set(
    [...files.topics, ...files.groups].map((object) => `${object.kind}/${keyOf(object.metadata)}`),
  );
  const isDeclared = ({ kind, metadata }: CustomResource<unknown>): boolean =>
    declared.has(`${kind}/${keyOf(metadata)}`);
  const edited = [...editedAmong(lists.buses, live.buses), ...editedAmong(lists.policies, live.policies)];
  return {
    topics: edited.length > 0 ? lists.topics : lists.topics.filter(isDeclared),
    groups: lists.groups.filter(isDeclared),
    isDeclared,
  };
}

function editedAmong(
  lists: readonly CustomResource<unknown>[],
  live: readonly CustomResource<unknown>[],
): readonly CustomResource<unknown>[] {
  const generations = new Map(live.map(({ metadata }) => [metadata.name, metadata.generation]));
  return lists.filter(({ metadata }) => generations.get(metadata.name) !== metadata.generation);
}

interface BeforeAndAfter {
  /** Without the files. */
  readonly applied: ObjectLists;
  /** With them. */
  readonly lists: ObjectLists;
}

/** In the order of the lists; of objects that are not in the files only those of which something is others' with them. */
export async function planTargets(
  targets: Targets,
  { applied, lists }: BeforeAndAfter,
  place: Place,
): Promise<PlannedObject[]> {
  const planned = await planObjects(targets, previewObjects(lists), place);
  const affected = new Set(
    planned.filter(({ isDeclared }) => !isDeclared).map(({ name, namespace = "" }) => `${namespace}/${name}`),
  );
  if (affected.size === 0) return planned;
  const topics = applied.topics.filter(({ metadata }) => affected.has(keyOf(metadata)));
  const before = await planObjects({ ...targets, topics, groups: [] }, previewObjects(applied), place);
  const unchanged = new Set(before.map((object) => JSON.stringify(object)));
  return planned.filter((object) => object.isDeclared || !unchanged.has(JSON.stringify(object)));
}

/** Objects that are not in the files, and settled, are left out. */
async function planObjects(
  targets: Targets,
  objects: PreviewObjects,
  { kafkaTopics, progress, registry }: Place,
): Promise<PlannedObject[]> {
  const world = previewWorld(objects, registry, kafkaTopics);
  const run = previewRun(clock.now(), new AbortController().signal, DEADLINE_MS);
  claimTopics(objects.topics.list(), world.topics, run.nowMs);
  claimGroups(objects.groups.list(), world.groups);
  const planned: PlannedObject[] = [];
  for (let start = 0; start < targets.topics.length; start += CHUNK) {
    progress.say(`Reading Kafka: ${start.toLocaleString("en")} of ${counted(targets.topics.length, "topic")}`);
    const chunk = targets.topics.slice(start, start + CHUNK);
    planned.push(...(await Promise.all(chunk.map((topic) => planTopic(topic, targets, world.topics, run)))));
  }
  const isComing = (key: string): boolean => objects.topics.get(key) !== undefined;
  const groups = targets.groups.map(async (group) => {
    const story = await previewGroup(group, world.groups, run);
    return plannedGroup(group, story, targets.isDeclared(group), isComing);
  });
  planned.push(...(await Promise.all(groups)));
  return planned.filter((object) => object.isDeclared || !isQuiet(object));
}

async function planTopic(
  topic: EventTopic,
  targets: Targets,
  world: TopicWorld,
  run: Previewed,
): Promise<PlannedObject> {
  const isDeclared = targets.isDeclared(topic);
  try {
    return plannedTopic(topic, await previewTopic(topic, world, run), isDeclared);
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    // What was just read of Kafka gives the name to another object: now that this is known, it is told.
    return plannedTopic(topic, await previewTopic(topic, world, run), isDeclared);
  }
}
