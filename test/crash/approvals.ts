// Approvals as people give them: of what a status shows as held back, on the topic or on what guards it. The oracle is
// told of each, since whatever else goes unapproved is a violation.

import type { EventTopic } from "../../src/api/event-topic.ts";
import { ANNOTATION } from "../../src/api/group.ts";
import { NAMESPACE, type World } from "./world.ts";

/** By the owner, on the EventTopic. */
export function approveTopic(world: World, name: string): void {
  const topic = world.topic(name);
  const pending = topic?.status?.pendingChanges ?? [];
  if (topic === undefined || pending.length === 0) return;
  tellOracle(world, topic, "owner");
  const ids = new Set(pending.map(({ id }) => id));
  world.topics.annotate({ namespace: NAMESPACE, name }, { [ANNOTATION.approve]: [...ids].join(",") });
}

/** By the platform, on the RetentionPolicy or EventBus. */
export function approveRollout(world: World, kind: "RetentionPolicy" | "EventBus", name: string): void {
  const holders = kind === "EventBus" ? world.buses : world.policies;
  const id = holders.objects.find(({ metadata }) => metadata.name === name)?.status?.rollout?.id;
  if (id === undefined) return;
  for (const topic of world.topics.objects) tellOracle(world, topic, "platform", `${kind}/${name}`);
  holders.annotate({ name }, { [ANNOTATION.approve]: id });
}

function tellOracle(world: World, { status }: EventTopic, by: "owner" | "platform", guardedBy?: string): void {
  const names = [status?.topicName ?? "", ...(status?.deadLetters ?? []).map(({ topicName }) => topicName)];
  for (const { key = "", from, to, guard } of status?.pendingChanges ?? []) {
    if (guardedBy !== undefined && guard !== guardedBy) continue;
    for (const topicName of names) world.oracle.allowLoss({ topicName, key, from, to, by });
  }
}
