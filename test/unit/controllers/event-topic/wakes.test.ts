import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { TOPIC_INDEXES, wakesOnUsers } from "../../../../src/controllers/event-topic/wakes.ts";
import { ObjectStore } from "../../../../src/runtime/store.ts";
import { anEventTopic } from "../../../builders/objects.ts";

function topic(name: string, status: EventTopicStatus): EventTopic {
  return anEventTopic({}, { name, uid: name }, status);
}

describe("wakesOnUsers()", () => {
  it("wakes the object of the topic, on that bus alone, and not that of its dead letters", () => {
    const store = new ObjectStore<EventTopic>({
      indexes: TOPIC_INDEXES,
      onListenerError: (error) => expect.fail(String(error)),
    });
    store.feed().replace(
      [
        topic("here", { bus: { name: "bus" }, topicName: "orders" }),
        topic("elsewhere", { bus: { name: "other" }, topicName: "orders" }),
        topic("source", {
          bus: { name: "bus" },
          topicName: "source",
          deadLetters: [{ topicName: "orders", state: "Ready" }],
        }),
        topic("unused", { bus: { name: "bus" }, topicName: "payments" }),
      ],
      "1",
    );
    const registry = new BusRegistry();
    const woken: string[] = [];
    const end = wakesOnUsers(store, registry)((keys) => woken.push(...keys));
    registry.reportTopicUsers("bus", () => ["billing"], ["orders"]);
    registry.reportTopicUsers("bus", () => ["billing"], []);
    expect(woken).to.deep.equal(["team-a/here"]);
    end();
    registry.reportTopicUsers("bus", () => [], ["orders"]);
    expect(woken).to.have.length(1);
    expect(registry.topicUsers("bus", "orders")).to.deep.equal([]);
    registry.forget("bus");
    expect(registry.topicUsers("bus", "orders")).to.equal(undefined);
  });
});
