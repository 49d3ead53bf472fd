// The operator's settings: one table of {env, parse, default, doc}, from which parsing, --help and docs/reference come.
// Pure: the environment is a value, read by main.ts only.

import { parseDuration } from "./api/quantity.ts";
import { parseLabelSelector, type LabelSelector } from "./domain/label-selector.ts";

export interface Settings {
  readonly leaderElection: boolean;
  /** Namespace of the Lease; undefined: the operator's own. */
  readonly leaseNamespace: string | undefined;
  readonly leaseName: string;
  /** Empty: all namespaces. */
  readonly watchNamespaces: readonly string[];
  /** EventBuses that this installation looks after; an empty selector: all. */
  readonly busSelector: LabelSelector;
  /** Namespaces in which KafkaTopics and Kafka objects of Strimzi are read. */
  readonly strimziNamespaces: readonly string[];
  /** Undefined: the operator's own namespace. */
  readonly secretNamespace: string | undefined;
  readonly metricsAddress: ListenAddress | undefined;
  /** How far metrics go into detail. */
  readonly metricsDetail: "topic" | "partition";
  readonly logLevel: "error" | "warn" | "info" | "debug";
  readonly logFormat: "json" | "text";
  /** Milliseconds. */
  readonly deletionTimeoutMs: number;
}

interface ListenAddress {
  /** Empty: every interface. */
  readonly host: string;
  readonly port: number;
}

interface SettingDefinition<T> {
  readonly env: string;
  /** As the environment would spell it; empty means unset. */
  readonly default: string;
  readonly doc: string;
  /** Throws a RangeError that says what is wrong with the text. */
  parse(text: string): T;
}

type SettingsTable = { readonly [name in keyof Settings]: SettingDefinition<Settings[name]> };

/** All settings, in the order in which they are documented. */
export const SETTINGS: SettingsTable = {
  leaderElection: {
    env: "EVENTBUS_LEADER_ELECTION",
    default: "true",
    doc: "Whether replicas elect a leader by a Lease; false only where exactly one process runs.",
    parse: parseBoolean,
  },
  leaseNamespace: {
    env: "EVENTBUS_LEASE_NAMESPACE",
    default: "",
    doc: "Namespace of the Lease. Unset: the operator's own namespace.",
    parse: parseOptionalName,
  },
  leaseName: {
    env: "EVENTBUS_LEASE_NAME",
    default: "event-bus-operator",
    doc: "Name of the Lease; installations side by side need different ones.",
    parse: parseName,
  },
  watchNamespaces: {
    env: "EVENTBUS_WATCH_NAMESPACES",
    default: "",
    doc: "Namespaces whose EventTopics and ConsumerGroups are managed, comma separated. Unset: all.",
    parse: parseNames,
  },
  busSelector: {
    env: "EVENTBUS_BUS_SELECTOR",
    default: "",
    doc: "Label selector for the EventBuses that this installation looks after. Unset: all.",
    parse: parseLabelSelector,
  },
  secretNamespace: {
    env: "EVENTBUS_SECRET_NAMESPACE",
    default: "",
    doc: "The one namespace in which Secrets named by EventBuses are read. Unset: the operator's own namespace.",
    parse: parseOptionalName,
  },
  strimziNamespaces: {
    env: "EVENTBUS_STRIMZI_NAMESPACES",
    default: "",
    doc: "Namespaces in which Strimzi's objects are read for EventBuses with spec.strimzi, comma separated. Unset: none.",
    parse: parseNames,
  },
  metricsAddress: {
    env: "EVENTBUS_METRICS_ADDRESS",
    default: ":8080",
    doc: "Where /metrics, /healthz and /readyz are served, host:port or :port; 0 turns them off.",
    parse: parseAddress,
  },
  metricsDetail: {
    env: "EVENTBUS_METRICS_DETAIL",
    default: "topic",
    doc: "topic: the lag of groups is told for each topic; partition: for each partition as well, which may be many series.",
    parse: oneOf("topic", "partition"),
  },
  logLevel: {
    env: "EVENTBUS_LOG_LEVEL",
    default: "info",
    doc: "error, warn, info or debug.",
    parse: oneOf("error", "warn", "info", "debug"),
  },
  logFormat: {
    env: "EVENTBUS_LOG_FORMAT",
    default: "json",
    doc: "json (one object a line) or text (for people).",
    parse: oneOf("json", "text"),
  },
  deletionTimeoutMs: {
    env: "EVENTBUS_DELETION_TIMEOUT",
    default: "1h",
    doc: "How long the deletion of a topic waits for an unreachable cluster before the topic is left behind.",
    parse: parsePositiveDuration,
  },
};

export type SettingsResult =
  | { readonly kind: "settings"; readonly settings: Settings }
  | { readonly kind: "invalid"; readonly problems: readonly string[] };

/** Reads all settings and reports every problem at once, unknown `EVENTBUS_*` names included. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): SettingsResult {
  const problems: string[] = [];
  const values: Partial<Record<keyof Settings, unknown>> = {};
  for (const [name, definition] of Object.entries(SETTINGS)) {
    const given = environment[definition.env];
    const text = given === undefined || given === "" ? definition.default : given;
    try {
      values[name as keyof Settings] = definition.parse(text);
    } catch (error) {
      problems.push(`${definition.env} is "${text}": ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const known = new Set(Object.values(SETTINGS).map(({ env }) => env));
  const unknown = Object.keys(environment).filter((name) => name.startsWith("EVENTBUS_") && !known.has(name));
  problems.push(...unknown.map((name) => `${name} is not a setting of this operator; see --help`));
  return problems.length > 0 ? { kind: "invalid", problems } : { kind: "settings", settings: values as Settings };
}

/** The table as text for --help. */
export function describeSettings(): string {
  const lines = Object.values(SETTINGS).map(({ env, default: fallback, doc }) => {
    const note = fallback === "" ? "" : ` [default: ${fallback}]`;
    return `  ${env}\n      ${doc}${note}`;
  });
  return lines.join("\n");
}

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function parseBoolean(text: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw new RangeError('Write "true" or "false"');
}

function parseName(text: string): string {
  if (!NAME.test(text) || text.length > 253)
    throw new RangeError("Write a Kubernetes name: lower-case letters, digits and -");
  return text;
}

function parseOptionalName(text: string): string | undefined {
  return text === "" ? undefined : parseName(text);
}

function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== "").map(parseName))];
}

function parseAddress(text: string): ListenAddress | undefined {
  if (text === "0") return undefined;
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]*):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new RangeError("Write host:port or :port, or 0 for none");
  return { host: (match[1] ?? "").replace(/^\[(.*)\]$/, "$1"), port };
}

function parsePositiveDuration(text: string): number {
  const ms = parseDuration(text);
  if (!Number.isFinite(ms) || ms <= 0) throw new RangeError('Write a duration such as "1h" or "5m"');
  return ms;
}

function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new RangeError(`Write one of ${words.join(", ")}`);
    return found;
  };
}
