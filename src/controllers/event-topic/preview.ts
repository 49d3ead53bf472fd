// What a run of an EventTopic would do: its phases, up to the last that only thinks. Writes nothing, neither to Kafka nor
// to the object.

import type { EventTopic } from "../../api/event-topic.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { runPipeline, type Phases, type Story } from "../pipeline.ts";
import type { Previewed } from "../previewed.ts";
import type { TopicFlow } from "./flow.ts";
import { contextOf, topicPhases, type TopicContext } from "./kind.ts";
import { memoryOf } from "./memory.ts";
import { resolveTopic, type TopicWorld } from "./resolve.ts";
import { claimRecorded } from "./wakes.ts";

/** Enters what all objects claim, before the first of them is judged: those that hold a name already come first. */
export function claimTopics(topics: readonly EventTopic[], world: TopicWorld, nowMs: number): void {
  claimRecorded(topics, world.claims);
  for (const topic of topics) {
    if (topic.metadata.deletionTimestamp !== undefined) continue;
    resolveTopic(topic, memoryOf(topic, nowMs), world);
    world.claims.release(keyOf(topic.metadata));
  }
}

/** The story of a run whose steps were not carried out. */
export async function previewTopic(topic: EventTopic, world: TopicWorld, run: Previewed): Promise<Story<TopicFlow>> {
  const phases: Phases<TopicFlow, TopicContext> = {
    ...topicPhases(world),
    secure: () => Promise.resolve(),
    apply: () => Promise.resolve([]),
  };
  try {
    return await runPipeline(phases, topic, contextOf(topic, run, world, run.nowMs));
  } finally {
    world.pacer.conclude(keyOf(topic.metadata), "unused");
    world.claims.release(keyOf(topic.metadata));
  }
}
