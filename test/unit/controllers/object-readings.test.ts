import { expect } from "chai";
import { describe, it } from "mocha";

import { countObjects, ownedTopics } from "../../../src/controllers/object-readings.ts";
import { anEventBus, anEventTopic } from "../../builders/objects.ts";

function ready(status: "True" | "False", reason: string) {
  return { conditions: [{ type: "Ready", status, reason, message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }] };
}

describe("countObjects()", () => {
  it("has a row for all that say the same, by kind and namespace", () => {
    const objects = [
      anEventTopic({}, { name: "a" }, ready("True", "Created")),
      anEventTopic({}, { name: "b" }, ready("True", "Created")),
      anEventTopic({}, { name: "c", namespace: "team-b" }, ready("True", "Created")),
      anEventTopic({}, { name: "d" }, ready("False", "InvalidName")),
      anEventBus(),
    ];
    expect(countObjects(objects)).to.deep.equal([
      { kind: "EventTopic", namespace: "team-a", ready: "True", reason: "Created", count: 2 },
      { kind: "EventTopic", namespace: "team-b", ready: "True", reason: "Created", count: 1 },
      { kind: "EventTopic", namespace: "team-a", ready: "False", reason: "InvalidName", count: 1 },
      { kind: "EventBus", namespace: "", ready: "Unknown", reason: "Pending", count: 1 },
    ]);
  });
});

describe("ownedTopics()", () => {
  it("tells of those that hold a topic, whose they are", () => {
    const bound = { bus: { name: "bus", clusterId: "c" }, topicName: "billing.usage.events", topicId: "id" };
    const owner = { team: "billing", contact: "#billing" };
    const topics = [
      anEventTopic({ owner }, { name: "a" }, bound),
      anEventTopic({}, { name: "b" }, bound),
      anEventTopic({ owner }, { name: "c" }, { ...bound, topicId: undefined }),
    ];
    const row = { bus: "bus", namespace: "team-a", topic: "billing.usage.events" };
    expect(ownedTopics(topics)).to.deep.equal([
      { ...row, name: "a", ...owner },
      { ...row, name: "b", team: "", contact: "" },
    ]);
  });
});
