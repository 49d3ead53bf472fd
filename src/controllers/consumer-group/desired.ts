// Parses once what a ConsumerGroup wants of its group in Kafka and of its binding; everything after this reads no spec,
// but for the settings that only the group's own protocol can judge. Pure.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { Connection } from "../../domain/binding-facts.ts";
import { bindingContent } from "../../domain/binding.ts";
import { clientSettings } from "../../domain/client-settings.ts";
import { PROFILES } from "../../domain/profiles.ts";
import type { PublicConnection } from "../../kafka/model/connection.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Refusal } from "../plan.ts";
import type { ResolvedGroup } from "./group-world.ts";

/** The object is being deleted, and its group with it. */
export interface DesiredGroupAbsence {
  readonly presence: "absent";
  readonly groupId: string;
}

export interface DesiredGroup {
  readonly presence: "present";
  readonly groupId: string;
  /** Another object holds the group id: this one observes, and writes nothing. */
  readonly heldBy?: string | undefined;
  /** Names in Kafka. */
  readonly topics: readonly { readonly name: string; readonly isManaged: boolean }[];
  /** Where the group begins on each of them; undefined: where its consumers decide. */
  readonly begin?: OffsetAt | undefined;
  readonly configs: ReadonlyMap<string, string>;
  /** Deletion of the object deletes the group, so it must wait for us. */
  readonly needsFinalizer: boolean;
  /** Entries of spec.topics that cannot be read. */
  readonly topicRefusals: readonly Refusal<ConsumerGroupReason>[];
  /** Wishes that no state of Kafka can fulfil. */
  readonly refusals: readonly Refusal<ConsumerGroupReason>[];
  readonly binding?: DesiredBinding | undefined;
}

export interface DesiredBinding {
  readonly secretName: string;
  /** Undefined while not all of it is known. */
  readonly content?: Readonly<Record<string, string>> | undefined;
}

export function desiredAbsence({ identity }: ResolvedGroup): DesiredGroupAbsence {
  return { presence: "absent", groupId: identity.groupId };
}

export function desiredGroup(group: ConsumerGroup, resolved: ResolvedGroup): DesiredGroup {
  const { spec } = group;
  const { grant, heldBy, identity, topics } = resolved;
  const mayDelete = grant.deletionPolicies.includes("DeleteGroup");
  const deletes = spec.deletionPolicy === "DeleteGroup";
  const configs = Object.entries(spec.groupConfig ?? {}).map(([key, value]) => [key, String(value)] as const);
  const topicRefusals = topics.filter((topic) => topic.kind === "refused");
  return {
    presence: "present",
    groupId: identity.groupId,
    heldBy,
    topics: topics
      .filter((topic) => topic.kind === "found")
      .map(({ topicName, isManaged }) => ({ name: topicName, isManaged })),
    begin: spec.initialOffsets === undefined ? undefined : positionOf(spec.initialOffsets),
    configs: new Map(configs),
    needsFinalizer: deletes && mayDelete,
    topicRefusals: topicRefusals.map(({ reason, message }) => ({ reason, message })),
    refusals: deletes && !mayDelete ? [deletionCeiling(resolved)] : [],
    binding: desiredBinding(group, resolved),
  };
}

function positionOf(text: string): OffsetAt {
  if (text === "Earliest") return "earliest";
  return text === "Latest" ? "latest" : Date.parse(text);
}

function deletionCeiling({ grant, identity }: ResolvedGroup): Refusal<ConsumerGroupReason> {
  const allowed = grant.deletionPolicies.filter((policy) => policy !== "Delete").map((policy) => `"${policy}"`);
  return {
    reason: "PolicyViolation",
    message:
      `spec.deletionPolicy "DeleteGroup" is more than EventBus "${identity.busName}" grants to this namespace, which is ` +
      `${allowed.join(" or ")}; change it, or ask the platform team`,
  };
}

function desiredBinding(group: ConsumerGroup, resolved: ResolvedGroup): DesiredBinding | undefined {
  const { metadata, spec } = group;
  const { bus, connection, deadLetterTopic, identity, topics } = resolved;
  const secretName = spec.binding?.secretName;
  if (secretName === undefined) return undefined;
  const names = topics.flatMap((topic) => (topic.kind === "found" ? [topic.topicName] : []));
  // A program that is not told of all its topics would read some of them and miss the others.
  if (connection === undefined || names.length < topics.length) return { secretName };
  const settings = clientSettings(spec);
  const { maxAttempts } = spec.deadLetter ?? {};
  const content = bindingContent({
    owner: keyOf(metadata),
    connection: asBound(connection),
    groupId: identity.groupId,
    clientId: settings.extra.get("client.id") ?? `${metadata.namespace ?? ""}.${metadata.name}`,
    topics: names,
    topicPrefix: bus.spec.naming?.prefix,
    settings,
    deadLetter: spec.deadLetter === undefined ? undefined : { topic: deadLetterTopic, maxAttempts },
    credentialsSecret: spec.binding?.credentialsSecretRef?.name,
    compression: compressionOn(bus),
  });
  return { secretName, content };
}

function asBound(connection: PublicConnection): Connection {
  const { bootstrapServers, protocol, mechanism, certificateAuthorities } = connection;
  return {
    bootstrapServers,
    securityProtocol: protocol,
    saslMechanism: mechanism,
    certificateAuthorities: certificateAuthorities?.map((pem) => `${pem.trim()}\n`).join(""),
  };
}

/** As topics of the bus store records, so that brokers need not compress anew. */
function compressionOn({ spec }: EventBus): string {
  const profile = spec.profile === undefined ? undefined : PROFILES[spec.profile];
  const stored = spec.topicDefaults?.compressionType ?? profile?.compressionType ?? "producer";
  if (stored === "producer") return "snappy";
  return stored === "uncompressed" ? "none" : stored;
}
