// Which of a group's planned changes may be made now. Pure: every rule is a filter of the plan; missing evidence refuses.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { RestrictedPlan, Step } from "../plan.ts";
import { restrict, type Restriction } from "../restrict.ts";
import { isKafkaAction, type GroupAction } from "./actions.ts";
import type { GroupPlan } from "./plan.ts";
import type { GroupEvidence } from "./prove.ts";

export interface RestrictedGroup extends RestrictedPlan<GroupAction, ConsumerGroupReason> {
  /** By step id: what to commit. */
  readonly offsets: GroupEvidence["offsets"];
}

type GroupRestriction = Restriction<GroupAction, ConsumerGroupReason>;

/** In order of precedence: bus suspend, object suspend, read-only. They stop what is done in Kafka; a binding is not. */
export function restrictGroup(
  plan: GroupPlan,
  { spec }: ConsumerGroup,
  bus: EventBus,
  { offsets }: GroupEvidence,
): RestrictedGroup {
  const restrictions: GroupRestriction[] = [];
  const busName = bus.metadata.name;
  if (bus.spec.suspend === true) {
    restrictions.push(
      inKafka("Suspended", `EventBus "${busName}" is suspended; changes wait until its spec.suspend is removed`),
    );
  }
  if (spec.suspend === true) {
    restrictions.push(inKafka("Suspended", "The object is suspended; changes wait until spec.suspend is removed"));
  }
  if (bus.spec.access === "ReadOnly") {
    const message = `EventBus "${busName}" is read-only; take the change back, or have the platform team set its spec.access to ReadWrite`;
    restrictions.push(inKafka("ReadOnly", message));
  }
  const unknown = plan.steps.filter(({ id, action }) => action.type === "seedOffsets" && !offsets.has(id));
  restrictions.push({
    reason: "Unreachable",
    message: `Cannot find out where the group begins: ${unknown.map(({ id }) => id).join("; ")}`,
    forbids: (step) => unknown.includes(step),
  });
  return { ...restrict(plan, restrictions), offsets };
}

function inKafka(reason: ConsumerGroupReason, message: string): GroupRestriction {
  return { reason, message, forbids: isForKafka };
}

/** Also what is put on record only for it. */
function isForKafka({ action }: Step<GroupAction>): boolean {
  return isKafkaAction(action) || action.type === "recordIntent";
}
