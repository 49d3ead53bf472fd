// The two named sets of topic defaults, from the data platform's own table (development and production). Pure data.

/** What a profile says of a new topic; its configuration reaches existing topics too, under the change guard. */
export interface Profile {
  readonly replicationFactor: number;
  readonly minInSyncReplicas: number;
  /** retention.ms, milliseconds. */
  readonly retentionMs: number;
  readonly compressionType: string;
  /** max.message.bytes: 1 MB as people count it, a little under Kafka's own default of 1 MiB plus overhead. */
  readonly maxMessageBytes: number;
}

export type ProfileName = "Development" | "Production";

const DAY_MS = 86_400_000;
const ONE_MEBIBYTE = 1_048_576;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  Development: {
    replicationFactor: 1,
    minInSyncReplicas: 1,
    retentionMs: 7 * DAY_MS,
    compressionType: "snappy",
    maxMessageBytes: ONE_MEBIBYTE,
  },
  Production: {
    replicationFactor: 3,
    minInSyncReplicas: 2,
    retentionMs: 30 * DAY_MS,
    compressionType: "snappy",
    maxMessageBytes: ONE_MEBIBYTE,
  },
};
