// Which bus an object's runs belong to, and when they are held back for it. Decides nothing about topics or groups.

import type { EventBus } from "../api/event-bus.ts";
import { ANNOTATION } from "../api/group.ts";
import { selectBus } from "../domain/bus-selection.ts";
import type { Change } from "../runtime/change.ts";
import type { Store } from "../runtime/store.ts";
import type { WorkQueue } from "../runtime/work-queue.ts";
import type { BusRegistry } from "./bus-registry.ts";

/** Part of an EventTopic or ConsumerGroup. */
export interface OnBus {
  readonly spec: { readonly busRef?: { readonly name: string } | undefined };
  readonly status?: { readonly bus?: { readonly name: string } | undefined } | undefined;
}

/** The bus that an object is on, or names; undefined for one that takes whatever is the default. */
export function recordedBus({ spec, status }: OnBus): string | undefined {
  return status?.bus?.name ?? spec.busRef?.name;
}

/** The lane of an object's runs is its bus, so that one broken bus holds up nobody else. */
export function laneOf(object: OnBus | undefined, buses: Store<EventBus>): string {
  if (object === undefined) return "";
  const recorded = recordedBus(object);
  if (recorded !== undefined) return recorded;
  const chosen = selectBus({}, buses);
  return chosen.kind === "bus" ? chosen.bus.metadata.name : "";
}

/** Keeps objects in line until the first look at their bus has ended: before it there is nothing to say. */
export function holdUntilConnected(
  buses: Store<EventBus>,
  registry: BusRegistry,
  queue: Pick<WorkQueue, "pause" | "resume">,
): void {
  buses.subscribe(({ key, before, after }) => {
    if (after === undefined) queue.resume(key);
    else if (before === undefined && registry.link(key).kind === "connecting") queue.pause(key);
  });
  registry.subscribe((busName) => queue.resume(busName));
}

/** Of a bus only what is declared matters to its objects; its connection is told by the registry. */
export function isDeclaredOtherwise({ before, after }: Change<EventBus>): boolean {
  const [old, current] = [before?.metadata, after?.metadata];
  return (
    old?.generation !== current?.generation ||
    old?.annotations?.[ANNOTATION.isDefault] !== current?.annotations?.[ANNOTATION.isDefault]
  );
}
