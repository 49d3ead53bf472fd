// The topic configurations of Kafka 4.3 (LogConfig.java): types, defaults, what values are legal and how they are printed.
// Each refusal has the broker's words, which the contract suite compares with a real one.

import type { ConfigType } from "../../../src/kafka/model/topic-config.ts";

export interface ConfigDefinition {
  readonly type: ConfigType;
  readonly default: string;
  /** Why this value, already of the right type, is refused. */
  readonly check?: ((value: string) => string | undefined) | undefined;
  /** The broker's setting that stands behind it; none for those that only a topic has. */
  readonly brokerKey?: string | undefined;
}

const longMax = 2n ** 63n - 1n;

function range(least: bigint | undefined, most?: bigint): (value: string) => string | undefined {
  return (value) => {
    const number = BigInt(value);
    if (least !== undefined && number < least) return `Value must be at least ${least}`;
    return most !== undefined && number > most ? `Value must be no more than ${most}` : undefined;
  };
}

function oneOf(...words: readonly string[]): (value: string) => string | undefined {
  return (value) => {
    const wrong = value.split(",").find((word) => word !== "" && !words.includes(word));
    return wrong === undefined ? undefined : `String must be one of: ${words.join(", ")}`;
  };
}

function long(value: bigint, brokerKey: string | undefined, least: bigint | undefined = 0n): ConfigDefinition {
  return { type: "long", default: String(value), check: range(least), brokerKey };
}

function int(value: number, brokerKey: string, least: bigint, most?: bigint): ConfigDefinition {
  return { type: "int", default: String(value), check: range(least, most), brokerKey };
}

function boolean(brokerKey?: string): ConfigDefinition {
  return { type: "boolean", default: "false", brokerKey };
}

const gzip = int(-1, "compression.gzip.level", 1n, 9n);

const day = 86_400_000n;

export const topicConfigs: Readonly<Record<string, ConfigDefinition>> = {
  "cleanup.policy": {
    type: "list",
    default: "delete",
    check: oneOf("compact", "delete"),
    brokerKey: "log.cleanup.policy",
  },
  "compression.gzip.level": {
    ...gzip,
    check: (value) =>
      value === "-1" || gzip.check?.(value) === undefined ? undefined : "Value must be between 1 and 9 or equal to -1",
  },
  "compression.lz4.level": int(9, "compression.lz4.level", 1n, 17n),
  "compression.type": {
    type: "string",
    default: "producer",
    check: oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
    brokerKey: "compression.type",
  },
  "compression.zstd.level": int(3, "compression.zstd.level", -131_072n, 22n),
  "delete.retention.ms": long(day, "log.cleaner.delete.retention.ms"),
  "file.delete.delay.ms": long(60_000n, "log.segment.delete.delay.ms"),
  "flush.messages": long(longMax, "log.flush.interval.messages", 1n),
  "flush.ms": long(longMax, "log.flush.interval.ms"),
  "follower.replication.throttled.replicas": throttled("follower.replication.throttled.replicas"),
  "index.interval.bytes": int(4096, "log.index.interval.bytes", 0n),
  "leader.replication.throttled.replicas": throttled("leader.replication.throttled.replicas"),
  "local.retention.bytes": long(-2n, "log.local.retention.bytes", -2n),
  "local.retention.ms": long(-2n, "log.local.retention.ms", -2n),
  "max.compaction.lag.ms": long(longMax, "log.cleaner.max.compaction.lag.ms", 1n),
  "max.message.bytes": int(1_048_588, "message.max.bytes", 0n),
  "message.timestamp.after.max.ms": long(3_600_000n, "log.message.timestamp.after.max.ms"),
  "message.timestamp.before.max.ms": long(longMax, "log.message.timestamp.before.max.ms"),
  "message.timestamp.type": {
    type: "string",
    default: "CreateTime",
    check: oneOf("CreateTime", "LogAppendTime"),
    brokerKey: "log.message.timestamp.type",
  },
  "min.cleanable.dirty.ratio": {
    type: "double",
    default: "0.5",
    check: (value) => {
      if (Number(value) < 0) return "Value must be at least 0";
      return Number(value) > 1 ? "Value must be no more than 1" : undefined;
    },
    brokerKey: "log.cleaner.min.cleanable.ratio",
  },
  "min.compaction.lag.ms": long(0n, "log.cleaner.min.compaction.lag.ms"),
  "min.insync.replicas": int(1, "min.insync.replicas", 1n),
  preallocate: boolean("log.preallocate"),
  "remote.log.copy.disable": boolean(),
  "remote.log.delete.on.disable": boolean(),
  "remote.storage.enable": boolean(),
  "retention.bytes": long(-1n, "log.retention.bytes", undefined),
  "retention.ms": long(7n * day, "log.retention.ms", -1n),
  "segment.bytes": int(1_073_741_824, "log.segment.bytes", 1_048_576n),
  "segment.index.bytes": int(10_485_760, "log.index.size.max.bytes", 4n),
  "segment.jitter.ms": long(0n, "log.roll.jitter.ms"),
  "segment.ms": long(7n * day, "log.roll.ms", 1n),
  "unclean.leader.election.enable": boolean("unclean.leader.election.enable"),
};

