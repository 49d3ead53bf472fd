// The last look before a group that exists, or its Secret, is changed: the object and its bus must be live as the run has
// seen them, so that an old view of the API brings nothing back that a newer spec has changed (ADR 10).

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { outdated } from "../live-objects.ts";
import type { RunContext } from "../pipeline.ts";
import type { Step } from "../plan.ts";
import type { GroupAction } from "./actions.ts";
import type { GroupWorld, ResolvedGroup } from "./group-world.ts";

/** False where a record is written first: the version of the object that it is written on guards what follows. */
export function needsLiveCheck(steps: readonly Step<GroupAction>[]): boolean {
  return (
    steps.length > 0 && !steps.some(({ action: { type } }) => type === "recordIntent" || type === "recordOwnership")
  );
}

/** Rejects with a conflict where one of them has changed; then the run begins anew with what was read. */
export async function checkLive(
  group: ConsumerGroup,
  { bus }: Pick<ResolvedGroup, "bus">,
  { live }: Pick<GroupWorld, "live">,
  { priority }: Pick<RunContext, "priority">,
): Promise<void> {
  const checks = await Promise.all([
    live.groups.isCurrent(keyOf(group.metadata), group, priority),
    live.buses.isCurrent(bus.metadata.name, bus, priority),
  ]);
  if (!checks.every((isCurrent) => isCurrent)) throw outdated(`ConsumerGroup "${keyOf(group.metadata)}"`);
}
