// A Kafka cluster that nobody has: connected, and empty. What the operator would refuse there it refuses everywhere, so
// manifests are judged without a cluster by the operator's own phases. It answers, and keeps nothing.

import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { ClusterState } from "../../kafka/model/cluster.ts";
import { failedWith, ok, type Answer } from "../../kafka/model/failure.ts";

export function emptyCluster(state: ClusterState): KafkaAdmin {
  const missing = answering({ kind: "missing", name: "UNKNOWN_TOPIC_OR_PARTITION", message: "There is nothing here" });
  const unsupported = answering({ kind: "unsupported", name: "NO_CLUSTER", message: "There is no cluster" });
  return {
    cluster: () => Promise.resolve(ok(state)),
    describeTopic: missing,
    describeConfigs: missing,
    describeGroup: missing,
    listTopics: () => Promise.resolve(ok([])),
    listGroups: () => Promise.resolve(ok({ groups: [], isPartial: false })),
    fetchOffsets: () => Promise.resolve(ok([])),
    listReassignments: () => Promise.resolve(ok(new Map())),
    createTopic: unsupported,
    validateTopic: unsupported,
    createPartitions: unsupported,
    deleteTopic: unsupported,
    alterConfigs: unsupported,
    listOffset: unsupported,
    hasTransactions: unsupported,
    deleteRecords: unsupported,
    describeLogDirs: unsupported,
    commitOffset: unsupported,
    deleteGroup: unsupported,
    describeAcls: () => Promise.resolve(ok([])),
    createAcl: unsupported,
    deleteAcl: unsupported,
    close: () => Promise.resolve(),
  };
}

function answering(failure: Parameters<typeof failedWith>[0]): () => Promise<Answer<never>> {
  return () => Promise.resolve(failedWith(failure));
}
