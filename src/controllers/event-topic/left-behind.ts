// When an EventTopic that is being deleted lets go of its topics without touching them. Decides, and tells nobody.

import type { EventTopic } from "../../api/event-topic.ts";
import type { LeftInKafka } from "../left-behind-teller.ts";
import type { Story } from "../pipeline.ts";
import { topicNameOf } from "./actions.ts";
import type { DesiredAbsence } from "./desired.ts";
import type { TopicFlow } from "./flow.ts";
import type { TopicPlan } from "./plan.ts";
import type { TopicWorld } from "./resolve.ts";
import type { FinishedStory } from "./story.ts";

/**
 * The topics that stay when the object goes now, each told for itself; undefined while it may not go: it is not being
 * deleted, or its topics (or one of them) still are.
 */
export function leftBehind(
  topic: EventTopic,
  story: Story<TopicFlow>,
  world: Pick<TopicWorld, "isTerminating">,
): readonly LeftInKafka[] | undefined {
  if (story.stage === "unread") return undefined;
  if (story.stage === "unresolved") {
    return story.resolution.kind === "leftBehind" ? allOf(topic, story.resolution.why) : undefined;
  }
  const { source, deadLetters } = story.desired;
  if (source.presence === "present") return undefined;
  const isTerminating = world.isTerminating(topic.metadata.namespace ?? "");
  const ends = [
    endOf(source, story.plan.source, story, isTerminating),
    ...deadLetters.map(({ name, absence, obstacle }) =>
      obstacle === undefined
        ? endOf(absence, story.plan.deadLetters.get(name), story, isTerminating)
        : leftTopic(absence, obstacle.message),
    ),
  ];
  return ends.includes("pending") ? undefined : ends.filter((end) => typeof end === "object");
}

type End = LeftInKafka | "done" | "pending";

/** What becomes of one topic; one that could not be read has no plan. */
function endOf(
  absence: DesiredAbsence,
  plan: TopicPlan | undefined,
  { restricted }: FinishedStory,
  isTerminating: boolean,
): End {
  const { deletion } = plan ?? {};
  if (deletion?.kind === "leftBehind") return leftTopic(absence, deletion.why);
  if (deletion?.kind === "done") return "done";
  const blocked = restricted.withheld.find(
    ({ step, reason }) => reason === "DeletionBlocked" && topicNameOf(step.action) === absence.name,
  );
  if (blocked === undefined || !isTerminating) return "pending";
  return leftTopic(absence, `its namespace is being deleted, and nobody confirmed: ${blocked.message}`);
}

function leftTopic({ name, boundId }: DesiredAbsence, why: string): LeftInKafka {
  return { kafkaName: name, topicId: boundId, why };
}

/** Source and dead letters, as recorded. */
function allOf({ status }: EventTopic, why: string): LeftInKafka[] {
  const letters = (status?.deadLetters ?? []).filter(({ topicId }) => topicId !== undefined);
  const source = { topicName: status?.topicName, topicId: status?.topicId };
  return [source, ...letters].map(({ topicName, topicId }) => ({ kafkaName: topicName, topicId, why }));
}
