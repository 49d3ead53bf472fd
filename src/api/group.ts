// The names that this operator owns in the Kubernetes API: group, version, annotations, finalizer.
// Names only: no behaviour, and nothing of ours is imported.

/** API group of every kind of this operator. */
export const GROUP = "eventbus.dev";

/** The one served and stored version. */
export const VERSION = "v1alpha1";

/** `apiVersion` of every object of this operator. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Field manager of every server-side apply of the operator (managedFields shows status, finalizer, own annotations). */
export const FIELD_MANAGER = "event-bus-operator";

/**
 * Finalizer of objects whose deletion has an effect in Kafka: with `deletionPolicy: Delete`, while rights are on record
 * that go with the object, and while there are KafkaTopics for it. Never set with Retain otherwise.
 */
export const FINALIZER = `${GROUP}/kafka`;

/** Annotations that people set. */
export const ANNOTATION = {
  /** Marks the EventBus that objects without `busRef` use, once: `"true"`. */
  isDefault: `${GROUP}/is-default`,
  /** Any new token asks for a run now; echoed as `status.lastHandledReconcileAt`. */
  requestedAt: `${GROUP}/requestedAt`,
  /** Flux's spelling of the same wish, honoured alike. */
  fluxRequestedAt: "reconcile.fluxcd.io/requestedAt",
  /** Ids of held-back changes, or a rollout's id, that may be applied: `<id>[,<id>…]`. Each id is used once. */
  approve: `${GROUP}/approve`,
  /** Ids of topics whose protected deletion is confirmed, separated by commas. */
  confirmDeletion: `${GROUP}/confirm-deletion`,
  /** On a KafkaTopic of Strimzi: the EventTopic that it is for, `<namespace>/<name>`. */
  eventTopic: `${GROUP}/event-topic`,
  /** Written by the operator on a KafkaTopic that it gives up, so that it knows its own doing again. */
  givenUp: `${GROUP}/given-up`,
  /** On a KafkaUser that the operator has made: the EventBus for which it was. */
  eventBus: `${GROUP}/event-bus`,
} as const;

/** Annotations whose new token asks for a run. */
export const REQUEST_ANNOTATIONS = [ANNOTATION.requestedAt, ANNOTATION.fluxRequestedAt] as const;

/** Labels that the operator puts on what it owns in Kubernetes. */
export const LABEL = {
  managedBy: "app.kubernetes.io/managed-by",
  /** On a binding Secret: UID of the ConsumerGroup that it was written for. */
  consumerGroup: `${GROUP}/consumer-group-uid`,
} as const;

/** The deletion of the object waits for us. */
export function hasFinalizer({ finalizers }: { readonly finalizers?: readonly string[] | undefined }): boolean {
  return finalizers?.includes(FINALIZER) === true;
}
