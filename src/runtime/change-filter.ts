// Which changes of an object are worth a run. Pure.

import { isDeepStrictEqual } from "node:util";

import type { CustomResource } from "../api/custom-resource.ts";
import type { Change } from "./change.ts";
import { isSameShare } from "./status-share.ts";

export interface ChangeFilter {
  /** Annotations that the controller reads. */
  readonly annotations: readonly string[];
  /** Condition types that the controller owns. */
  readonly conditionTypes: readonly string[];
}

/**
 * True for objects that are new or gone, and for changes of generation, deletion, labels, the controller's annotations,
 * finalizers, and the controller's share of the status. Of the response to our own write, finalizers and status are
 * what we wrote; whatever else has changed was changed by somebody else meanwhile.
 */
export function isRelevant({ before, after, source }: Change<CustomResource<unknown>>, filter: ChangeFilter): boolean {
  if (before === undefined || after === undefined) return true;
  const [old, current] = [before.metadata, after.metadata];
  if (old.generation !== current.generation || old.deletionTimestamp !== current.deletionTimestamp) return true;
  if (!isDeepStrictEqual(old.labels ?? {}, current.labels ?? {})) return true;
  if (filter.annotations.some((name) => old.annotations?.[name] !== current.annotations?.[name])) return true;
  if (source === "own") return false;
  if (!isDeepStrictEqual(old.finalizers ?? [], current.finalizers ?? [])) return true;
  return !isSameShare(before.status, after.status, filter.conditionTypes);
}
