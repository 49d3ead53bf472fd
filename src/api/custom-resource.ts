// The shape that every Kubernetes object of this operator shares. Types only: no behaviour, nothing of ours imported.

/** Names one object of a kind. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** The part of ObjectMeta that the operator reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  /** Opaque for others; the runtime compares those of one kind as integers (KEP-5504). */
  readonly resourceVersion: string;
  /** Moves with every change of `spec`; absent for kinds that do not count (Secret, Namespace). */
  readonly generation?: number;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string;
  /** Set while the object is being deleted. */
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** One aspect of an object's state (Kubernetes API conventions; kstatus). */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** Generation of the spec that this condition judges. */
  readonly observedGeneration?: number | undefined;
  /** RFC 3339; moves only when `status` does. */
  readonly lastTransitionTime: string;
  /** CamelCase, one of the closed unions of conditions.ts. */
  readonly reason: string;
  /** For people: which rule, which value, what to do next. At most 32768 characters, no secret. */
  readonly message: string;
}

/** What every status of ours holds. */
export interface CommonStatus {
  /** Generation of the last finished run; -1 (the CRD's only default) before the first. */
  readonly observedGeneration?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  /** Echo of the last handled `requestedAt` annotation. */
  readonly lastHandledReconcileAt?: string | undefined;
}

export interface CustomResource<Spec, Status extends CommonStatus = CommonStatus> extends KubernetesObject {
  readonly spec: Spec;
  readonly status?: Status | undefined;
}
