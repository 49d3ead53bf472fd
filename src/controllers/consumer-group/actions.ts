// What can be done for a ConsumerGroup, as data, and the one sentence about it. Pure.

import type { ObjectMeta } from "../../api/custom-resource.ts";
import type { OffsetAt } from "../../kafka/model/offsets.ts";

/** Where a group begins on some partitions of a topic, and commits of that. */
export interface SeedAction {
  readonly type: "seedOffsets";
  readonly groupId: string;
  readonly topicName: string;
  readonly partitions: readonly number[];
  readonly at: OffsetAt;
  /** `begin`: initialOffsets; `growth`: partitions that appeared after it. */
  readonly cause: "begin" | "growth";
}

export interface GroupConfigChange {
  readonly key: string;
  readonly from: string;
  /** Undefined returns the key to what it inherits. */
  readonly to: string | undefined;
}

/** All of a group's changes at once. */
export interface GroupConfigAction {
  readonly type: "changeConfigs";
  readonly groupId: string;
  readonly changes: readonly GroupConfigChange[];
}

export type GroupAction =
  /** The finalizer, before the first effect. */
  | { readonly type: "recordOwnership" }
  /** In status, before the effect that it explains after a crash. */
  | {
      readonly type: "recordIntent";
      /** Topics on which initialOffsets is about to be applied. */
      readonly beginnings: readonly string[];
      /** Keys that are about to be set for the first time. */
      readonly configKeys: readonly string[];
    }
  | SeedAction
  | GroupConfigAction
  | { readonly type: "deleteGroup"; readonly groupId: string }
  | {
      readonly type: "writeBinding";
      readonly secretName: string;
      readonly content: Readonly<Record<string, string>>;
      /** The Secret that is there, ours; undefined: none is. */
      readonly seen: ObjectMeta | undefined;
    }
  | { readonly type: "deleteBinding"; readonly secretName: string; readonly seen: ObjectMeta };

/** Whether the action changes Kafka; the others change Kubernetes only. */
export function isKafkaAction({ type }: GroupAction): boolean {
  return type === "seedOffsets" || type === "changeConfigs" || type === "deleteGroup";
}

/** What an action does, in one sentence without a final period. */
export function describeAction(action: GroupAction): string {
  switch (action.type) {
    case "recordOwnership":
      return "Record on the object what it is about to own in Kafka";
    case "recordIntent":
      return "Record on the object what is about to be done";
    case "seedOffsets": {
      const count = action.partitions.length === 1 ? "1 partition" : `${action.partitions.length} partitions`;
      return `Commit ${describePosition(action.at)} for group "${action.groupId}" on ${count} of topic "${action.topicName}"`;
    }
    case "changeConfigs":
      return `Change the configuration of group "${action.groupId}": ${action.changes.map(describeChange).join(", ")}`;
    case "deleteGroup":
      return `Delete group "${action.groupId}" with its offsets`;
    case "writeBinding":
      return `Write Secret "${action.secretName}"`;
    case "deleteBinding":
      return `Delete Secret "${action.secretName}"`;
  }
}

function describeChange({ key, from, to }: GroupConfigChange): string {
  return to === undefined ? `${key} from "${from}" to what the broker gives` : `${key} from "${from}" to "${to}"`;
}

function describePosition(at: OffsetAt): string {
  if (at === "earliest") return "the first offset";
  return at === "latest" ? "the end" : `the offset of ${new Date(at).toISOString()}`;
}

/** What the platform has to do, once a namespace. */
export function describeMissingRight(secretKey: string): string {
  return (
    `The operator may not read and write Secret "${secretKey}"; the platform binds the ClusterRole ` +
    '"event-bus-operator-bindings" to the operator\'s account in that namespace'
  );
}
