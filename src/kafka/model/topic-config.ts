// A configuration as Kafka reports it, and when two values mean the same. Pure.

/** Where an effective value comes from, nearest first (DescribeConfigs v1+ `config_source`). */
export type ConfigSource = "topic" | "group" | "dynamicBroker" | "dynamicDefault" | "static" | "default" | "other";

/** DescribeConfigs v3+ `config_type`. */
export type ConfigType =
  | "boolean"
  | "string"
  | "int"
  | "short"
  | "long"
  | "double"
  | "list"
  | "class"
  | "password"
  | "unknown";

export interface ConfigEntry {
  readonly key: string;
  /** Null for sensitive values. */
  readonly value: string | null;
  /** `topic` (or `group`) means that it was set on this very resource. */
  readonly source: ConfigSource;
  readonly type: ConfigType;
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** The value after a reset of this key: the next source down. Absent where the broker does not tell. */
  readonly inherited?: { readonly value: string | null; readonly source: ConfigSource } | undefined;
}

/** What configuration belongs to; broker "" is the cluster-wide default. */
export type ConfigResource =
  | { readonly kind: "topic"; readonly name: string }
  | { readonly kind: "broker"; readonly name: string }
  | { readonly kind: "group"; readonly name: string };

export interface ConfigChange {
  readonly set: Readonly<Record<string, string>>;
  /** Keys to return to what they inherit. */
  readonly unset: readonly string[];
}
