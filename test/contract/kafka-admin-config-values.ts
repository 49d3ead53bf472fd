// Values of topic configurations as Kafka spells and refuses them. Data only.

import type { KafkaRelease } from "./kafka-release.ts";

/** Together with 500 others they make more records than the controller takes in one request. */
export const manyConfigs: readonly (readonly [string, string])[] = [
  ["retention.ms", "1000000"],
  ["retention.bytes", "10000000"],
  ["segment.ms", "100000"],
  ["segment.bytes", "10485760"],
  ["max.message.bytes", "1000"],
  ["flush.ms", "100"],
  ["flush.messages", "100"],
  ["index.interval.bytes", "4096"],
  ["file.delete.delay.ms", "60000"],
  ["delete.retention.ms", "1000"],
  ["min.cleanable.dirty.ratio", "0.4"],
  ["preallocate", "false"],
  ["compression.gzip.level", "1"],
  ["compression.lz4.level", "9"],
  ["compression.zstd.level", "3"],
  ["message.timestamp.after.max.ms", "1000"],
  ["message.timestamp.before.max.ms", "1000"],
  ["min.compaction.lag.ms", "0"],
  ["max.compaction.lag.ms", "100000"],
  ["segment.jitter.ms", "0"],
];

export const spellings = ({
  twiceCompact,
}: KafkaRelease): readonly (readonly [key: string, given: string, shown: string])[] => [
  ["retention.ms", " 05000 ", "5000"],
  ["cleanup.policy", "delete, compact", "delete,compact"],
  ["cleanup.policy", "compact,compact", twiceCompact],
  ["preallocate", "TRUE", "true"],
  ["min.cleanable.dirty.ratio", "0.50", "0.5"],
  ["min.cleanable.dirty.ratio", "1", "1.0"],
  ["min.cleanable.dirty.ratio", "1e-5", "1.0E-5"],
  ["leader.replication.throttled.replicas", "0:1,1:1", "0:1,1:1"],
];

export const badValues: readonly (readonly [key: string, given: string, message: string])[] = [
  ["retention.ms", "-2", "Invalid value -2 for configuration retention.ms: Value must be at least -1"],
  ["retention.ms", "1.5", "Invalid value 1.5 for configuration retention.ms: Not a number of type LONG"],
  ["retention.ms", "", "Invalid value for configuration retention.ms: Not a number of type LONG"],
  [
    "cleanup.policy",
    "foo",
    "Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete",
  ],
  ["preallocate", "yes", "Invalid value yes for configuration preallocate: Expected value to be either true or false"],
  [
    "min.cleanable.dirty.ratio",
    "1.5",
    "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1",
  ],
  [
    "compression.type",
    "none",
    "Invalid value none for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer",
  ],
  ["min.insync.replicas", "0", "Invalid value 0 for configuration min.insync.replicas: Value must be at least 1"],
  [
    "max.message.bytes",
    "2147483648",
    "Invalid value 2147483648 for configuration max.message.bytes: Not a number of type INT",
  ],
  [
    "compression.gzip.level",
    "0",
    "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1",
  ],
  [
    "leader.replication.throttled.replicas",
    "x",
    "Invalid value [x] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
  ],
  [
    "remote.storage.enable",
    "true",
    "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.",
  ],
];
