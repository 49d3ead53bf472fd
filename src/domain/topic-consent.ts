// Whose ConsumerGroups may refer to an EventTopic: those of its own namespace, and of those that its owner permits. Pure.

import type { EventTopicSpec } from "../api/event-topic.ts";
import { coversNamespace, type Namespace } from "./namespace-selection.ts";

/** The part of an EventTopic that consent is judged by. */
interface Consenting {
  readonly metadata: { readonly namespace?: string | undefined };
  readonly spec: Pick<EventTopicSpec, "consumers">;
}

export function consentsTo({ metadata, spec }: Consenting, namespace: Namespace): boolean {
  if (metadata.namespace === namespace.name) return true;
  const allowed = spec.consumers?.allowedNamespaces;
  return allowed !== undefined && coversNamespace(allowed, namespace);
}
