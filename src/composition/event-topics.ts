// The part of the composition root that is about EventTopics: their controller and its ledgers. Decides nothing itself.

import { eventTopic, type EventTopic, type EventTopicStatus } from "../api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "../api/group.ts";
import { retentionPolicy, type RetentionPolicy } from "../api/retention-policy.ts";
import { withAccess } from "../controllers/access/accompany.ts";
import { laneOf } from "../controllers/bus-lanes.ts";
import { Claims } from "../controllers/claims.ts";
import { CreationFacts } from "../controllers/creation-facts.ts";
import { topicAccess } from "../controllers/event-topic/access.ts";
import { Corrections } from "../controllers/event-topic/corrections.ts";
import { KeptLooks } from "../controllers/event-topic/kept-looks.ts";
import { reconcileTopic, type TopicListeners } from "../controllers/event-topic/kind.ts";
import { foldTopicName, type TopicWorld } from "../controllers/event-topic/resolve.ts";
import { wakesOnStrimzi } from "../controllers/event-topic/strimzi-wakes.ts";
import { UNNAMED, wakesTopics } from "../controllers/event-topic/wakes.ts";
import { GroupUsage } from "../controllers/group-usage.ts";
import { isSameGeneration, isSameVersion, LiveObjects } from "../controllers/live-objects.ts";
import { RolloutPacer } from "../controllers/rollout/rollout-pacer.ts";
import { UnwrittenHolds } from "../controllers/rollout/unwritten-holds.ts";
import { KafkaTopicEditor } from "../controllers/strimzi/kafka-topic-editor.ts";
import { StrimziTopics } from "../controllers/strimzi/strimzi-topics.ts";
import { createController, type Controller } from "../runtime/controller.ts";
import type { AccessParts } from "./access.ts";
import { busBoundWorld, RUN_LIMITS, sharedOptions, type Parts } from "./parts.ts";

/** What all runs of topics have in common beside the caches. */
export type TopicLedgers = Pick<TopicWorld, "claims" | "pacer" | "unwritten">;

export function createLedgers({ caches, clock }: Parts, enqueue: Controller["enqueue"]): TopicLedgers {
  return {
    claims: new Claims(foldTopicName, (keys) => {
      for (const key of keys) enqueue(key, { reason: "claim" });
    }),
    pacer: new RolloutPacer(clock, (key) => enqueue(key, { priority: "bulk", reason: "rollout" })),
    unwritten: new UnwrittenHolds((key) => caches.topics.get(key)),
  };
}

export function createTopicController(
  parts: Parts,
  ledgers: TopicLedgers,
  listeners: TopicListeners,
  access: AccessParts,
): Controller {
  const { caches, registry } = parts;
  const world = createTopicWorld(parts, ledgers);
  const rights = topicAccess(world);
  access.kinds.topics = rights;
  return createController<EventTopic, EventTopicStatus>({
    ...sharedOptions(parts, "EventTopic"),
    name: "event-topic",
    resources: parts.kubernetes.resources<EventTopic>(eventTopic),
    store: caches.topics,
    reconcile: withAccess(
      reconcileTopic(world, () => parts.clock.now(), listeners),
      rights,
      access.ofTopics,
    ),
    onGone: (key) => {
      world.claims.remove(key);
      world.corrections.forget(key);
      world.pacer.conclude(key, "unused");
      world.unwritten.forget(key);
      world.looks.forget(key);
      listeners.onSeen(key, undefined);
    },
    annotations: [ANNOTATION.approve, ANNOTATION.confirmDeletion],
    finalizer: FINALIZER,
    dependencies: [
      ...wakesTopics(caches, registry),
      ...wakesOnStrimzi(caches, registry, world.claims),
      ...access.wakesTopics,
    ],
    laneOf: (key) => laneOf(caches.topics.get(key), caches.buses),
    ...RUN_LIMITS,
  });
}

function createTopicWorld(parts: Parts, ledgers: TopicLedgers): TopicWorld {
  const { caches, clock, registry } = parts;
  return {
    ...ledgers,
    ...busBoundWorld(parts),
    policies: caches.policies,
    kafkaTopics: new StrimziTopics(caches.strimzi),
    kafkaTopicEditor: kafkaTopicEditors(parts),
    groupsWithDeadLettersOf: (topicKey) => caches.consumerGroups.byIndex("deadLetterTopic", topicKey),
    topicUsers: (busName, topicName) => registry.topicUsers(busName, topicName),
    live: liveObjects(parts),
    groups: new GroupUsage(),
    creationFacts: new CreationFacts(clock),
    looks: new KeptLooks(),
    corrections: new Corrections(clock),
    unnamed: () => caches.topics.byIndex("unnamed", UNNAMED),
  };
}

function kafkaTopicEditors({ caches, clock, leadership, mayWrite }: Parts): TopicWorld["kafkaTopicEditor"] {
  const ports = { namespaces: caches.strimzi, writes: caches.strimziWrites, clock };
  return (owner, place) =>
    new KafkaTopicEditor(ports, owner, () =>
      place === undefined ? leadership.isLeaderNow() : mayWrite(place.busName, place.clusterId),
    );
}

function liveObjects({ caches, clock, kubernetes, liveBuses }: Parts): TopicWorld["live"] {
  return {
    topics: new LiveObjects(kubernetes.resources<EventTopic>(eventTopic), caches.topics, isSameVersion, clock),
    buses: liveBuses,
    policies: new LiveObjects(
      kubernetes.resources<RetentionPolicy>(retentionPolicy),
      caches.policies,
      isSameGeneration,
      clock,
    ),
  };
}
