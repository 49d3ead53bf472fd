// The kinds of Strimzi that the operator reads: the parts of them that it looks at, and where they are served. Types and
// names only.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { UserAcl } from "../../domain/user-acls.ts";

export interface StrimziCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** RFC 3339. */
  readonly lastTransitionTime?: string | undefined;
}

interface StrimziStatus {
  readonly conditions?: readonly StrimziCondition[] | undefined;
  readonly observedGeneration?: number | undefined;
}

/** As declared, by `name`; its address is in the status. */
export interface KafkaListener {
  readonly name: string;
  /** `internal` and `cluster-ip` are reached inside of the Kubernetes cluster. */
  readonly type: string;
  readonly tls?: boolean | undefined;
  readonly authentication?: { readonly type?: string | undefined } | undefined;
}

export interface KafkaListenerStatus {
  readonly name?: string | undefined;
  /** The name, before there was one. */
  readonly type?: string | undefined;
  /** `host:port`, several with commas. */
  readonly bootstrapServers?: string | undefined;
  /** PEM: of the listener's own where it has one, else of the cluster's authority. */
  readonly certificates?: readonly string[] | undefined;
}

export interface Kafka extends KubernetesObject {
  readonly spec?:
    | {
        readonly kafka?: { readonly listeners?: readonly KafkaListener[] | undefined } | undefined;
        readonly entityOperator?:
          | {
              readonly topicOperator?: { readonly watchedNamespace?: string | undefined } | undefined;
              readonly userOperator?: { readonly watchedNamespace?: string | undefined } | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly status?:
    | (StrimziStatus & {
        readonly clusterId?: string | undefined;
        readonly listeners?: readonly KafkaListenerStatus[] | undefined;
      })
    | undefined;
}

export interface KafkaUser extends KubernetesObject {
  readonly spec?:
    | {
        readonly authentication?: { readonly type?: string | undefined } | undefined;
        readonly authorization?:
          | { readonly type?: string | undefined; readonly acls?: readonly UserAcl[] | undefined }
          | undefined;
      }
    | undefined;
  readonly status?:
    | (StrimziStatus & { readonly username?: string | undefined; readonly secret?: string | undefined })
    | undefined;
}

export interface KafkaTopic extends KubernetesObject {
  readonly spec?:
    | {
        readonly topicName?: string | undefined;
        readonly partitions?: number | undefined;
        readonly replicas?: number | undefined;
        /** Values of any form that YAML has; the Topic Operator makes texts of them. */
        readonly config?: Readonly<Record<string, unknown>> | undefined;
      }
    | undefined;
  readonly status?:
    | (StrimziStatus & { readonly topicName?: string | undefined; readonly topicId?: string | undefined })
    | undefined;
}

export const STRIMZI_GROUP = "kafka.strimzi.io";

/** Versions that are served somewhere, the one to prefer first (v1beta2 up to 0.51, v1 from 0.49 on). */
export const STRIMZI_VERSIONS = ["v1", "v1beta2"] as const;

/** Label by which Strimzi's objects belong to a Kafka object. */
export const CLUSTER_LABEL = "strimzi.io/cluster";

/** Annotation by which the Topic Operator lets go of a topic, with the one value that does it. */
export const MANAGED_ANNOTATION = "strimzi.io/managed";
export const UNMANAGED = "false";

/** What EventBus.spec.strimzi says of where a Kafka object is. */
export interface KafkaRef {
  readonly namespace: string;
  readonly name: string;
}
