// Whether rights may be changed now. Pure: suspensions, read-only and reported drift forbid all of a plan.

import type { EventBus } from "../../api/event-bus.ts";
import type { AccessSubject } from "./access-world.ts";
import { describeRights, type AccessPlan } from "./plan.ts";

export interface AccessRestriction {
  readonly reason: "Suspended" | "ReadOnly" | "Drifted";
  readonly message: string;
}

/** In order of precedence: bus suspend, object suspend, read-only, drift that is only reported. */
export function restrictAccess(
  plan: Pick<AccessPlan, "create" | "lost" | "remove">,
  { spec }: Pick<AccessSubject, "spec">,
  bus: EventBus,
): AccessRestriction | undefined {
  const { create, lost, remove } = plan;
  if (create.length === 0 && remove.length === 0) return undefined;
  const busName = bus.metadata.name;
  const pending = describeRights([...create, ...remove]);
  if (bus.spec.suspend === true) {
    return { reason: "Suspended", message: `EventBus "${busName}" is suspended; rights that wait: ${pending}` };
  }
  if (spec.suspend === true) {
    return { reason: "Suspended", message: `The object is suspended; rights that wait: ${pending}` };
  }
  if (bus.spec.access === "ReadOnly") {
    return { reason: "ReadOnly", message: `EventBus "${busName}" is read-only; rights that wait: ${pending}` };
  }
  const isOnlyDrift = remove.length === 0 && lost.length === create.length;
  if (isOnlyDrift && (spec.drift ?? bus.spec.drift) === "Report") {
    const message = `Somebody has taken away ${describeRights(lost)}, which is only reported`;
    return { reason: "Drifted", message };
  }
  return undefined;
}
