import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec } from "../../../../src/api/consumer-group.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import { conditionOf, GroupUnderTest } from "../../../builders/group-run.ts";

const EVERYTHING: Partial<ConsumerGroupSpec> = {
  topics: [{ topicName: "orders" }],
  initialOffsets: "Earliest",
  groupConfig: { "consumer.session.timeout.ms": 46_000 },
  binding: { secretName: "kafka" },
};

describe("What a ConsumerGroup may do", () => {
  const cases: readonly (readonly [
    why: string,
    given: { readonly spec?: Partial<ConsumerGroupSpec>; readonly bus?: Partial<EventBusSpec> },
    done: readonly string[],
    ready: string,
  ])[] = [
    [
      "is everything it declares",
      {},
      ["recordIntent", "writeBinding", "seedOffsets", "changeConfigs"],
      "True/Observed",
    ],
    ["is the binding alone while it is suspended", { spec: { suspend: true } }, ["writeBinding"], "True/Suspended"],
    ["is the binding alone while its bus is", { bus: { suspend: true } }, ["writeBinding"], "True/Suspended"],
    [
      "is the binding alone on a bus that is read-only",
      { bus: { access: "ReadOnly" } },
      ["writeBinding"],
      "False/ReadOnly",
    ],
    [
      "is told by the bus' suspension first",
      { spec: { suspend: true }, bus: { suspend: true, access: "ReadOnly" } },
      ["writeBinding"],
      "True/Suspended",
    ],
    [
      "is nothing in Kafka where its settings contradict each other",
      { spec: { groupProtocol: "consumer", client: { extra: { "session.timeout.ms": 1 } } } },
      ["recordIntent", "changeConfigs"],
      "False/InvalidClientConfig",
    ],
  ];
  for (const [why, { spec, bus }, done, ready] of cases) {
    it(why, async () => {
      const group = new GroupUnderTest({ ...EVERYTHING, ...spec });
      group.bus = { ...group.bus, ...bus };
      group.declareTopic("orders", 1);
      const run = await group.run();
      expect(run.done.map(({ type }) => type)).to.deep.equal(done);
      expect(conditionOf(run)).to.equal(ready);
    });
  }

  it("is nothing while another object holds the group id", async () => {
    const group = new GroupUnderTest(EVERYTHING);
    group.declareTopic("orders", 1);
    group.heldBy = "team-b/older";
    const run = await group.run();
    expect(run.done).to.deep.equal([]);
    expect(conditionOf(run)).to.equal("False/ClaimedByAnother");
    expect(conditionOf(run, "BindingReady")).to.equal("False/ClaimedByAnother");
  });

  for (const type of ["share", "streams"] as const) {
    it(`is nothing on a group of type ${type}`, async () => {
      const group = new GroupUnderTest(EVERYTHING);
      group.declareTopic("orders", 1);
      group.kafka.groups.join("reader", type);
      const run = await group.run();
      expect(run.done).to.deep.equal([]);
      expect(conditionOf(run)).to.equal("False/UnsupportedGroupType");
    });
  }
});
