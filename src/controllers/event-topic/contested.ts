// Whether an object is only reported, because another writer keeps undoing its changes, and since when it gets another
// try. Pure: read from the object itself.

import type { EventTopic } from "../../api/event-topic.ts";
import { REQUEST_ANNOTATIONS } from "../../api/group.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { requestedToken } from "../../runtime/requested-run.ts";

/** The condition that keeps it. */
export const OTHER_WRITER = "OtherWriter";

/** Another one begins with an edit and with a request to run. */
export function attemptOf({ metadata }: EventTopic): string {
  return `${metadata.generation}/${requestedToken(metadata, REQUEST_ANNOTATIONS) ?? ""}`;
}

/** The condition holds, and nothing has been asked for since it was written. */
export function isContested({ metadata, status }: EventTopic): boolean {
  const condition = findCondition(status?.conditions, OTHER_WRITER);
  if (condition?.status !== "True" || condition.observedGeneration !== metadata.generation) return false;
  return requestedToken(metadata, REQUEST_ANNOTATIONS) === status?.lastHandledReconcileAt;
}
