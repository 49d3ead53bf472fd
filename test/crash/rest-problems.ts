// What is wrong with a world at rest: what statuses say is compared with Kafka itself, by rules of its own.

import type { EventTopic } from "../../src/api/event-topic.ts";
import { findCondition } from "../../src/runtime/conditions.ts";
import { isFailure } from "../fakes/in-memory-kafka/topic-table.ts";
import type { World } from "./world.ts";

/** Sentences; none where every object tells the truth about its last generation. */
export function restProblems(world: World): string[] {
  return world.topics.objects.flatMap((topic) =>
    problemsOf(topic, world).map((text) => `${topic.metadata.name}: ${text}`),
  );
}

function problemsOf(topic: EventTopic, world: World): string[] {
  const { metadata, status } = topic;
  const ready = findCondition(status?.conditions, "Ready");
  const isJudged = status?.observedGeneration === metadata.generation;
  return [
    ...(isJudged ? [] : [`generation ${metadata.generation} is not judged, only ${status?.observedGeneration}`]),
    ...(ready?.status === "True" && isConnected(world) ? unmet(topic, world) : []),
  ];
}

/** Where the bus is not, it tells that itself, and what its topics said last stays. */
function isConnected({ buses }: World): boolean {
  return findCondition(buses.objects[0]?.status?.conditions, "Ready")?.status === "True";
}

/** What a Ready topic claims to be and is not. */
function unmet({ spec, status }: EventTopic, world: World): string[] {
  const live = world.kafka.topics.get(status?.topicName ?? "");
  if (live === undefined) return [`Ready, but there is no topic "${status?.topicName}"`];
  const count = live.partitions.length;
  const isCountMet = spec.partitions === undefined || spec.partitions === count;
  return [
    ...differingKeys({ spec, status }, effectiveConfigs(world, live.name), world),
    ...(status?.topicId === live.id ? [] : [`bound to ${status?.topicId}, but ${live.id} stands there`]),
    ...(status?.partitions === count ? [] : [`${status?.partitions} partitions told, ${count} there`]),
    ...(isCountMet ? [] : [`Ready with ${count} partitions, declared ${spec.partitions}`]),
  ];
}

function effectiveConfigs({ kafka }: World, name: string): Readonly<Record<string, string | null>> {
  const entries = kafka.topics.describeConfigs(name);
  return isFailure(entries) ? {} : Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

/** Keys that the spec itself says, that are not told as drift, and that are otherwise. */
function differingKeys(
  { spec, status }: Pick<EventTopic, "spec" | "status">,
  live: Readonly<Record<string, string | null>>,
  { buses }: World,
): string[] {
  const ignored = buses.objects[0]?.spec.ignoredConfigs ?? [];
  const isIgnored = (key: string): boolean =>
    ignored.some(({ pattern, patternType }) =>
      patternType === "prefixed" ? key.startsWith(pattern) : key === pattern,
    );
  const isTold = (key: string): boolean => status?.drift?.some((entry) => entry.key === key) === true;
  const declared = new Map(Object.entries(spec.config ?? {}).map(([key, value]) => [key, String(value)]));
  if (spec.compressionType !== undefined) declared.set("compression.type", spec.compressionType);
  if (spec.cleanupPolicy !== undefined) declared.set("cleanup.policy", spec.cleanupPolicy);
  return [...declared]
    .filter(([key, value]) => !isIgnored(key) && !isTold(key) && live[key] !== value)
    .map(([key, value]) => `Ready, but ${key} is "${live[key]}", declared "${value}"`);
}
