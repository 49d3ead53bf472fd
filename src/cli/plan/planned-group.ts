// From the story of a run that was only thought through to what would happen to a ConsumerGroup in Kafka. Pure.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { describeAction, isKafkaAction } from "../../controllers/consumer-group/actions.ts";
import type { FinishedGroupStory, GroupStory } from "../../controllers/consumer-group/flow.ts";
import type { PlannedObject, PlannedRefusal } from "./planned.ts";

const NOTHING = { actions: [], held: [], refusals: [], waiting: [], notes: [] };

/** `isComing`: whether an EventTopic that is not bound yet is one of those that are planned. */
export function plannedGroup(
  group: ConsumerGroup,
  story: GroupStory,
  isDeclared: boolean,
  isComing: (topicKey: string) => boolean,
): PlannedObject {
  const { name, namespace } = group.metadata;
  const object = { kind: group.kind, namespace, name, isDeclared, ...NOTHING };
  if (story.stage === "unread") return { ...object, unknown: "The group cannot be read" };
  if (story.stage === "finished") return finished(object, group, story, isComing);
  const { resolution } = story;
  if (resolution.kind !== "blocked") return object;
  const { identity, refusal } = resolution;
  if (refusal.reason === "BusNotReady") return { ...object, bus: identity.busName, unknown: refusal.message };
  return { ...object, bus: identity.busName, refusals: [refusal] };
}

function finished(
  object: Omit<PlannedObject, "bus">,
  group: ConsumerGroup,
  { observed, resolved, restricted }: FinishedGroupStory,
  isComing: (topicKey: string) => boolean,
): PlannedObject {
  const { busName: bus, groupId: kafkaName } = resolved.identity;
  const steps = restricted.steps.filter(({ action }) => isKafkaAction(action));
  const waits = (refusal: PlannedRefusal): boolean =>
    refusal.reason === "TopicNotFound" && waitsForOwn(group, isComing);
  const refusals = restricted.refusals.map(({ reason, message }) => ({ reason, message }));
  const { reading } = observed;
  return {
    ...object,
    bus,
    kafkaName,
    actions: steps.map(({ action }) => ({ ...action, description: describeAction(action) })),
    refusals: refusals.filter((refusal) => !waits(refusal)),
    waiting: refusals.filter(waits),
    unknown: reading?.kind === "unknown" ? `Cannot read group "${kafkaName}": ${reading.failure.message}` : undefined,
  };
}

/** Every topic that it reads by EventTopic is one that comes with the same files. */
function waitsForOwn({ metadata, spec }: ConsumerGroup, isComing: (topicKey: string) => boolean): boolean {
  const refs = (spec.topics ?? []).flatMap(({ eventTopicRef }) => eventTopicRef ?? []);
  return refs.length > 0 && refs.every(({ name, namespace }) => isComing(`${namespace ?? metadata.namespace}/${name}`));
}
