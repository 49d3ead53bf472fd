// What a run of a ConsumerGroup would do in Kafka: its phases, up to the last that only thinks. Writes nothing, and looks
// at no Secret: who asks is not the operator, and may see others than it.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { runPipeline, type Phases } from "../pipeline.ts";
import type { Previewed } from "../previewed.ts";
import type { GroupFlow, GroupStory } from "./flow.ts";
import type { GroupWorld } from "./group-world.ts";
import { groupPhases, type GroupContext } from "./kind.ts";
import { memoryOf } from "./memory.ts";
import { resolveGroup } from "./resolve.ts";
import { claimRecordedGroups } from "./wakes.ts";

/** As if each Secret were as it should be. */
export const SECRETS_UNSEEN: GroupWorld["secrets"] = {
  look: () => Promise.resolve({ kind: "current" }),
  write: () => Promise.reject(new Error("A preview writes no Secret")),
  delete: () => Promise.reject(new Error("A preview deletes no Secret")),
  forget: () => {},
};

/** Enters what all objects claim, before the first of them is judged: those that hold an id already come first. */
export function claimGroups(groups: readonly ConsumerGroup[], world: GroupWorld): void {
  claimRecordedGroups(groups, world.claims);
  for (const group of groups) {
    if (group.metadata.deletionTimestamp !== undefined) continue;
    resolveGroup(group, memoryOf(group), world);
    world.claims.release(keyOf(group.metadata));
  }
}

/** The story of a run whose steps were not carried out. */
export async function previewGroup(group: ConsumerGroup, world: GroupWorld, run: Previewed): Promise<GroupStory> {
  const phases: Phases<GroupFlow, GroupContext> = {
    ...groupPhases(world, { onWatched: () => {} }),
    secure: () => Promise.resolve(),
    apply: () => Promise.resolve([]),
  };
  try {
    const { signal, reading, priority, nowMs } = run;
    return await runPipeline(phases, group, { signal, reading, priority, nowMs, memory: memoryOf(group), group, run });
  } finally {
    world.claims.release(keyOf(group.metadata));
  }
}
