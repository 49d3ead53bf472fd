// When a ConsumerGroup that is being deleted lets go of its group without touching it. Decides, and tells nobody.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { LeftInKafka } from "../left-behind-teller.ts";
import type { GroupStory } from "./flow.ts";
import type { GroupWorld } from "./group-world.ts";
import { groupIdOf } from "./resolve.ts";

/** What stays when the object goes now; undefined while it may not go: it is not being deleted, or its group still is. */
export function leftBehind(
  group: ConsumerGroup,
  story: GroupStory,
  world: Pick<GroupWorld, "isTerminating">,
): readonly LeftInKafka[] | undefined {
  const why = reasonToLeave(group, story, world);
  return why === undefined ? undefined : [{ kafkaName: groupIdOf(group), why }];
}

function reasonToLeave(
  { metadata }: ConsumerGroup,
  story: GroupStory,
  world: Pick<GroupWorld, "isTerminating">,
): string | undefined {
  if (story.stage === "unresolved") return story.resolution.kind === "leftBehind" ? story.resolution.why : undefined;
  if (story.stage === "unread") return undefined;
  const { deletion } = story.plan;
  if (deletion?.kind === "leftBehind") return deletion.why;
  const blocked = story.restricted.refusals.find(({ reason }) => reason === "DeletionBlocked");
  if (blocked === undefined || !world.isTerminating(metadata.namespace ?? "")) return undefined;
  return `its namespace is being deleted, and ${blocked.message}`;
}
