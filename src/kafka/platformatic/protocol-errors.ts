// Kafka's protocol error codes (Errors.java of 4.3) in our words: what each means to a caller, and whether to try again.
// Data and look-ups only; nothing here knows a connection.

import type { FailureKind, KafkaFailure } from "../model/failure.ts";
import { stableText } from "./broker-message.ts";

/**
 * Whether a request that got this code is sent again inside its deadline.
 * - `always`: the broker certainly did nothing (moved leader or coordinator, throttled).
 * - `reads`: it may have done it, so that only a read is repeated and a write is `unknown`.
 * - `never`: the answer stands.
 */
export type Retry = "always" | "reads" | "never";

export interface ProtocolError {
  readonly code: number;
  readonly name: string;
  readonly kind: FailureKind;
  readonly retry: Retry;
}

type Row = readonly [code: number, name: string, kind: FailureKind, retry?: Retry];

const rows: readonly Row[] = [
  [-1, "UNKNOWN_SERVER_ERROR", "other"],
  [1, "OFFSET_OUT_OF_RANGE", "invalid"],
  [2, "CORRUPT_MESSAGE", "other"],
  [3, "UNKNOWN_TOPIC_OR_PARTITION", "missing"],
  [4, "INVALID_FETCH_SIZE", "invalid"],
  [5, "LEADER_NOT_AVAILABLE", "busy", "always"],
  [6, "NOT_LEADER_OR_FOLLOWER", "busy", "always"],
  [7, "REQUEST_TIMED_OUT", "busy", "reads"],
  [8, "BROKER_NOT_AVAILABLE", "busy", "always"],
  [9, "REPLICA_NOT_AVAILABLE", "busy", "reads"],
  [10, "MESSAGE_TOO_LARGE", "invalid"],
  [11, "STALE_CONTROLLER_EPOCH", "busy"],
  [12, "OFFSET_METADATA_TOO_LARGE", "invalid"],
  [13, "NETWORK_EXCEPTION", "busy", "reads"],
  [14, "COORDINATOR_LOAD_IN_PROGRESS", "busy", "always"],
  [15, "COORDINATOR_NOT_AVAILABLE", "busy", "always"],
  [16, "NOT_COORDINATOR", "busy", "always"],
  [17, "INVALID_TOPIC_EXCEPTION", "invalid"],
  [18, "RECORD_LIST_TOO_LARGE", "invalid"],
  [19, "NOT_ENOUGH_REPLICAS", "busy"],
  [20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "busy"],
  [21, "INVALID_REQUIRED_ACKS", "invalid"],
  [22, "ILLEGAL_GENERATION", "active"],
  [23, "INCONSISTENT_GROUP_PROTOCOL", "active"],
  [24, "INVALID_GROUP_ID", "invalid"],
  [25, "UNKNOWN_MEMBER_ID", "active"],
  [26, "INVALID_SESSION_TIMEOUT", "invalid"],
  [27, "REBALANCE_IN_PROGRESS", "active"],
  [28, "INVALID_COMMIT_OFFSET_SIZE", "invalid"],
  [29, "TOPIC_AUTHORIZATION_FAILED", "denied"],
  [30, "GROUP_AUTHORIZATION_FAILED", "denied"],
  [31, "CLUSTER_AUTHORIZATION_FAILED", "denied"],
  [32, "INVALID_TIMESTAMP", "invalid"],
  [33, "UNSUPPORTED_SASL_MECHANISM", "authentication"],
  [34, "ILLEGAL_SASL_STATE", "authentication"],
  [35, "UNSUPPORTED_VERSION", "unsupported"],
  [36, "TOPIC_ALREADY_EXISTS", "exists"],
  [37, "INVALID_PARTITIONS", "invalid"],
  [38, "INVALID_REPLICATION_FACTOR", "invalid"],
  [39, "INVALID_REPLICA_ASSIGNMENT", "invalid"],
  [40, "INVALID_CONFIG", "invalid"],
  [41, "NOT_CONTROLLER", "busy", "reads"],
  [42, "INVALID_REQUEST", "invalid"],
  [43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", "unsupported"],
  [44, "POLICY_VIOLATION", "invalid"],
  [45, "OUT_OF_ORDER_SEQUENCE_NUMBER", "other"],
  [46, "DUPLICATE_SEQUENCE_NUMBER", "other"],
  [47, "INVALID_PRODUCER_EPOCH", "other"],
  [48, "INVALID_TXN_STATE", "other"],
  [49, "INVALID_PRODUCER_ID_MAPPING", "other"],
  [50, "INVALID_TRANSACTION_TIMEOUT", "invalid"],
  [51, "CONCURRENT_TRANSACTIONS", "busy"],
  [52, "TRANSACTION_COORDINATOR_FENCED", "other"],
  [53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", "denied"],
  [54, "SECURITY_DISABLED", "unsupported"],
  [55, "OPERATION_NOT_ATTEMPTED", "other"],
  [56, "KAFKA_STORAGE_ERROR", "busy", "reads"],
  [57, "LOG_DIR_NOT_FOUND", "missing"],
  [58, "SASL_AUTHENTICATION_FAILED", "authentication"],
  [59, "UNKNOWN_PRODUCER_ID", "other"],
  [60, "REASSIGNMENT_IN_PROGRESS", "busy"],
  [61, "DELEGATION_TOKEN_AUTH_DISABLED", "unsupported"],
  [62, "DELEGATION_TOKEN_NOT_FOUND", "missing"],
  [63, "DELEGATION_TOKEN_OWNER_MISMATCH", "denied"],
  [64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", "unsupported"],
  [65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", "denied"],
  [66, "DELEGATION_TOKEN_EXPIRED", "authentication"],
  [67, "INVALID_PRINCIPAL_TYPE", "invalid"],
  [68, "NON_EMPTY_GROUP", "active"],
  [69, "GROUP_ID_NOT_FOUND", "missing"],
  [70, "FETCH_SESSION_ID_NOT_FOUND", "other"],
  [71, "INVALID_FETCH_SESSION_EPOCH", "other"],
  [72, "LISTENER_NOT_FOUND", "busy", "always"],
  [73, "TOPIC_DELETION_DISABLED", "unsupported"],
  [74, "FENCED_LEADER_EPOCH", "busy", "always"],
  [75, "UNKNOWN_LEADER_EPOCH", "busy", "always"],
  [76, "UNSUPPORTED_COMPRESSION_TYPE", "unsupported"],
  [77, "STALE_BROKER_EPOCH", "busy"],
  [78, "OFFSET_NOT_AVAILABLE", "busy", "always"],
  [79, "MEMBER_ID_REQUIRED", "other"],
  [80, "PREFERRED_LEADER_NOT_AVAILABLE", "busy"],
  [81, "GROUP_MAX_SIZE_REACHED", "other"],
  [82, "FENCED_INSTANCE_ID", "active"],
  [83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", "busy"],
  [84, "ELECTION_NOT_NEEDED", "other"],
  [85, "NO_REASSIGNMENT_IN_PROGRESS", "other"],
  [86, "GROUP_SUBSCRIBED_TO_TOPIC", "active"],
  [87, "INVALID_RECORD", "invalid"],
  [88, "UNSTABLE_OFFSET_COMMIT", "busy", "reads"],
  [89, "THROTTLING_QUOTA_EXCEEDED", "busy", "always"],
  [90, "PRODUCER_FENCED", "other"],
  [91, "RESOURCE_NOT_FOUND", "missing"],
  [92, "DUPLICATE_RESOURCE", "invalid"],
  [93, "UNACCEPTABLE_CREDENTIAL", "invalid"],
  [94, "INCONSISTENT_VOTER_SET", "other"],
  [95, "INVALID_UPDATE_VERSION", "invalid"],
  [96, "FEATURE_UPDATE_FAILED", "other"],
  [97, "PRINCIPAL_DESERIALIZATION_FAILURE", "authentication"],
  [98, "SNAPSHOT_NOT_FOUND", "other"],
  [99, "POSITION_OUT_OF_RANGE", "other"],
  [100, "UNKNOWN_TOPIC_ID", "missing"],
  [101, "DUPLICATE_BROKER_REGISTRATION", "other"],
  [102, "BROKER_ID_NOT_REGISTERED", "other"],
  [103, "INCONSISTENT_TOPIC_ID", "busy", "reads"],
  [104, "INCONSISTENT_CLUSTER_ID", "other"],
  [105, "TRANSACTIONAL_ID_NOT_FOUND", "missing"],
  [106, "FETCH_SESSION_TOPIC_ID_ERROR", "other"],
  [107, "INELIGIBLE_REPLICA", "other"],
  [108, "NEW_LEADER_ELECTED", "busy"],
  [109, "OFFSET_MOVED_TO_TIERED_STORAGE", "other"],
  [110, "FENCED_MEMBER_EPOCH", "active"],
  [111, "UNRELEASED_INSTANCE_ID", "active"],
  [112, "UNSUPPORTED_ASSIGNOR", "unsupported"],
  [113, "STALE_MEMBER_EPOCH", "active"],
  [114, "MISMATCHED_ENDPOINT_TYPE", "unsupported"],
  [115, "UNSUPPORTED_ENDPOINT_TYPE", "unsupported"],
  [116, "UNKNOWN_CONTROLLER_ID", "other"],
  [117, "UNKNOWN_SUBSCRIPTION_ID", "other"],
  [118, "TELEMETRY_TOO_LARGE", "other"],
  [119, "INVALID_REGISTRATION", "other"],
  [120, "TRANSACTION_ABORTABLE", "other"],
  [121, "INVALID_RECORD_STATE", "other"],
  [122, "SHARE_SESSION_NOT_FOUND", "other"],
  [123, "INVALID_SHARE_SESSION_EPOCH", "other"],
  [124, "FENCED_STATE_EPOCH", "other"],
  [125, "INVALID_VOTER_KEY", "other"],
  [126, "DUPLICATE_VOTER", "other"],
  [127, "VOTER_NOT_FOUND", "other"],
  [128, "INVALID_REGULAR_EXPRESSION", "invalid"],
  [129, "REBOOTSTRAP_REQUIRED", "busy"],
  [130, "STREAMS_INVALID_TOPOLOGY", "invalid"],
  [131, "STREAMS_INVALID_TOPOLOGY_EPOCH", "other"],
  [132, "STREAMS_TOPOLOGY_FENCED", "other"],
  [133, "SHARE_SESSION_LIMIT_REACHED", "other"],
];

const byCode: ReadonlyMap<number, ProtocolError> = new Map(
  rows.map(([code, name, kind, retry = "never"]) => [code, { code, name, kind, retry }]),
);

/** Every code of the table; 0 (no error) is not one. */
export const protocolErrors: readonly ProtocolError[] = [...byCode.values()];

/** The meaning of a code; one that a newer broker invented is `other` and never repeated. */
export function protocolError(code: number): ProtocolError {
  return byCode.get(code) ?? { code, name: `UNKNOWN_CODE_${code}`, kind: "other", retry: "never" };
}

/** What the broker said, as a failure; its message is freed of what changes from request to request. */
export function brokerFailure(code: number, message?: string | null, throttleMs?: number): KafkaFailure {
  const { name, kind } = protocolError(code);
  const text = stableText(message ?? "") || `Kafka answered ${name}`;
  return throttleMs === undefined || throttleMs === 0
    ? { kind, code, name, message: text }
    : { kind, code, name, message: text, throttleMs };
}
