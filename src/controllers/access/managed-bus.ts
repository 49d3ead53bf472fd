// The bus that an object's rights are managed on, and by which means. Reads memory only.

import type { EventBus } from "../../api/event-bus.ts";
import type { AccessMeans, RightsPlace } from "./access-control.ts";
import type { AccessStatus, AccessWorld } from "./access-world.ts";

export interface ManagedBus {
  readonly bus: EventBus;
  readonly means: AccessMeans;
}

/** Undefined where it manages none. */
export function meansOf({ spec }: Pick<EventBus, "spec">): AccessMeans | undefined {
  return spec.accessManagement === "None" ? undefined : spec.accessManagement;
}

/** The bus that an object lives on, where it is ours and manages rights. */
export function managedBus(
  status: AccessStatus | undefined,
  world: Pick<AccessWorld<never>, "buses" | "isOurs">,
): ManagedBus | undefined {
  const bus = world.buses.get(status?.bus?.name ?? "");
  const means = bus !== undefined && world.isOurs(bus) ? meansOf(bus) : undefined;
  return bus === undefined || means === undefined ? undefined : { bus, means };
}

/** Another bus of ours that leads to the cluster and manages rights there. */
export function busLeadingTo(
  { clusterId }: RightsPlace,
  world: Pick<AccessWorld<never>, "buses" | "isOurs" | "link">,
): EventBus | undefined {
  return world.buses.list().find((bus) => {
    const link = world.link(bus.metadata.name);
    const isThere = link.kind === "connected" && link.cluster.id === clusterId;
    return isThere && world.isOurs(bus) && meansOf(bus) !== undefined;
  });
}
