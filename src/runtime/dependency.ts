// Dependencies: wakes objects when something else changes that they used. It maps changes to keys and decides nothing.

import type { Change } from "./change.ts";
import type { Priority } from "./priority.ts";
import type { Store } from "./store.ts";

/** Asks for runs of `keys`, now or later; given by the controller. */
export type Wake = (
  keys: Iterable<string>,
  options: { readonly priority: Priority; readonly reason: string; readonly afterMs?: number | undefined },
) => void;

/** Something whose changes wake objects. Returns the end of the subscription. */
export type Dependency = (wake: Wake) => () => void;

/**
 * The keys that `keysOf` names are woken on every change of `store`. It is given the object before and after, so that
 * those who refer to the old state are found as well as those who refer to the new one. `priority`: default `live`,
 * but what a list brings is always `bulk`.
 */
export function mapDependency<D>(
  store: Pick<Store<D>, "subscribe">,
  keysOf: (change: Change<D>) => Iterable<string>,
  { reason, priority = "live" }: { readonly reason: string; readonly priority?: Priority | undefined },
): Dependency {
  return (wake) =>
    store.subscribe((change) =>
      wake(keysOf(change), { reason, priority: change.source === "list" ? "bulk" : priority }),
    );
}
