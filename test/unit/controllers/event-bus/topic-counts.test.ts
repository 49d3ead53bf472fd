import { expect } from "chai";
import { it } from "mocha";

import type { EventTopic } from "../../../../src/api/event-topic.ts";
import { countTopics } from "../../../../src/controllers/event-bus/topic-counts.ts";
import { anEventTopic } from "../../../builders/objects.ts";

function topic(topicId: string | undefined, ...trueConditions: readonly string[]): EventTopic {
  const conditions = trueConditions.map((type) => ({
    type,
    status: "True" as const,
    reason: "X",
    message: "",
    lastTransitionTime: "2026-06-01T00:00:00Z",
  }));
  return anEventTopic({}, {}, { topicId, conditions });
}

it("countTopics() counts who holds a topic, who of them is ready, and who contends for a name", () => {
  const topics = [
    topic("id-1", "Ready"),
    topic("id-2", "Stalled"),
    // Lost its claim; the topic is somebody else's now.
    topic("id-1", "Stalled", "Conflict"),
    topic(undefined, "Stalled", "Conflict"),
    topic(undefined, "Reconciling"),
  ];
  expect(countTopics(topics)).to.deep.equal({ managed: 3, ready: 1, conflicting: 2 });
});
