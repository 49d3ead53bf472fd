// What a pursuit of rights is made of, and the changes themselves with what came of each. It decides nothing.

import type { EventBus } from "../../api/event-bus.ts";
import { ACCESS_REASONS } from "../../api/reasons/access.ts";
import type { WriteCall } from "../../kafka/admin.ts";
import type { AclBinding } from "../../kafka/model/acl.ts";
import { isFinal } from "../../kafka/model/failure.ts";
import type { AccessControl, ControlAnswer, RightsPlace } from "./access-control.ts";
import type { AccessSubject, AccessWish } from "./access-world.ts";
import { describeRight, type AccessPlan } from "./plan.ts";
import type { PlacedRights } from "./recorded-rights.ts";

/** Why rights are not as declared. */
export interface AccessProblem {
  readonly reason: keyof typeof ACCESS_REASONS;
  /** Of the condition AccessGranted. */
  readonly cause: string;
  readonly message: string;
  /** What it waits for wakes the object, so that trying again is of no use. */
  readonly isAwaited?: boolean | undefined;
}

export interface Pursuit {
  /** On record once the run has ended. */
  readonly recorded: readonly AclBinding[];
  /** The same in other places. */
  readonly former: readonly PlacedRights[];
  readonly granted: readonly AclBinding[];
  readonly removed: readonly AclBinding[];
  readonly problem?: AccessProblem | undefined;
  /** What else is to be told. */
  readonly remarks?: readonly string[] | undefined;
}

export interface Quarry<T extends AccessSubject> {
  readonly object: T;
  readonly bus: EventBus;
  readonly place: RightsPlace;
  readonly control: AccessControl;
  readonly wish: AccessWish;
  /** Of this object, in this place. */
  readonly recorded: readonly AclBinding[];
  /** Of this object, in other places. */
  readonly former: readonly PlacedRights[];
  readonly call: WriteCall;
  /** Puts rights on record, and holds the object's deletion up; rejects where that is not certain. */
  readonly record: (bindings: readonly AclBinding[]) => Promise<void>;
}

interface Effect {
  readonly binding: AclBinding;
  readonly isCreation: boolean;
}

export interface Changes {
  readonly done: readonly Effect[];
  readonly undone: readonly Effect[];
  readonly problem?: AccessProblem | undefined;
}

export async function changeRights(
  { create, remove }: Pick<AccessPlan, "create" | "remove">,
  control: AccessControl,
  call: WriteCall,
): Promise<Changes> {
  const effects: Effect[] = [
    ...create.map((binding) => ({ binding, isCreation: true })),
    ...remove.map((binding) => ({ binding, isCreation: false })),
  ];
  const results = await Promise.all(
    effects.map(async (effect) => {
      const { binding, isCreation } = effect;
      return { effect, answer: await (isCreation ? control.create(binding, call) : control.delete(binding, call)) };
    }),
  );
  const failures = results.flatMap(({ answer, effect: { binding, isCreation } }) =>
    answer.status === "ok"
      ? []
      : [problemOf(answer, `Could not ${isCreation ? "grant" : "take away"} ${describeRight(binding)}`)],
  );
  return {
    done: results.filter(({ answer }) => answer.status === "ok").map(({ effect }) => effect),
    undone: results.filter(({ answer }) => answer.status !== "ok").map(({ effect }) => effect),
    problem: failures.find(({ reason }) => reason === "AccessPending") ?? failures[0],
  };
}

export function pending(message: string): AccessProblem {
  return { reason: "AccessPending", cause: "Pending", message };
}

export function problemOf(answer: Exclude<ControlAnswer<unknown>, { status: "ok" }>, doing: string): AccessProblem {
  if (answer.status === "refused") {
    const { cause, message } = answer;
    return { reason: "AccessNotGranted", cause, message: `${doing}: ${message}` };
  }
  if (answer.status !== "failed") return pending(`${doing}: ${answer.reason}`);
  const { failure } = answer;
  const message = `${doing}: ${failure.message}`;
  if (!isFinal(failure)) return pending(message);
  if (failure.kind === "denied") return { reason: "AccessNotGranted", cause: "InsufficientPermissions", message };
  if (failure.kind === "unsupported") {
    return { reason: "AccessNotGranted", cause: "NoAuthorizer", message: `${message} The brokers keep no ACLs` };
  }
  return { reason: "AccessNotGranted", cause: "BrokerRejected", message };
}
