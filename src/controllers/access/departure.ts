// What becomes of an object's rights when it is deleted: they go first, whatever becomes of topic or group, since nobody
// declares them any longer. Where they cannot be taken away, the object is let go after a time.

import type { EventBus } from "../../api/event-bus.ts";
import type { AclBinding } from "../../kafka/model/acl.ts";
import { failed, settled } from "../../runtime/outcome.ts";
import type { Reconcile, Run, Verdict } from "../../runtime/reconcile.ts";
import { isCalledOff } from "../../runtime/superseded.ts";
import { postponement } from "../postponed-deletion.ts";
import type { AccessKind, AccessStatus, AccessSubject, AccessWish, AccessWorld } from "./access-world.ts";
import { attempt, writeCallOf } from "./attempt.ts";
import { recordedRights } from "./recorded-rights.ts";

const NO_WISH: AccessWish = { bindings: [], mayWant: () => false, remarks: [], consents: [] };

/** The bus that an object lives on, where it is ours and asks for ACLs. */
export function managedBus(
  status: AccessStatus | undefined,
  world: Pick<AccessWorld<never>, "buses" | "isOurs">,
): EventBus | undefined {
  const bus = world.buses.get(status?.bus?.name ?? "");
  return bus !== undefined && world.isOurs(bus) && bus.spec.accessManagement === "Acl" ? bus : undefined;
}

export async function takeLeave<T extends AccessSubject<Status>, Status extends AccessStatus>(
  object: T,
  run: Run<Status>,
  reconcile: Reconcile<T, Status>,
  kind: AccessKind<T>,
  world: AccessWorld<T>,
): Promise<Verdict<Status>> {
  const bus = managedBus(object.status, world);
  const clusterId = object.status?.bus?.clusterId;
  const recorded = recordedRights(object.status, clusterId);
  if (bus === undefined || clusterId === undefined || recorded.length === 0) return await reconcile(object, run);
  const end = await revoke(object, bus, { clusterId, recorded }, run, world);
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
  bus: EventBus,
  { clusterId, recorded }: { readonly clusterId: string; readonly recorded: readonly AclBinding[] },
  run: Run<Status>,
  world: AccessWorld<T>,
): Promise<Departure> {
  const { name } = bus.metadata;
  const link = world.link(name);
  if (object.spec.suspend === true) return { kind: "leftBehind", why: "the object is suspended" };
  if (bus.spec.access === "ReadOnly") return { kind: "leftBehind", why: `EventBus "${name}" is read-only` };
  if (bus.spec.suspend === true) return postponed(object, `EventBus "${name}" is suspended`, world);
  if (link.kind !== "connected") return postponed(object, `EventBus "${name}" is not connected`, world);
  if (link.cluster.id !== clusterId) {
    return { kind: "leftBehind", why: `EventBus "${name}" leads to another Kafka cluster` };
  }
  const { admin } = link;
  const call = writeCallOf(run, clusterId);
  const quarry = { object, bus, admin, wish: NO_WISH, recorded, call, record: nothing };
  const { problem } = await attempt(quarry, run, world);
  if (isCalledOff(run.signal)) throw run.signal.reason;
  return problem === undefined ? { kind: "done" } : postponed(object, problem.message, world);
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
