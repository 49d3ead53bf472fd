// Rights as a companion of a kind's own run: the kind reconciles as it would without, then the rights that its object
// declares are brought about, on buses that ask for that. On all others nothing is read, written or said.

import { hasFinalizer } from "../../api/group.ts";
import type { Reconcile, Run, Verdict } from "../../runtime/reconcile.ts";
import type { AccessKind, AccessStatus, AccessSubject, AccessWorld } from "./access-world.ts";
import { attempt, writeCallOf } from "./attempt.ts";
import type { Quarry } from "./carry-out.ts";
import { takeLeave } from "./departure.ts";
import { managedBus, type ManagedBus } from "./managed-bus.ts";
import { formerPlaces, recordedPlaces, recordedRights, toRecord } from "./recorded-rights.ts";
import { carryAccess, withAccessFindings } from "./summarize.ts";

/**
 * Guarantees
 * - On a bus with `accessManagement: None` the verdict of `reconcile` is what it was, beside what is on record.
 * - What `reconcile` found is kept, whatever comes of the rights.
 * - A deleted object is let go only when the rights on its record were taken away, or certainly cannot be.
 */
export function withAccess<T extends AccessSubject<Status>, Status extends AccessStatus>(
  reconcile: Reconcile<T, Status>,
  kind: AccessKind<T>,
  world: AccessWorld<T>,
): Reconcile<T, Status> {
  return async (object, run) => {
    if (object.metadata.deletionTimestamp !== undefined) {
      const hasRights = hasFinalizer(object.metadata) && object.status?.access !== undefined;
      return hasRights ? await takeLeave(object, run, reconcile, kind, world) : await reconcile(object, run);
    }
    const verdict = await reconcile(object, run);
    const status = verdict.status ?? object.status;
    const managed = managedBus(status, world);
    if (managed === undefined) return carryAccess(object, verdict);
    const quarry = verdict.outcome.kind === "failed" ? undefined : quarryOf(object, status, managed, run, kind, world);
    if (quarry === undefined) return held(object, carryAccess(object, verdict));
    return await pursueAll(object, verdict, run, quarry, world);
  };
}

async function pursueAll<T extends AccessSubject<Status>, Status extends AccessStatus>(
  object: T,
  verdict: Verdict<Status>,
  run: Run<Status>,
  quarry: Quarry<T>,
  world: AccessWorld<T>,
): Promise<Verdict<Status>> {
  const { place, wish } = quarry;
  const isSilent = wish.bindings.length === 0 && wish.remarks.length === 0;
  if (isSilent && object.status?.access === undefined) return verdict;
  const pursuit = await attempt(quarry, run, world);
  const declared = wish.bindings.length;
  const findings = { ...pursuit, place, declared, remarks: [...wish.remarks, ...(pursuit.remarks ?? [])] };
  const moment = { generation: object.metadata.generation ?? 0, now: world.nowMs() };
  return withAccessFindings(object, verdict, findings, moment);
}

/** Undefined where nothing may be concluded about the object's rights now. */
function quarryOf<T extends AccessSubject<Status>, Status extends AccessStatus>(
  object: T,
  status: Status | undefined,
  { bus, means }: ManagedBus,
  run: Run<Status>,
  kind: AccessKind<T>,
  world: AccessWorld<T>,
): Quarry<T> | undefined {
  const link = world.link(bus.metadata.name);
  const wish = kind.wish(object, status);
  const clusterId = status?.bus?.clusterId;
  if (wish === undefined || clusterId === undefined || link.kind !== "connected") return undefined;
  if (link.cluster.id !== clusterId) return undefined;
  const place = { clusterId, means };
  const former = formerPlaces(object.status, place);
  return {
    object,
    bus,
    place,
    control: world.control(bus, link.admin, place),
    wish,
    recorded: recordedRights(object.status, place),
    former,
    call: writeCallOf(run, clusterId),
    record: async (bindings) => {
      await run.mark({ finalizer: true });
      const { conditions } = object.status ?? {};
      const recorded = { ...status, conditions, access: toRecord(place, bindings, former) };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a status with another record is one still
      await run.saveStatus(recorded as unknown as Status);
    },
  };
}

/** Rights on record hold the object, because they will be taken away with it. */
function held<Status extends AccessStatus>(
  { status }: AccessSubject<Status>,
  verdict: Verdict<Status>,
): Verdict<Status> {
  const hasRights = recordedPlaces(status).length > 0;
  return hasRights && verdict.release === true ? { ...verdict, release: false } : verdict;
}
