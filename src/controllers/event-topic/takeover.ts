// The change guard of topics that were there before the object: whoever declared them before, and what guarded them, is not
// known to it, so the platform is asked at least, until all that destroys is done or taken back. Pure.

import { askingGuard } from "../../domain/governing-guard.ts";
import type { TopicMemory } from "./memory.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { ResolvedTopic } from "./resolve.ts";

/** What was resolved, with the guard that judges this plan. */
export function underItsGuard(
  resolved: ResolvedTopic,
  { takesOver }: Pick<TopicsPlan, "takesOver">,
  { isAdopting }: TopicMemory,
): ResolvedTopic {
  return takesOver || isAdopting ? { ...resolved, guard: askingGuard(resolved.guard) } : resolved;
}
