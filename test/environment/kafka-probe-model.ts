// What the probe is told and what it tells: Kafka's words, as Kafka's own client has them.

export interface NewTopic {
  readonly name: string;
  /** Default: the broker's. */
  readonly partitions?: number;
  /** Default: the broker's. */
  readonly replicationFactor?: number;
  /** Broker ids of each partition's replicas, instead of the two above. */
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string>>;
}

export interface ProbePartition {
  readonly partition: number;
  /** Null when no replica leads. */
  readonly leader: number | null;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export interface ProbeTopic {
  readonly id: string;
  readonly isInternal: boolean;
  readonly partitions: readonly ProbePartition[];
}

export interface ProbeResource {
  readonly type: "topic" | "broker" | "group";
  /** A broker's id, or "" for the default of all brokers. */
  readonly name: string;
}

/** Kafka's `ConfigEntry.ConfigSource`. */
export type ProbeConfigSource =
  | "DYNAMIC_TOPIC_CONFIG"
  | "DYNAMIC_BROKER_CONFIG"
  | "DYNAMIC_DEFAULT_BROKER_CONFIG"
  | "DYNAMIC_GROUP_CONFIG"
  | "DYNAMIC_BROKER_LOGGER_CONFIG"
  | "DYNAMIC_CLIENT_METRICS_CONFIG"
  | "STATIC_BROKER_CONFIG"
  | "DEFAULT_CONFIG"
  | "UNKNOWN";

export interface ProbeConfigValue {
  readonly name: string;
  /** Null for a sensitive one. */
  readonly value: string | null;
  readonly source: ProbeConfigSource;
}

export interface ProbeConfigEntry extends ProbeConfigValue {
  readonly isSensitive: boolean;
  readonly isReadOnly: boolean;
  /** Where the value would come from, next best last. */
  readonly synonyms: readonly ProbeConfigValue[];
}

export interface NewRecord {
  /** Default: by the hash of the key, else spread. */
  readonly partition?: number;
  readonly key?: string | null;
  /** Null is a tombstone. */
  readonly value?: string | null;
  /** Milliseconds since the epoch; default now. */
  readonly timestamp?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
}

export interface GroupListing {
  readonly groupId: string;
  /** `Classic`, `Consumer` (KIP-848), `Share`, `Streams`. */
  readonly type: string | null;
  /** `consumer` for consumer groups of both types, something else for Connect and the like. */
  readonly protocol: string;
  readonly state: string | null;
}

export interface ProbeGroup {
  readonly groupId: string;
  readonly type: string;
  readonly state: string;
  /** Broker id. */
  readonly coordinator: number;
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    /** `<topic>-<partition>`, sorted. */
    readonly assignment: readonly string[];
  }[];
}

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
