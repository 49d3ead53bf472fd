// The live state of every bus' connection: written by the EventBus controller, read by all others. In memory, no I/O.

import type { EventBusReason } from "../api/conditions.ts";
import type { KafkaAdmin } from "../kafka/admin.ts";
import type { ClusterState } from "../kafka/model/cluster.ts";
import type { PublicConnection } from "../kafka/model/connection.ts";

/** What is known of a bus' connection right now. */
export type BusLink =
  | { readonly kind: "connecting" }
  | {
      readonly kind: "connected";
      readonly admin: KafkaAdmin;
      readonly cluster: ClusterState;
      /** Undefined where nothing was connected in truth. Another one comes with another admin. */
      readonly connection?: PublicConnection | undefined;
    }
  | { readonly kind: "down"; readonly reason: EventBusReason; readonly message: string };

/** Of the partitions of managed topics, as the last sweep found them. */
export interface BusHealth {
  readonly offlinePartitions: number;
  readonly underReplicatedPartitions: number;
}

export interface TopicHealth extends BusHealth {
  readonly partitions: number;
}

/** A topic or group whose object was deleted while it had to stay in Kafka. */
export interface LeftBehind {
  readonly kind: "EventTopic" | "ConsumerGroup";
  readonly namespace: string;
  readonly name: string;
  /** Empty for an object that never had any. */
  readonly kafkaName: string;
  readonly topicId?: string | undefined;
  readonly reason: string;
  /** RFC 3339. */
  readonly time: string;
}

/** What an EventBus' status tells apart. */
export function leftBehindKey({
  kind,
  namespace,
  name,
  kafkaName,
}: Omit<LeftBehind, "kind"> & { kind: string }): string {
  return `${kind}/${namespace}/${name}/${kafkaName}`;
}

/** Names of the groups that use a topic, sorted; by its name. */
export type TopicUsersView = (topicName: string) => readonly string[];

/** As many as an EventBus' status shows. */
export const LEFT_BEHIND_MOST = 20;

const CONNECTING: BusLink = { kind: "connecting" };

/** `topicNames`: whose users are others now; undefined: any topic's may be. */
type UsersListener = (busName: string, topicNames: readonly string[] | undefined) => void;

export class BusRegistry {
  readonly #links = new Map<string, BusLink>();
  readonly #health = new Map<string, BusHealth>();
  readonly #topicHealth = new Map<string, ReadonlyMap<string, TopicHealth>>();
  readonly #leftBehind = new Map<string, readonly LeftBehind[]>();
  readonly #listeners = new Set<(busName: string) => void>();
  readonly #topicUsers = new Map<string, TopicUsersView>();
  readonly #usersListeners = new Set<UsersListener>();

  /** A bus that nobody has reported on yet reads as connecting. */
  link(busName: string): BusLink {
    return this.#links.get(busName) ?? CONNECTING;
  }

  /** Replaces what is known; listeners hear of it only when it matters to them (kind, cluster or admin changed). */
  report(busName: string, link: BusLink): void {
    const before = this.link(busName);
    this.#links.set(busName, link);
    if (!isSameLink(before, link)) this.#tell(busName);
  }

  /** Undefined until the first sweep has ended. */
  health(busName: string): BusHealth | undefined {
    return this.#health.get(busName);
  }

  /** Numbers wake nobody: the EventBus takes them up at its next look. */
  reportHealth(busName: string, health: BusHealth): void {
    this.#health.set(busName, health);
  }

  /** Of each managed topic by its name in Kafka, as the last sweep found it; undefined before the first. */
  topicHealth(busName: string): ReadonlyMap<string, TopicHealth> | undefined {
    return this.#topicHealth.get(busName);
  }

  reportTopicHealth(busName: string, health: ReadonlyMap<string, TopicHealth>): void {
    this.#topicHealth.set(busName, health);
  }

  /** Groups that use the topic, as the last poll found them; undefined before the first. */
  topicUsers(busName: string, topicName: string): readonly string[] | undefined {
    return this.#topicUsers.get(busName)?.(topicName);
  }

  /** `changed`: topics whose users are others than before; undefined where that is not known. */
  reportTopicUsers(busName: string, users: TopicUsersView, changed: readonly string[] | undefined): void {
    this.#topicUsers.set(busName, users);
    if (changed?.length !== 0) for (const listener of this.#usersListeners) listener(busName, changed);
  }

  /** Returns the function that ends the subscription. */
  subscribeToTopicUsers(listener: UsersListener): () => void {
    this.#usersListeners.add(listener);
    return () => this.#usersListeners.delete(listener);
  }

  /** The latest, for the EventBus' status; what an earlier process reported is there already. */
  leftBehind(busName: string): readonly LeftBehind[] {
    return this.#leftBehind.get(busName) ?? [];
  }

  reportLeftBehind(busName: string, entry: LeftBehind): void {
    this.#leftBehind.set(busName, [...this.leftBehind(busName), entry].slice(-LEFT_BEHIND_MOST));
  }

  forget(busName: string): void {
    this.#health.delete(busName);
    this.#topicHealth.delete(busName);
    this.#topicUsers.delete(busName);
    if (this.#links.delete(busName)) this.#tell(busName);
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (busName: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(busName: string): void {
    for (const listener of this.#listeners) listener(busName);
  }
}

function isSameLink(a: BusLink, b: BusLink): boolean {
  if (a.kind === "connected" && b.kind === "connected") {
    const capabilities = a.cluster.capabilities.join() === b.cluster.capabilities.join();
    return a.admin === b.admin && a.cluster.id === b.cluster.id && capabilities;
  }
  return a.kind === b.kind;
}
