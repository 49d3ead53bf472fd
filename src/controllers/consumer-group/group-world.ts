// What ConsumerGroups are resolved against, and what comes of it. Types only.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { Grant } from "../../domain/namespace-grants.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { Capability } from "../../kafka/model/cluster.ts";
import type { PublicConnection } from "../../kafka/model/connection.ts";
import type { BusBoundWorld } from "../bus-bound.ts";
import type { Claims } from "../claims.ts";
import type { LiveObjects } from "../live-objects.ts";
import type { Refusal } from "../plan.ts";
import type { GroupPoller } from "../polling/group-poller.ts";
import type { BindingSecrets } from "./binding-secrets.ts";

/** Everything that resolve may look at, and what runs do their work with. */
export interface GroupWorld extends BusBoundWorld {
  readonly topics: {
    get(key: string): EventTopic | undefined;
    /** Those that have recorded the name as theirs, dead letters included, on whatever cluster. */
    named(topicName: string): readonly EventTopic[];
  };
  /** Objects that declare the group id, on whatever bus. */
  groupsOf(groupId: string): readonly ConsumerGroup[];
  /** Of group ids; nothing folds. */
  readonly claims: Claims;
  readonly live: { readonly groups: LiveObjects<ConsumerGroup>; readonly buses: LiveObjects<EventBus> };
  readonly secrets: Pick<BindingSecrets, "look" | "write" | "delete" | "forget">;
  readonly poller: Pick<GroupPoller, "read" | "reading" | "shows">;
}

/** Identity, as far as it is known; recorded in status once and then kept. */
export interface GroupIdentity {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
}

/** One entry of spec.topics. */
export type ReadTopic =
  | {
      readonly kind: "found";
      readonly topicName: string;
      /** An EventTopic is bound to it, so that it is in Kafka although brokers may not show it yet. */
      readonly isManaged: boolean;
    }
  | { readonly kind: "refused"; readonly reason: "TopicNotFound" | "NotGranted"; readonly message: string };

export interface ResolvedGroup {
  readonly identity: { readonly busName: string; readonly clusterId: string; readonly groupId: string };
  readonly bus: EventBus;
  readonly admin: KafkaAdmin;
  readonly capabilities: readonly Capability[];
  /** How the bus is reached; undefined where that does not matter any longer. */
  readonly connection?: PublicConnection | undefined;
  readonly grant: Extract<Grant, { kind: "granted" }>;
  /** Key of the object that holds the group id; undefined: this one does. */
  readonly heldBy?: string | undefined;
  /** What spec.topics names, in its order, each topic once. */
  readonly topics: readonly ReadTopic[];
  /** Name in Kafka of where the group's dead letters go. */
  readonly deadLetterTopic?: string | undefined;
}

export type GroupResolution =
  | { readonly kind: "resolved"; readonly value: ResolvedGroup }
  /** Not known what is wanted, or not ours to want: nothing is read from Kafka and nothing written. */
  | {
      readonly kind: "blocked";
      readonly refusal: Refusal<ConsumerGroupReason>;
      readonly identity: GroupIdentity;
      /** Look again then, milliseconds since the epoch. */
      readonly recheckAt?: number | undefined;
    }
  /** The object is being deleted and lets go of its group without touching it. */
  | { readonly kind: "leftBehind"; readonly why: string }
  /** The object belongs to another installation. */
  | { readonly kind: "foreign" };
