// Which EventBus an object belongs to. Pure.

import { ANNOTATION } from "../api/group.ts";
import type { Lookup } from "./lookup.ts";

/** The part of an EventBus that selection looks at. */
export interface SelectableBus {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

export type BusChoice<Bus extends SelectableBus> =
  | { readonly kind: "bus"; readonly bus: Bus }
  | {
      readonly kind: "problem";
      readonly reason: "BusNotFound" | "BusAmbiguous" | "BusChanged";
      readonly message: string;
    };

export interface BusWish {
  /** `spec.busRef.name`. */
  readonly named?: string | undefined;
  /** `status.bus.name`: the choice of the first resolution, which is kept. */
  readonly recorded?: string | undefined;
}

/** The recorded bus, else the named one, else the annotated default, else the only one. */
export function selectBus<Bus extends SelectableBus>(wish: BusWish, buses: Lookup<Bus>): BusChoice<Bus> {
  if (wish.recorded !== undefined && wish.named !== undefined && wish.named !== wish.recorded) {
    return problem(
      "BusChanged",
      `spec.busRef names EventBus "${wish.named}", but this object lives on "${wish.recorded}"; set it back, or create a ` +
        "new object for the other bus and delete this one",
    );
  }
  const name = wish.recorded ?? wish.named;
  if (name !== undefined) {
    const bus = buses.get(name);
    return bus === undefined
      ? problem("BusNotFound", `There is no EventBus "${name}"; create it`)
      : { kind: "bus", bus };
  }
  return defaultBus(buses.list());
}

function defaultBus<Bus extends SelectableBus>(buses: readonly Bus[]): BusChoice<Bus> {
  const annotated = buses.filter((bus) => bus.metadata.annotations?.[ANNOTATION.isDefault] === "true");
  const candidates = annotated.length > 0 ? annotated : buses;
  const [only] = candidates;
  if (only === undefined) {
    return problem("BusNotFound", "spec.busRef is not set and there is no EventBus; create one or name one");
  }
  if (candidates.length === 1) return { kind: "bus", bus: only };
  const names = candidates.map((bus) => `"${bus.metadata.name}"`).toSorted();
  const which = annotated.length > 0 ? "are all annotated as default" : "exist and none is annotated as default";
  return problem(
    "BusAmbiguous",
    `spec.busRef is not set, and EventBuses ${names.join(", ")} ${which}; set spec.busRef, or annotate exactly one with ` +
      `${ANNOTATION.isDefault}: "true"`,
  );
}

function problem(reason: "BusNotFound" | "BusAmbiguous" | "BusChanged", message: string): BusChoice<never> {
  return { kind: "problem", reason, message };
}
