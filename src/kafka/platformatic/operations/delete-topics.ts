// DeleteTopics v6, by id only: a topic that was made anew under the same name survives.

import { deleteTopicsV6 } from "@platformatic/kafka";

import { controllerTimeoutMs } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";
import { topicIdFromUuid, uuidFromTopicId } from "../topic-id.ts";

/** At most 500 topics a request. */
export const deleteTopics: Operation<{ readonly id: string }, void> = {
  name: "DeleteTopics",
  access: "write",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: ({ id }) => id,
  async exchange(wire, items) {
    const topics = items.map(({ id }) => ({ name: null, topicId: uuidFromTopicId(id) }));
    const response = await wire.request([deleteTopicsV6.api], [topics, controllerTimeoutMs], items.length);
    const results = response.responses.map(
      (result) => [topicIdFromUuid(result.topicId), resultOf(result, () => undefined)] as const,
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
