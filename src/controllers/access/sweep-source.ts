// Rights in the sweep: one look at those that there are, compared with what objects declare and have on record. Wakes,
// and decides nothing else.

import type { EventBus } from "../../api/event-bus.ts";
import type { Lookup } from "../../domain/lookup.ts";
import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";
import type { AccessControl, GrantedRights, RightsPlace } from "./access-control.ts";
import type { AccessKind, AccessSubject, AccessWorld } from "./access-world.ts";
import { meansOf } from "./managed-bus.ts";
import { formerPlaces, recordedRights, type PlacedRights } from "./recorded-rights.ts";

interface Look {
  readonly control: AccessControl;
  readonly granted: GrantedRights;
}

interface Swept<T extends AccessSubject> {
  onBus(busName: string): readonly T[];
  readonly kind: AccessKind<T>;
  readonly control: AccessWorld<T>["control"];
  /** Undefined while the bus is not connected. */
  clusterOf(busName: string): string | undefined;
  /** Some bus that manages rights leads there. */
  isReached(place: RightsPlace): boolean;
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
    const bus = this.#buses.get(busName);
    const means = bus === undefined ? undefined : meansOf(bus);
    if (bus === undefined || means === undefined) return [];
    return [
      {
        key: busName,
        look: async (admin, call) => {
          const clusterId = this.#swept.clusterOf(busName);
          if (clusterId === undefined) return true;
          const place = { clusterId, means };
          const control = this.#swept.control(bus, admin, place);
          const answer = await control.describe(call);
          const look = answer.status === "ok" ? { control, granted: answer.value } : undefined;
          for (const object of this.#swept.onBus(busName)) {
            if (this.#isOff(object, place, look)) this.#swept.wake(keyOf(object.metadata));
          }
          return true;
        },
      },
    ];
  }

  end(): void {}

  /** Where rights cannot be read, those that wait for them are tried again. */
  #isOff(object: T, place: RightsPlace, look: Look | undefined): boolean {
    const said = findCondition(object.status?.conditions, "AccessGranted");
    if (said?.status === "False" && said.reason !== "NothingToGrant") return true;
    const wish = look === undefined ? undefined : this.#swept.kind.wish(object, object.status);
    if (wish === undefined || look === undefined) return false;
    const wanted = new Set(wish.bindings.map(aclKey));
    const isUnwanted = (binding: AclBinding): boolean => !wanted.has(aclKey(binding)) && !wish.mayWant(binding);
    const isLacking = wish.bindings.some((binding) => !look.granted.has(binding));
    return (
      isLacking ||
      look.control.obstacle(wish.bindings) !== undefined ||
      recordedRights(object.status, place).some((binding) => isUnwanted(binding)) ||
      formerPlaces(object.status, place).some((former) => this.#canLeave(former, place, isUnwanted))
    );
  }

  /** In a former place there is something to be done: of KafkaUsers only what is not wanted any longer goes. */
  #canLeave(former: PlacedRights, place: RightsPlace, isUnwanted: (binding: AclBinding) => boolean): boolean {
    if (former.clusterId !== place.clusterId) return this.#swept.isReached(former);
    return former.means === "Acl" || former.bindings.some((binding) => isUnwanted(binding));
  }
}
