// From the story of a run that was only thought through to what would happen to an EventTopic. Pure.

import type { EventTopic } from "../../api/event-topic.ts";
import { EVENT_TOPIC_REASONS } from "../../api/reasons/event-topic.ts";
import { describeAction, type TopicAction } from "../../controllers/event-topic/actions.ts";
import type { TopicFlow } from "../../controllers/event-topic/flow.ts";
import type { GuardedTopic } from "../../controllers/event-topic/guarded-changes.ts";
import { tellLoss, type ToldHold } from "../../controllers/event-topic/pending-changes.ts";
import type { FinishedStory } from "../../controllers/event-topic/story.ts";
import type { Story } from "../../controllers/pipeline.ts";
import type { Step } from "../../controllers/plan.ts";
import { isReconciling } from "../../controllers/ready-reason.ts";
import type { GoverningGuard } from "../../domain/governing-guard.ts";
import type { HeldChange, PlannedAction, PlannedObject, PlannedRefusal } from "./planned.ts";

type Identity = Pick<PlannedObject, "kind" | "namespace" | "name" | "isDeclared">;

const NOTHING = { actions: [], held: [], refusals: [], waiting: [], notes: [] };

export function plannedTopic(topic: EventTopic, story: Story<TopicFlow>, isDeclared: boolean): PlannedObject {
  const { name, namespace } = topic.metadata;
  const object = { kind: topic.kind, namespace, name, isDeclared };
  switch (story.stage) {
    case "unresolved":
      return unresolved(object, story.resolution);
    case "unread": {
      const { answer, resolved } = story;
      const why = answer.status === "failed" ? answer.failure.message : answer.reason;
      const { busName: bus, topicName: kafkaName } = resolved.identity;
      return { ...object, ...NOTHING, bus, kafkaName, unknown: `Cannot read topic "${kafkaName}": ${why}` };
    }
    case "finished":
      return finished(object, topic, story);
  }
}

function unresolved(object: Identity, resolution: TopicFlow["resolution"]): PlannedObject {
  if (resolution.kind !== "blocked") {
    const why = resolution.kind === "leftBehind" ? `The topic is left behind in Kafka: ${resolution.why}` : "Not ours";
    return { ...object, ...NOTHING, notes: [why] };
  }
  const { identity, refusal } = resolution;
  const place = { ...object, ...NOTHING, bus: identity.busName, kafkaName: identity.topicName };
  if (refusal.reason === "BusNotReady") return { ...place, unknown: refusal.message };
  return { ...place, refusals: [refusal] };
}

function finished(object: Identity, topic: EventTopic, story: FinishedStory): PlannedObject {
  const { resolved, restricted } = story;
  const { busName: bus, topicName: kafkaName } = resolved.identity;
  const known = new Set((topic.status?.pendingChanges ?? []).map(({ id }) => id));
  const holds = restricted.guarded.flatMap(({ topicName, held }) => held.map((hold) => ({ topicName, hold })));
  const waitingForApproval = holds.filter(({ hold }) => hold.entries.length > 0);
  const unmeasured = holds.filter(({ hold }) => hold.held.hold === "unmeasured");
  const ofGuard = new Set(waitingForApproval.map(({ hold }) => hold.message));
  const refusals = restricted.refusals.filter(({ message }) => !ofGuard.has(message));
  return {
    ...object,
    bus,
    kafkaName,
    actions: restricted.steps.flatMap((step) => actionOf(step, restricted.guarded)),
    held: waitingForApproval.map(({ topicName, hold }) => heldChange(topicName, hold, resolved.guard, known)),
    refusals: refusals.filter(({ reason }) => !isWaiting(reason)).map(told),
    waiting: [...refusals.filter(({ reason }) => isWaiting(reason)).map(told), ...paced(story)],
    notes: notesOf(topic, story),
    unknown: unmeasured[0]?.hold.message ?? unreadDeadLetter(story),
  };
}

/** What goes away by itself, but for what nobody has declared. */
function isWaiting(reason: string): boolean {
  return reason !== "RetentionPolicyNotFound" && isReconciling(EVENT_TOPIC_REASONS, reason);
}

function told({ reason, message }: PlannedRefusal): PlannedRefusal {
  return { reason, message };
}

function actionOf({ action }: Step<TopicAction>, guarded: readonly GuardedTopic[]): PlannedAction[] {
  if (action.type === "recordOwnership") return [];
  const fields = action.type === "createTopic" ? flattened(action) : action;
  return [{ ...fields, description: describeAction(action), loss: lossOf(action, guarded) }];
}

function flattened({ topic, ...action }: Extract<TopicAction, { type: "createTopic" }>): Omit<
  PlannedAction,
  "description"
> & {
  readonly type: "createTopic";
} {
  const { name: topicName, partitions, replicationFactor, configs } = topic;
  return { ...action, topicName, partitions, replicationFactor, configs };
}

function lossOf(action: TopicAction, guarded: readonly GuardedTopic[]): string | undefined {
  if (action.type !== "changeConfig") return undefined;
  const ofTopic = guarded.filter(({ topicName }) => topicName === action.topicName);
  const releases = ofTopic.flatMap(({ released }) => released);
  return releases.find(({ released }) => released.changes.some(({ key }) => key === action.key))?.loss;
}

function heldChange(
  topicName: string,
  { held, entries, message }: ToldHold,
  { governor }: GoverningGuard,
  known: ReadonlySet<string>,
): HeldChange {
  const isKnown = known.has(held.id);
  const [first] = entries;
  const records = entries.map(({ deletableRecords }) => deletableRecords).filter((count) => count !== undefined);
  // What is not held back yet has no id yet: it tells when the holding back began.
  const willBe =
    `${tellLoss(held.changes, topicName)}. ${governor.kind} "${governor.name}" would hold this back; the id to approve ` +
    "it by is in the object's status.pendingChanges then";
  return {
    id: isKnown ? held.id : undefined,
    reason: first?.reason ?? "ApprovalRequired",
    topicName,
    keys: held.changes.map(({ key, from, to }) => ({ key, from, to })),
    deletableRecords: records.length === 0 ? undefined : Math.max(...records),
    groups: first?.groups,
    message: isKnown || held.hold !== "approval" ? message : willBe,
  };
}

function paced({ restricted }: FinishedStory): PlannedRefusal[] {
  const waits = restricted.withheld.filter(({ reason }) => reason === "RolloutPending");
  return waits.map(({ message, step }) => ({
    reason: "RolloutPending",
    message: `${describeAction(step.action)}: ${message}`,
  }));
}

function notesOf(topic: EventTopic, { plan, restricted }: FinishedStory): string[] {
  const { binding } = plan.source;
  const adopts = binding?.isAdopted === true && topic.status?.topicId !== binding.topicId;
  const reported = restricted.withheld.filter(({ reason }) => reason === "Drifted");
  return [
    ...(adopts ? [`Adopts the topic that is there (id ${binding.topicId})`] : []),
    ...[plan.source, ...plan.deadLetters.values()].flatMap(({ notes }) => notes.map((note) => `Tolerated: ${note}`)),
    ...reported.map(({ step }) => `Only reported: ${describeAction(step.action)}`),
  ];
}

function unreadDeadLetter({ observed }: FinishedStory): string | undefined {
  for (const [name, answer] of observed.deadLetters) {
    if (answer.status === "ok") continue;
    const why = answer.status === "failed" ? answer.failure.message : answer.reason;
    return `Cannot read dead-letter topic "${name}": ${why}`;
  }
  return undefined;
}
