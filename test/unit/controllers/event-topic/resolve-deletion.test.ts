import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import { resolveDeletion } from "../../../../src/controllers/event-topic/resolve-deletion.ts";
import type { TopicWorld } from "../../../../src/controllers/event-topic/resolve.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";

describe("resolveDeletion()", () => {
  const bus = anEventBus();
  const world = {
    buses: { get: (name: string) => (name === "bus" ? bus : undefined), list: () => [bus] },
    isOurs: () => false,
  } as unknown as TopicWorld;

  const cases: readonly (readonly [
    why: string,
    spec: Partial<EventTopicSpec>,
    status: EventTopicStatus | undefined,
  ])[] = [
    ["is retained", { deletionPolicy: "Retain" }, { bus: { name: "bus", clusterId: "c" } }],
    ["is suspended", { deletionPolicy: "Delete", suspend: true }, { bus: { name: "bus", clusterId: "c" } }],
    ["was never bound", { deletionPolicy: "Delete", busRef: { name: "bus" } }, undefined],
    ["takes the only bus", { deletionPolicy: "Delete" }, undefined],
  ];
  for (const [why, spec, status] of cases) {
    it(`leaves an object of another installation to it: one that ${why}`, () => {
      const topic = anEventTopic(spec, {}, status);
      expect(resolveDeletion(topic, memoryOf(topic, 0), world, 0)).to.deep.equal({ kind: "foreign" });
    });
  }
});
