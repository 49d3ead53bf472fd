// What becomes of an object's rights when it is deleted: they go first, whatever becomes of topic or group, since nobody
// declares them any longer. Where they cannot be taken away, the object is let go after a time.

import { failed, settled } from "../../runtime/outcome.ts";
import type { Reconcile, Run, Verdict } from "../../runtime/reconcile.ts";
import { isCalledOff } from "../../runtime/superseded.ts";
import { postponement } from "../postponed-deletion.ts";
import type { AccessKind, AccessStatus, AccessSubject, AccessWish, AccessWorld } from "./access-world.ts";
import { attempt, writeCallOf } from "./attempt.ts";
import type { Pursuit } from "./carry-out.ts";
import { managedBus, type ManagedBus } from "./managed-bus.ts";
import { describeRights } from "./plan.ts";
import { formerPlaces, recordedPlaces, recordedRights } from "./recorded-rights.ts";

const NO_WISH: AccessWish = { bindings: [], mayWant: () => false, remarks: [], consents: [] };

export async function takeLeave<T extends AccessSubject<Status>, Status extends AccessStatus>(
  object: T,
  run: Run<Status>,
  reconcile: Reconcile<T, Status>,
  kind: AccessKind<T>,
  world: AccessWorld<T>,
): Promise<Verdict<Status>> {
  const managed = managedBus(object.status, world);
  const recorded = recordedPlaces(object.status);
  if (managed === undefined || recorded.length === 0) return await reconcile(object, run);
  const end = await revoke(object, managed, run, world);
  if (end.kind === "waiting") return { outcome: failed("AccessPending", end.why) };
  const events = end.kind === "done" ? [] : [leftBehind(end.why)];
  if (end.kind === "leftBehind") run.log.warn("Rights are left behind in Kafka", { why: end.why, rights: recorded });
  // Only its rights have held it.
  if (kind.isRetained(object)) return { outcome: settled(), release: true, events };
  const verdict = await reconcile(object, run);
  return { ...verdict, events: [...events, ...(verdict.events ?? [])] };
}

type Departure =
  | { readonly kind: "done" }
  | { readonly kind: "waiting"; readonly why: string }
  | { readonly kind: "leftBehind"; readonly why: string };

async function revoke<T extends AccessSubject<Status>, Status extends AccessStatus>(
  object: T,
  { bus, means }: ManagedBus,
  run: Run<Status>,
  world: AccessWorld<T>,
): Promise<Departure> {
  const { name } = bus.metadata;
  const link = world.link(name);
  if (object.spec.suspend === true) return { kind: "leftBehind", why: "the object is suspended" };
  if (bus.spec.access === "ReadOnly") return { kind: "leftBehind", why: `EventBus "${name}" is read-only` };
  if (bus.spec.suspend === true) return postponed(object, `EventBus "${name}" is suspended`, world);
  if (link.kind !== "connected") return postponed(object, `EventBus "${name}" is not connected`, world);
  // Where the bus leads to another cluster now, all that is on record is elsewhere.
  const place = { clusterId: link.cluster.id, means };
  const pursuit = await attempt(
    {
      object,
      bus,
      place,
      control: world.control(bus, link.admin, place),
      wish: NO_WISH,
      recorded: recordedRights(object.status, place),
      former: formerPlaces(object.status, place),
      call: writeCallOf(run, place.clusterId),
      record: nothing,
    },
    run,
    world,
  );
  if (isCalledOff(run.signal)) throw run.signal.reason;
  return departureAfter(object, pursuit, world);
}

/** What stays on record after all was tried, nobody would ever take away once the object is gone. */
function departureAfter<T extends AccessSubject>(
  object: T,
  { former, problem, recorded, remarks = [] }: Pursuit,
  world: AccessWorld<T>,
): Departure {
  if (problem !== undefined) return postponed(object, problem.message, world);
  const left = [...recorded, ...former.flatMap(({ bindings }) => bindings)];
  if (left.length === 0) return { kind: "done" };
  if (remarks.length > 0) return { kind: "leftBehind", why: remarks.join(". ") };
  const why = `other objects that want the same have not recorded it yet: ${describeRights(left)}`;
  return postponed(object, why, world);
}

async function nothing(): Promise<void> {}

/** Waits for the cluster, but not for ever. */
function postponed<T extends AccessSubject>({ metadata }: T, why: string, world: AccessWorld<T>): Departure {
  const nowMs = world.nowMs();
  const { isOver, message } = postponement(why, {
    what: "right",
    sinceMs: Date.parse(metadata.deletionTimestamp ?? ""),
    nowMs,
    timeoutMs: world.deletionTimeoutMs,
    isTerminating: world.isTerminating(metadata.namespace ?? ""),
  });
  return { kind: isOver ? "leftBehind" : "waiting", why: message };
}

function leftBehind(why: string): NonNullable<Verdict<AccessStatus>["events"]>[number] {
  return { type: "Warning", reason: "RightsLeftBehind", action: "Delete", note: `Rights in Kafka stay: ${why}` };
}
