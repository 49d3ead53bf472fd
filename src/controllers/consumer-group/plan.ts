// The one diff between what a ConsumerGroup wants and what Kafka and its namespace hold. Pure. An empty plan is done.
// The group itself is never made: its consumers do that.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { objectionsToClient, type GroupProtocol } from "../../domain/client-settings.ts";
import type { GroupReading } from "../../domain/group-reading.ts";
import type { Plan, Refusal, Step } from "../plan.ts";
import { describeAction, describeMissingRight, type GroupAction, type GroupConfigAction } from "./actions.ts";
import { planBeginnings, type BeginningPlan } from "./beginning-changes.ts";
import { planConfigs, resetsOf } from "./config-changes.ts";
import type { DesiredGroup, DesiredGroupAbsence } from "./desired.ts";
import type { GroupMemory } from "./memory.ts";
import { hasMembers, type ObservedGroup } from "./observed.ts";

export interface GroupPlan extends Plan<GroupAction, ConsumerGroupReason> {
  /** What is known of the beginnings already, by topic. */
  readonly beginnings: BeginningPlan["settled"];
  /** Keys of the group's configuration that stay ours. */
  readonly managedKeys: readonly string[];
  /** Why the binding is not (yet) as wanted; undefined where it is, or is about to be, or none is wanted. */
  readonly bindingRefusal?: Refusal<ConsumerGroupReason> | undefined;
  /** The object is being deleted: what comes of it once the steps are done. */
  readonly deletion?:
    | { readonly kind: "pending" | "done" }
    | { readonly kind: "leftBehind"; readonly why: string }
    | undefined;
}

/** What a plan looks at besides what is wanted and what is there. */
export interface Circumstances {
  readonly group: ConsumerGroup;
  readonly memory: GroupMemory;
}

export function planGroup(
  desired: DesiredGroup | DesiredGroupAbsence,
  observed: ObservedGroup,
  circumstances: Circumstances,
): GroupPlan {
  if (desired.presence === "absent") return planDeletion(desired, observed, circumstances.memory);
  const { memory } = circumstances;
  const kept = { beginnings: new Map(), managedKeys: [...memory.managedKeys] };
  if (desired.heldBy !== undefined) {
    const refusals = [
      claimedBy(desired, desired.heldBy),
      ...desired.topicRefusals,
      ...missingTopics(desired, observed),
    ];
    return { ...kept, steps: [], refusals };
  }
  const unsupported = unsupportedType(desired, observed.reading);
  if (unsupported !== undefined) return { ...kept, steps: [], refusals: [unsupported] };
  return planHeld(desired, observed, circumstances);
}

function planHeld(desired: DesiredGroup, observed: ObservedGroup, circumstances: Circumstances): GroupPlan {
  const { group, memory } = circumstances;
  const objections = objectionsToClient(group.spec, protocolOf(observed.reading)).map(
    (message) => ({ reason: "InvalidClientConfig", message }) as const,
  );
  const missing = missingTopics(desired, observed);
  const configs = planConfigs(desired, observed.configs, memory);
  // What contradicts itself is not begun with: the consumers could not even start.
  const beginnings = planBeginnings(
    objections.length > 0 ? { ...desired, begin: undefined } : desired,
    observed,
    memory,
  );
  const binding = planBinding(desired, observed, group, [...objections, ...missing]);
  const effects = [...beginnings.actions, ...configs.actions];
  const intent = intentOf(beginnings, configs.actions, memory);
  return {
    steps: ordered(desired, memory, intent, [...effects, ...binding.actions]),
    refusals: [
      ...desired.refusals,
      ...objections,
      ...desired.topicRefusals,
      ...missing,
      ...configs.refusals,
      ...(binding.refusal === undefined || binding.isTold ? [] : [binding.refusal]),
    ],
    beginnings: beginnings.settled,
    managedKeys: configs.managedKeys,
    bindingRefusal: binding.refusal,
  };
}

/**
 * What must be on record before anything is done in Kafka goes first. A binding explains itself, so that it does not wait
 * for records that are withheld.
 */
function ordered(
  { needsFinalizer }: DesiredGroup,
  { hasFinalizer }: GroupMemory,
  intent: readonly GroupAction[],
  effects: readonly GroupAction[],
): Step<GroupAction>[] {
  const ownership = needsFinalizer && !hasFinalizer ? [step({ type: "recordOwnership" })] : [];
  const before = [...ownership, ...intent.map((action) => step(action, ownership))];
  const writes = effects.filter(({ type }) => type === "writeBinding").map((action) => step(action, ownership));
  const others = effects
    .filter(({ type }) => type !== "writeBinding")
    // The Secret that programs mount now goes only when the other is there.
    .map((action) => step(action, action.type === "deleteBinding" ? [...ownership, ...writes] : before));
  return [...before, ...writes, ...others];
}

function intentOf(
  { begun }: BeginningPlan,
  configs: readonly GroupConfigAction[],
  { managedKeys }: GroupMemory,
): GroupAction[] {
  const set = configs.flatMap(({ changes }) => changes.filter(({ to }) => to !== undefined));
  const keys = set.map(({ key }) => key).filter((key) => !managedKeys.has(key));
  if (begun.length === 0 && keys.length === 0) return [];
  return [{ type: "recordIntent", beginnings: begun, configKeys: keys }];
}

interface BindingPlan {
  readonly actions: readonly GroupAction[];
  readonly refusal?: Refusal<ConsumerGroupReason> | undefined;
  /** The refusal is that of something else, which is told already. */
  readonly isTold?: boolean;
}

