// One pursuit of rights within a run: how it calls Kafka, and that what it throws is told and never lost.

import type { WriteCall } from "../../kafka/admin.ts";
import type { AclBinding } from "../../kafka/model/acl.ts";
import type { Run } from "../../runtime/reconcile.ts";
import type { AccessStatus, AccessSubject, AccessWorld } from "./access-world.ts";
import { pending, type Pursuit, type Quarry } from "./carry-out.ts";
import { leaveFormerPlaces } from "./former-places.ts";
import { pursue } from "./pursue.ts";

/** Never rejects: what the kind itself has done must be told. */
export async function attempt<T extends AccessSubject, Status extends AccessStatus>(
  quarry: Quarry<T>,
  run: Run<Status>,
  world: AccessWorld<T>,
): Promise<Pursuit> {
  let intended = quarry.recorded;
  const record = async (bindings: readonly AclBinding[]): Promise<void> => {
    // Whether or not it was stored: what may have been granted stays on record.
    intended = bindings;
    await quarry.record(bindings);
  };
  try {
    const pursuit = await pursue({ ...quarry, record }, world);
    const isDone = pursuit.problem !== undefined || quarry.former.length === 0;
    return isDone ? pursuit : await leaveFormerPlaces(quarry, pursuit, world);
  } catch (error) {
    run.log.debug("Rights were not pursued to their end", { error });
    const message = `Rights were not pursued to their end: ${error instanceof Error ? error.message : String(error)}`;
    return { recorded: intended, former: quarry.former, granted: [], removed: [], problem: pending(message) };
  }
}

export function writeCallOf<Status extends AccessStatus>(run: Run<Status>, clusterId: string): WriteCall {
  return { signal: run.signal, priority: run.priority, deadlineMs: run.remainingMs(), clusterId };
}
