// Rights in the sweep: one look at all ACLs of a cluster, compared with what objects declare and have on record. Wakes, and
// decides nothing else.

import type { EventBus } from "../../api/event-bus.ts";
import type { Lookup } from "../../domain/lookup.ts";
import { aclKey } from "../../kafka/model/acl.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";
import type { AccessKind, AccessSubject } from "./access-world.ts";
import { recordedRights } from "./recorded-rights.ts";

interface Swept<T extends AccessSubject> {
  onBus(busName: string): readonly T[];
  readonly kind: AccessKind<T>;
  wake(key: string): void;
}

export class AccessSweepSource<T extends AccessSubject> implements SweepSource {
  readonly #buses: Lookup<EventBus>;
  readonly #swept: Swept<T>;

  constructor(buses: Lookup<EventBus>, swept: Swept<T>) {
    this.#buses = buses;
    this.#swept = swept;
  }

  begin(busName: string): readonly SweepItem[] {
    if (this.#buses.get(busName)?.spec.accessManagement !== "Acl") return [];
    return [
      {
        key: busName,
        look: async (admin, call) => {
          const answer = await admin.describeAcls(call);
          const live = answer.status === "ok" ? new Set(answer.value.map(aclKey)) : undefined;
          for (const object of this.#swept.onBus(busName)) {
            if (this.#isOff(object, live)) this.#swept.wake(keyOf(object.metadata));
          }
          return true;
        },
      },
    ];
  }

  end(): void {}

  /** Where ACLs cannot be read, those that wait for them are tried again. */
  #isOff(object: T, live: ReadonlySet<string> | undefined): boolean {
    const said = findCondition(object.status?.conditions, "AccessGranted");
    if (said?.status === "False" && said.reason !== "NothingToGrant") return true;
    const wish = live === undefined ? undefined : this.#swept.kind.wish(object, object.status);
    if (wish === undefined) return false;
    const wanted = new Set(wish.bindings.map(aclKey));
    const recorded = recordedRights(object.status, object.status?.bus?.clusterId);
    const isLacking = [...wanted].some((key) => live?.has(key) === false);
    return isLacking || recorded.some((binding) => !wanted.has(aclKey(binding)) && !wish.mayWant(binding));
  }
}
