// The rights in Kafka that the operator needs, as one table: its verbs, the manifests of config/kafka-acls and
// docs/kafka-acls.md go by it, and a test takes each away from a real broker. Data and look-ups only.

import type { KafkaAdmin } from "./admin.ts";
import type { AclOperation, AclResourceType } from "./model/acl.ts";

/** Who needs it: every bus, only those that are written to, only those that manage ACLs. */
export type RightNeed = "always" | "toWrite" | "toManageAcls";

export interface Right {
  readonly resource: Extract<AclResourceType, "cluster" | "topic" | "group">;
  readonly operation: AclOperation;
  readonly need: RightNeed;
  /** Verbs of the port that the brokers refuse without it. */
  readonly verbs: readonly Exclude<keyof KafkaAdmin, "close">[];
  readonly purpose: string;
  /** What is seen where it is missing. */
  readonly without: string;
}

const DENIED_TOPIC = "the EventTopic is Denied";
const DENIED_GROUP = "the ConsumerGroup is InsufficientPermissions";
const BUS = "the EventBus is InsufficientPermissions";

/** In the order in which they are granted and documented. */
export const RIGHTS: readonly Right[] = [
  {
    resource: "cluster",
    operation: "Describe",
    need: "always",
    verbs: ["listReassignments", "describeLogDirs", "describeAcls"],
    purpose: "all groups, so that none is overlooked that uses a topic; sizes on disk; movements of replicas",
    without: `${BUS}; which groups use a topic counts as unknown, so that none is deleted unless that is confirmed`,
  },
  {
    resource: "cluster",
    operation: "DescribeConfigs",
    need: "always",
    verbs: [],
    purpose: "the brokers' defaults, to which a removed key returns; whether there is tiered storage",
    without: BUS,
  },
  {
    resource: "cluster",
    operation: "Alter",
    need: "toManageAcls",
    verbs: ["createAcl", "deleteAcl"],
    purpose: "ACLs of publishers and readers, on a bus with accessManagement: Acl only",
    without: BUS,
  },
  {
    resource: "topic",
    operation: "Describe",
    need: "always",
    verbs: ["describeTopic", "listOffset"],
    purpose: "partitions, replicas and ends of the log; whether a topic exists",
    without: `${DENIED_TOPIC}: it is not taken for absent`,
  },
  {
    resource: "topic",
    operation: "DescribeConfigs",
    need: "always",
    verbs: ["describeConfigs"],
    purpose: "the configuration in effect, and which keys there are",
    without: DENIED_TOPIC,
  },
  {
    resource: "topic",
    operation: "Create",
    need: "toWrite",
    verbs: ["createTopic", "validateTopic"],
    purpose: "new topics, dead-letter topics included",
    without: DENIED_TOPIC,
  },
  {
    resource: "topic",
    operation: "Alter",
    need: "toWrite",
    verbs: ["createPartitions"],
    purpose: "more partitions",
    without: DENIED_TOPIC,
  },
  {
    resource: "topic",
    operation: "AlterConfigs",
    need: "toWrite",
    verbs: ["alterConfigs"],
    purpose: "retention and other configuration",
    without: DENIED_TOPIC,
  },
  {
    resource: "topic",
    operation: "Delete",
    need: "toWrite",
    verbs: ["deleteTopic", "deleteRecords"],
    purpose: "topics with deletionPolicy: Delete; may be left out where no namespace is granted that",
    without: DENIED_TOPIC,
  },
  {
    resource: "topic",
    operation: "Read",
    need: "toWrite",
    verbs: ["commitOffset", "hasTransactions"],
    purpose:
      "offsets of groups with initialOffsets are committed (no record is read); whether a log has transactions, without " +
      "which a group on such a topic may show one unread record too many",
    without: DENIED_GROUP,
  },
  {
    resource: "group",
    operation: "Describe",
    need: "always",
    verbs: ["describeGroup", "fetchOffsets"],
    purpose: "state, members and offsets of groups",
    without: DENIED_GROUP,
  },
  {
    resource: "group",
    operation: "DescribeConfigs",
    need: "always",
    verbs: ["describeConfigs"],
    purpose: "the configuration of groups with groupConfig (Kafka 4)",
    without: DENIED_GROUP,
  },
  {
    resource: "group",
    operation: "Read",
    need: "toWrite",
    verbs: ["commitOffset"],
    purpose: "offsets of groups with initialOffsets",
    without: DENIED_GROUP,
  },
  {
    resource: "group",
    operation: "AlterConfigs",
    need: "toWrite",
    verbs: ["alterConfigs"],
    purpose: "groupConfig (Kafka 4)",
    without: DENIED_GROUP,
  },
  {
    resource: "group",
    operation: "Delete",
    need: "toWrite",
    verbs: ["deleteGroup"],
    purpose: "groups with deletionPolicy: DeleteGroup; may be left out where no namespace is granted that",
    without: DENIED_GROUP,
  },
];

/** The one that a broker misses when it answers `verb` with a failure about `resource`; undefined where none is known. */
export function missingRight(verb: string, resource: Right["resource"]): Right | undefined {
  return RIGHTS.find((right) => right.resource === resource && (right.verbs as readonly string[]).includes(verb));
}