function throttled(key: string): ConfigDefinition {
  const hint =
    `${key} must be the literal '*' or a list of replicas in the following format: ` +
    "[partitionId]:[brokerId],[partitionId]:[brokerId],...";
  return {
    type: "list",
    default: "",
    check: (value) => (value === "" || value === "*" || /^\d+:\d+(?:,\d+:\d+)*$/.test(value) ? undefined : hint),
  };
}

const integerBounds: Partial<Record<ConfigType, readonly [bigint, bigint]>> = {
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), longMax],
};

/** As Java prints a double. */
function double(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3)
    return value
      .toExponential()
      .replace(/^(-?\d+)(e)/, "$1.0$2")
      .replace("e", "E");
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** What the broker makes of a value: its own spelling, or why it is not of the type. */
export function parseConfig(type: ConfigType, raw: string): { readonly value: string } | { readonly wrong: string } {
  const text = raw.trim();
  const wrong = `Not a number of type ${type.toUpperCase()}`;
  switch (type) {
    case "boolean":
      if (/^(?:true|false)$/i.test(text)) return { value: text.toLowerCase() };
      return { wrong: "Expected value to be either true or false" };
    case "double":
      return text === "" || Number.isNaN(Number(text)) ? { wrong } : { value: double(Number(text)) };
    case "list": {
      const words = text === "" ? [] : text.split(",").map((word) => word.trim());
      return { value: [...new Set(words)].join(",") };
    }
    case "int":
    case "long": {
      const [least, most] = integerBounds[type] ?? [0n, 0n];
      if (!/^[-+]?\d+$/.test(text)) return { wrong };
      const number = BigInt(text.replace(/^\+/, ""));
      return number < least || number > most ? { wrong } : { value: String(number) };
    }
    default:
      return { value: text };
  }
}

/** Why Kafka refuses this configuration of a topic; undefined where it does not. */
export function refusalOf(configs: Readonly<Record<string, string>>): string | undefined {
  const values = new Map<string, string>();
  for (const [key, raw] of Object.entries(configs)) {
    const definition = topicConfigs[key];
    if (definition === undefined) return `Unknown topic config name: ${key}`;
    const parsed = parseConfig(definition.type, raw);
    const wrong = "wrong" in parsed ? parsed.wrong : definition.check?.(parsed.value);
    if (wrong !== undefined) {
      // Validators of lists see, and print, the list itself; the allowed words are checked one by one.
      const shown = definition.type === "list" && key.includes("throttled") ? `[${raw.trim()}]` : raw;
      return `Invalid value ${shown} for configuration ${key}: ${wrong}`.replace(/\s+/g, " ");
    }
    if ("value" in parsed) values.set(key, parsed.value);
  }
  return conflictOf(values);
}

function conflictOf(values: ReadonlyMap<string, string>): string | undefined {
  if (values.get("remote.storage.enable") === "true") {
    return "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.";
  }
  const [least, most] = ["min.compaction.lag.ms", "max.compaction.lag.ms"].map((key) =>
    BigInt(values.get(key) ?? topicConfigs[key]?.default ?? 0),
  );
  if (least === undefined || most === undefined || least <= most) return undefined;
  return `conflict topic config setting min.compaction.lag.ms (${least}) > max.compaction.lag.ms (${most})`;
}
