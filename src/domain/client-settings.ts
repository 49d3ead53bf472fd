// What a ConsumerGroup says of its consumers, with the defaults filled in, and what in it contradicts itself, its
// protocol, or what a binding may hold. Pure; it renders nothing.

import type { ConsumerGroupSpec } from "../api/consumer-group.ts";
import { parseDuration } from "../api/quantity.ts";

export type GroupProtocol = "classic" | "consumer";

export interface ClientSettings {
  readonly autoOffsetReset: "earliest" | "latest" | "none";
  readonly maxPollRecords: number;
  /** The argument of poll(): a hint for the program, no property of Kafka. */
  readonly pollTimeoutMs: number;
  readonly maxPollIntervalMs?: number | undefined;
  readonly commitMode: "Sync" | "Async" | "Auto";
  readonly isolationLevel?: "read_uncommitted" | "read_committed" | undefined;
  readonly errorHandling?: "Stop" | "LogAndSkip" | "DeadLetter" | undefined;
  /** Undefined: the client's own choice. */
  readonly protocol?: GroupProtocol | undefined;
  /** By Kafka's own keys, sorted. */
  readonly extra: ReadonlyMap<string, string>;
}

export function clientSettings({ client = {}, groupProtocol }: ConsumerGroupSpec): ClientSettings {
  const { maxPollInterval } = client;
  const extra = Object.entries(client.extra ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    autoOffsetReset: client.autoOffsetReset ?? "earliest",
    maxPollRecords: client.maxPollRecords ?? 100,
    pollTimeoutMs: parseDuration(client.pollTimeout ?? "100ms"),
    maxPollIntervalMs: maxPollInterval === undefined ? undefined : parseDuration(maxPollInterval),
    commitMode: client.commitMode ?? "Sync",
    isolationLevel: client.isolationLevel,
    errorHandling: client.errorHandling,
    protocol: groupProtocol === "auto" ? undefined : groupProtocol,
    extra: new Map(extra.map(([key, value]) => [key, String(value)])),
  };
}

/** Settings that clients of one protocol refuse to start with (KIP-848; Kafka's ConsumerConfig), and what says it instead. */
const FORBIDDEN: Readonly<Record<GroupProtocol, Readonly<Record<string, string>>>> = {
  consumer: {
    "session.timeout.ms": "set consumer.session.timeout.ms under spec.groupConfig instead",
    "heartbeat.interval.ms": "set consumer.heartbeat.interval.ms under spec.groupConfig instead",
    "partition.assignment.strategy": "set group.remote.assignor instead: the broker assigns",
  },
  classic: {
    "group.remote.assignor": "set partition.assignment.strategy instead: the members assign",
  },
};

/** What the bus says, a credential, or what would make one of all members. */
const FOREIGN: readonly { readonly key: RegExp; readonly why: string }[] = [
  { key: /^bootstrap\.servers$/, why: "the address is the bus'" },
  { key: /^(security|ssl|sasl)\./, why: "the connection is the bus', and a binding holds no credential" },
  {
    key: /^group\.instance\.id$/,
    why: "all members read the same binding, and of two members with one id Kafka expels the first; set it in each",
  },
];

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;
// oxlint-disable-next-line no-control-regex -- exactly what a line of a properties file cannot hold
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/**
 * Sentences, each about one setting that cannot be. `live` is the protocol by which the group is run now: it counts where
 * none is declared.
 */
export function objectionsToClient(spec: ConsumerGroupSpec, live: GroupProtocol | undefined): readonly string[] {
  const { extra, protocol } = clientSettings(spec);
  return [
    ...[...extra].flatMap(([key, value]) => objectionsToExtra(key, value)),
    ...protocolObjections([...extra.keys()], protocol, live),
    ...topicObjections(spec),
  ];
}

function objectionsToExtra(key: string, value: string): string[] {
  const name = `spec.client.extra "${key}"`;
  if (!KEY.test(key)) return [`${name} is not a key of Kafka: letters, digits, ".", "_" and "-"`];
  if (CONTROL_CHARACTER.test(value)) return [`${name} holds a control character; write it on one line`];
  const foreign = FOREIGN.find((rule) => rule.key.test(key));
  return foreign === undefined ? [] : [`${name} must go: ${foreign.why}`];
}

function protocolObjections(
  keys: readonly string[],
  declared: GroupProtocol | undefined,
  live: GroupProtocol | undefined,
): string[] {
  const protocol = declared ?? live;
  if (protocol === undefined) {
    const both = ["partition.assignment.strategy", "group.remote.assignor"];
    if (!both.every((key) => keys.includes(key))) return [];
    return [`spec.client.extra holds ${both.map((key) => `"${key}"`).join(" and ")}: no protocol takes both`];
  }
  const how =
    declared === undefined
      ? `the group is run by the "${protocol}" protocol (spec.groupProtocol is auto)`
      : `spec.groupProtocol is "${protocol}"`;
  const forbidden = FORBIDDEN[protocol];
  return keys
    .filter((key) => Object.hasOwn(forbidden, key))
    .map((key) => `spec.client.extra "${key}" is refused by clients where ${how}; ${forbidden[key]}`);
}

function topicObjections({ initialOffsets, topics }: ConsumerGroupSpec): string[] {
  if (initialOffsets === undefined || (topics !== undefined && topics.length > 0)) return [];
  return ["spec.initialOffsets says where to begin on the topics of spec.topics, but none is listed; list them"];
}
