// What a run sees of a ConsumerGroup's group in Kafka and of its Secret. Pure data.

import type { GroupReading } from "../../domain/group-reading.ts";
import type { Answer } from "../../kafka/model/failure.ts";
import type { CommittedOffset, GroupState } from "../../kafka/model/offsets.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import type { SecretState } from "./binding-secrets.ts";

export type LiveGroup = { readonly kind: "absent" } | { readonly kind: "present"; readonly group: GroupState };
export type LiveTopic = { readonly kind: "absent" } | { readonly kind: "present"; readonly topic: TopicState };
export type LiveTopics = ReadonlyMap<string, Answer<LiveTopic>>;

/** What must be as it is now, and not as the poller last saw it. */
export interface LivePositions {
  readonly group: Answer<LiveGroup>;
  readonly commits: Answer<readonly CommittedOffset[]>;
}

export interface ObservedGroup {
  /** Undefined for an object that is being deleted. */
  readonly reading?: GroupReading | undefined;
  /** By name: those whose existence or partitions matter. */
  readonly topics: LiveTopics;
  /** Where a beginning may be missing, or the group is to be deleted. */
  readonly positions?: LivePositions | undefined;
  /** Where any is declared or recorded, and these brokers have some. */
  readonly configs?: Answer<ReadonlyMap<string, ConfigEntry>> | undefined;
  readonly secrets: {
    readonly wanted?: SecretState | undefined;
    /** Of the Secret that was written before, under another name. */
    readonly former?: SecretState | undefined;
  };
}

/** Somebody is in it, or about to be: its offsets may not be changed, nor may it be deleted. */
export function hasMembers(live: LiveGroup): boolean {
  return live.kind === "present" && (live.group.members.length > 0 || !["Empty", "Dead"].includes(live.group.state));
}
