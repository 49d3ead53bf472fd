import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec, ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import type { GroupWorld } from "../../../../src/controllers/consumer-group/group-world.ts";
import { memoryOf } from "../../../../src/controllers/consumer-group/memory.ts";
import { resolveDeletion } from "../../../../src/controllers/consumer-group/resolve-deletion.ts";
import { aConsumerGroup, anEventBus } from "../../../builders/objects.ts";

describe("resolveDeletion() of a ConsumerGroup", () => {
  const bus = anEventBus();
  const world = {
    buses: { get: (name: string) => (name === "bus" ? bus : undefined), list: () => [bus] },
    isOurs: () => false,
  } as unknown as GroupWorld;

  const cases: readonly (readonly [why: string, spec: ConsumerGroupSpec, status: ConsumerGroupStatus | undefined])[] = [
    ["is retained", { deletionPolicy: "Retain" }, { bus: { name: "bus", clusterId: "c" } }],
    ["is to be deleted", { deletionPolicy: "DeleteGroup" }, { bus: { name: "bus", clusterId: "c" }, state: "Empty" }],
    ["never held its id", { deletionPolicy: "DeleteGroup", busRef: { name: "bus" } }, undefined],
    ["takes the only bus", { deletionPolicy: "DeleteGroup" }, undefined],
  ];
  for (const [why, spec, status] of cases) {
    it(`leaves an object of another installation to it: one that ${why}`, () => {
      const group = aConsumerGroup(spec, {}, status);
      expect(resolveDeletion(group, memoryOf(group), world, 0)).to.deep.equal({ kind: "foreign" });
    });
  }
});
