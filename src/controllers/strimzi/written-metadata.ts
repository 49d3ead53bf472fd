// The metadata of a KafkaTopic as it is written: all that others have put there, without what the API server sets. Pure.

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { KafkaTopicContent } from "./kafka-topic-editor.ts";
import type { KafkaTopic } from "./strimzi-kinds.ts";

export function writtenMetadata(
  { namespace = "", name }: ObjectKey,
  held: KafkaTopic | undefined,
): KafkaTopicContent["metadata"] {
  const { annotations, finalizers, labels, ownerReferences } = held?.metadata ?? {};
  return {
    namespace,
    name,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
    ...(ownerReferences && { ownerReferences }),
  };
}