function planBinding(
  { binding, topicRefusals }: DesiredGroup,
  { secrets }: ObservedGroup,
  { metadata }: ConsumerGroup,
  obstacles: readonly Refusal<ConsumerGroupReason>[],
): BindingPlan {
  const [obstacle] = [...topicRefusals, ...obstacles];
  const { former, wanted } = secrets;
  const secretKey = (name: string): string => `${metadata.namespace ?? ""}/${name}`;
  if (binding === undefined || wanted === undefined) return { actions: removalOf(former) };
  if (wanted.kind === "denied") {
    const message = describeMissingRight(secretKey(binding.secretName));
    return { actions: [], refusal: { reason: "InsufficientPermissions", message } };
  }
  if (wanted.kind === "foreign") {
    const message =
      `Secret "${secretKey(binding.secretName)}" was not made for this object, so it is left alone; choose another ` +
      "spec.binding.secretName, or delete the Secret if nobody needs it";
    return { actions: [], refusal: { reason: "SecretConflict", message } };
  }
  if (obstacle !== undefined || binding.content === undefined) {
    const refusal = obstacle ?? { reason: "BusNotReady" as const, message: "The bus has no address of its own yet" };
    return { actions: [], refusal, isTold: true };
  }
  const { secretName, content } = binding;
  if (wanted.kind === "current") return { actions: removalOf(former) };
  const seen = wanted.kind === "own" ? wanted.metadata : undefined;
  return { actions: [{ type: "writeBinding", secretName, content, seen }, ...removalOf(former)] };
}

function removalOf(former: ObservedGroup["secrets"]["former"]): GroupAction[] {
  return former?.kind === "own"
    ? [{ type: "deleteBinding", secretName: former.metadata.name, seen: former.metadata }]
    : [];
}

function planDeletion(
  { groupId }: DesiredGroupAbsence,
  { configs, positions }: ObservedGroup,
  { managedKeys }: GroupMemory,
): GroupPlan {
  const nothing = { steps: [], refusals: [], beginnings: new Map(), managedKeys: [...managedKeys] };
  if (positions?.group.status !== "ok") return { ...nothing, deletion: { kind: "pending" } };
  const live = positions.group.value;
  const changes = configs?.status === "ok" ? resetsOf([...managedKeys], configs.value) : [];
  const resets: GroupAction[] = changes.length === 0 ? [] : [{ type: "changeConfigs", groupId, changes }];
  if (live.kind === "absent") {
    const steps = resets.map((action) => step(action));
    return { ...nothing, steps, deletion: { kind: steps.length === 0 ? "done" : "pending" } };
  }
  const { members, state, type } = live.group;
  if (type === "share" || type === "streams") {
    return { ...nothing, deletion: { kind: "leftBehind", why: `group "${groupId}" is one of type "${type}"` } };
  }
  if (hasMembers(live)) {
    const names = members.slice(0, 5).map(({ clientId, host }) => `"${clientId}" (${host.replace(/^\//, "")})`);
    const rest = members.length > names.length ? ` and ${members.length - names.length} more` : "";
    const who = names.length === 0 ? `it is ${state}` : `it has members: ${names.join(", ")}${rest}`;
    const message = `Group "${groupId}" is kept: ${who}. Stop the consumers to have it deleted, or set spec.deletionPolicy to "Retain"`;
    return { ...nothing, refusals: [{ reason: "DeletionBlocked", message }], deletion: { kind: "pending" } };
  }
  const steps = [...resets, { type: "deleteGroup", groupId } as const].map((action) => step(action));
  return { ...nothing, steps, deletion: { kind: "pending" } };
}

function protocolOf(reading: GroupReading | undefined): GroupProtocol | undefined {
  if (reading?.kind !== "read" || reading.members === 0) return undefined;
  // An empty group takes the protocol of its next member.
  return reading.type === "classic" || reading.type === "consumer" ? reading.type : undefined;
}

function unsupportedType(
  { groupId }: DesiredGroup,
  reading: GroupReading | undefined,
): Refusal<ConsumerGroupReason> | undefined {
  const type = reading?.kind === "read" ? reading.type : undefined;
  if (type !== "streams" && type !== "share") return undefined;
  const message = `Group "${groupId}" is one of type "${type}", which manages its offsets by other means; delete this object`;
  return { reason: "UnsupportedGroupType", message };
}

function claimedBy({ groupId }: DesiredGroup, holder: string): Refusal<ConsumerGroupReason> {
  const message = `Group "${groupId}" is held by ConsumerGroup "${holder}"; delete one of the two, or choose another groupId`;
  return { reason: "ClaimedByAnother", message };
}

function missingTopics({ topics }: DesiredGroup, observed: ObservedGroup): Refusal<ConsumerGroupReason>[] {
  return topics.flatMap(({ name, isManaged }) => {
    const answer = observed.topics.get(name);
    if (answer?.status !== "ok" || answer.value.kind === "present") return [];
    if (isManaged) {
      // Made a moment ago, or taken away: of its EventTopic to tell, and tried again here.
      const message = `The brokers do not show topic "${name}" of its EventTopic`;
      return [{ reason: "TopicNotFound", cause: "Unreachable", message }];
    }
    const message = `There is no topic "${name}" in Kafka; create it, or correct spec.topics`;
    return [{ reason: "TopicNotFound", message }];
  });
}

function step(action: GroupAction, after: readonly Step<GroupAction>[] = []): Step<GroupAction> {
  return { id: describeAction(action), after: after.map(({ id }) => id), action };
}
