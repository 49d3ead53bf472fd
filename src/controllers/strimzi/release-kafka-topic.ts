// Gives a KafkaTopic up: Strimzi lets go of the topic, which stays as it is, and only then the KafkaTopic is deleted.

import { ANNOTATION } from "../../api/group.ts";
import type { Call } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { KafkaTopicContent, KafkaTopicEditor } from "./kafka-topic-editor.ts";
import { isManaged, isReleased } from "./own-kafka-topics.ts";
import { MANAGED_ANNOTATION, UNMANAGED, type KafkaTopic } from "./strimzi-kinds.ts";
import { describeKafkaTopic } from "./topic-operator-answer.ts";
import { writtenMetadata } from "./written-metadata.ts";

/** `ok` once it is (being) deleted, and Strimzi has said before that the topic is none of its business. */
export async function releaseKafkaTopic(
  { metadata }: Pick<KafkaTopic, "metadata">,
  editor: KafkaTopicEditor,
  call: Call,
): Promise<Answer<undefined>> {
  const { namespace = "", name } = metadata;
  const key = { namespace, name };
  if (editor.current(key) === undefined) return ok(undefined);
  const edited = await editor.edit(key, givenUp, call);
  if (edited.status !== "written" && edited.status !== "held") return edited;
  const isWritten = edited.status === "written";
  const topic = isWritten ? await editor.until(key, call, isGoneOrReleased) : editor.current(key);
  if (topic === undefined) return ok(undefined);
  if (!isReleased(topic)) {
    const reason =
      `${describeKafkaTopic(topic)} is annotated strimzi.io/managed: "false", and Strimzi's Topic Operator has not said yet that ` +
      "it lets go of the topic; where none runs any more, delete the KafkaTopic by hand";
    return { status: "unknown", reason, handedOver: isWritten ? "now" : "before" };
  }
  return topic.metadata.deletionTimestamp === undefined ? await editor.delete(topic, call) : ok(undefined);
}

function isGoneOrReleased(topic: KafkaTopic | undefined): boolean {
  return topic === undefined || isReleased(topic);
}

/** By Strimzi's annotation, beside a mark of our own, so that it is told from what others have unmanaged. */
function givenUp(held: KafkaTopic | undefined): KafkaTopicContent | undefined {
  if (held === undefined || !isManaged(held)) return undefined;
  const annotations = { ...held.metadata.annotations, [MANAGED_ANNOTATION]: UNMANAGED, [ANNOTATION.givenUp]: "true" };
  return { metadata: { ...writtenMetadata(held.metadata, held), annotations }, spec: held.spec };
}
