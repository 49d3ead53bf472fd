// The settings of a Kafka topic that several kinds speak of, in Kafka's own terms. Shapes only; each kind says what
// its field means.

import { z } from "zod";

import {
  durationOrUnlimited,
  label,
  MAX_PARTITIONS,
  MAX_REPLICATION_FACTOR,
  oneOf,
  sizeOrUnlimited,
  whole,
} from "./fields.ts";

/** A number of partitions. */
export function partitions(): z.ZodNumber {
  return whole(1, MAX_PARTITIONS);
}

/** A replication factor or a number of in-sync replicas. */
export function replicas(): z.ZodNumber {
  return whole(1, MAX_REPLICATION_FACTOR);
}

/** Domain, entity or action of a topic's name: an RFC 1123 label, as the form of the parts suggests. */
export function namePart(): z.ZodString {
  return label();
}

/** Kafka's `compression.type`. */
export const compressionType = oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer");

/** Kafka's `cleanup.policy`. */
export const cleanupPolicy = oneOf("delete", "compact", "compact,delete");

/** Time and size after which Kafka may delete records. */
export const retention = z.object({
  time: durationOrUnlimited()
    .optional()
    .describe("How long records are kept at least (retention.ms), 1m or more, or unlimited."),
  bytesPerPartition: sizeOrUnlimited()
    .optional()
    .describe("How many bytes each partition keeps at least (retention.bytes), or unlimited."),
});
