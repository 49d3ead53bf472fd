// The world in which the operator's phases think without acting: objects of files and clusters, connections that only
// read. A second, smaller composition root; decides nothing itself.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { BusBoundWorld } from "../../controllers/bus-bound.ts";
import type { BusRegistry } from "../../controllers/bus-registry.ts";
import { Claims } from "../../controllers/claims.ts";
import type { GroupWorld } from "../../controllers/consumer-group/group-world.ts";
import { SECRETS_UNSEEN } from "../../controllers/consumer-group/preview.ts";
import { CreationFacts } from "../../controllers/creation-facts.ts";
import { Corrections } from "../../controllers/event-topic/corrections.ts";
import { KeptLooks } from "../../controllers/event-topic/kept-looks.ts";
import { foldTopicName, type TopicWorld } from "../../controllers/event-topic/resolve.ts";
import { UNNAMED } from "../../controllers/event-topic/wakes.ts";
import { GroupUsage } from "../../controllers/group-usage.ts";
import { isSameGeneration, isSameVersion, LiveObjects } from "../../controllers/live-objects.ts";
import { GroupPoller } from "../../controllers/polling/group-poller.ts";
import { RolloutPacer } from "../../controllers/rollout/rollout-pacer.ts";
import { UnwrittenHolds } from "../../controllers/rollout/unwritten-holds.ts";
import type { KafkaTopicClaims } from "../../controllers/strimzi/kafka-topic-claims.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import type { Store } from "../../runtime/store.ts";
import type { PreviewObjects } from "./objects.ts";

/** As the operator's, unless it is told otherwise; what a plan says of deletions under way follows it. */
const DELETION_TIMEOUT_MS = 3_600_000;

export interface PreviewWorld {
  readonly topics: TopicWorld;
  readonly groups: GroupWorld;
}

export function previewWorld(
  objects: PreviewObjects,
  registry: BusRegistry,
  kafkaTopics: KafkaTopicClaims,
): PreviewWorld {
  const shared = busBound(objects, registry);
  return { topics: topicWorld(objects, shared, kafkaTopics), groups: groupWorld(objects, shared, registry) };
}

function topicWorld(objects: PreviewObjects, shared: BusBoundWorld, kafkaTopics: KafkaTopicClaims): TopicWorld {
  return {
    ...shared,
    claims: new Claims(foldTopicName, () => {}),
    pacer: new RolloutPacer(clock, () => {}),
    unwritten: new UnwrittenHolds((key) => objects.topics.get(key)),
    policies: objects.policies,
    kafkaTopics,
    kafkaTopicEditor: () => {
      throw new Error("A preview has no effects");
    },
    groupsWithDeadLettersOf: (topicKey) => objects.groups.byIndex("deadLetterTopic", topicKey),
    topicUsers: () => undefined,
    live: {
      topics: unread(objects.topics, isSameVersion),
      buses: unread(objects.buses, isSameGeneration),
      policies: unread(objects.policies, isSameGeneration),
    },
    groups: new GroupUsage(),
    creationFacts: new CreationFacts(clock),
    looks: new KeptLooks(),
    corrections: new Corrections(clock),
    unnamed: () => objects.topics.byIndex("unnamed", UNNAMED),
  };
}

/** Kafka tells every two group ids apart. */
function asTheyAre(groupId: string): string {
  return groupId;
}

function groupWorld(objects: PreviewObjects, shared: BusBoundWorld, registry: BusRegistry): GroupWorld {
  return {
    ...shared,
    claims: new Claims(asTheyAre, () => {}),
    groupsOf: (groupId) => objects.groups.byIndex("groupId", groupId),
    topics: {
      get: (key) => objects.topics.get(key),
      named: (topicName) => objects.topics.byIndex("topicName", topicName),
    },
    live: { groups: unread(objects.groups, isSameVersion), buses: unread(objects.buses, isSameGeneration) },
    secrets: SECRETS_UNSEEN,
    poller: new GroupPoller({ registry, clock, watched: () => [], wake: () => {} }),
  };
}

function busBound({ buses, namespaces }: PreviewObjects, registry: BusRegistry): BusBoundWorld {
  return {
    buses,
    link: (busName) => registry.link(busName),
    isOurs: () => true,
    namespace: (name) => namespaces.get(name)?.metadata,
    isTerminating: (name) => namespaces.get(name)?.metadata.deletionTimestamp !== undefined,
    deletionTimeoutMs: DELETION_TIMEOUT_MS,
  };
}

/** Looked at only before effects, of which there are none. */
function unread<T extends KubernetesObject>(store: Store<T>, isSame: (held: T, live: T) => boolean): LiveObjects<T> {
  return new LiveObjects<T>({ get: () => Promise.reject(new Error("A preview has no effects")) }, store, isSame, clock);
}
