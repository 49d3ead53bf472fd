import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { EventBus, EventBusStatus } from "../../../src/api/event-bus.ts";
import { BusRegistry, LEFT_BEHIND_MOST } from "../../../src/controllers/bus-registry.ts";
import { leftBehindTellers, type LeftInKafka } from "../../../src/controllers/left-behind-teller.ts";
import type { Store } from "../../../src/runtime/store.ts";
import { createMetrics } from "../../../src/telemetry/prometheus-metrics.ts";
import { anEventBus, anEventTopic } from "../../builders/objects.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";

type Entries = NonNullable<EventBusStatus["leftBehind"]>;

describe("leftBehindTellers()", () => {
  const clock = new FakeClock(Date.parse("2026-06-01T00:00:00Z"));
  const deletionTimestamp = "2026-06-01T00:00:00Z";
  const topic = anEventTopic({ deletionPolicy: "Delete" }, { name: "usage" }, { bus: { name: "bus", clusterId: "c" } });
  const deleted = { ...topic, metadata: { ...topic.metadata, deletionTimestamp } };
  let bus: EventBus | undefined;
  let registry: BusRegistry;
  let log: RecordingLogger;

  beforeEach(() => {
    bus = anEventBus();
    registry = new BusRegistry();
    log = new RecordingLogger();
  });

  const NAME = "billing.usage.events";
  const usage = (why: string): LeftInKafka[] => [{ kafkaName: NAME, topicId: "id-1", why }];

  function teller() {
    return leftBehindTellers({
      buses: { get: () => bus } as unknown as Store<EventBus>,
      registry,
      events: { record: () => {} },
      log,
      metrics: createMetrics({ withProcessMetrics: false }),
      clock,
    }).EventTopic;
  }

  const told = (leftBehind: Entries): void => {
    bus = { ...anEventBus(), status: { leftBehind } };
  };

  it("lets the object go only when the EventBus tells of its topic, and tells it once", () => {
    const tell = teller();
    expect([tell(deleted, usage("it is suspended")), tell(deleted, usage("it is suspended"))]).to.deep.equal([
      false,
      false,
    ]);
    expect(registry.leftBehind("bus")).to.have.length(1);
    expect(log.messages("warn")).to.deep.equal(["Topic left behind"]);
    told(registry.leftBehind("bus"));
    expect(tell(deleted, usage("it is suspended"))).to.equal(true);
    expect(log.messages("warn")).to.have.length(1);
  });

  it("tells of each topic for itself, and waits for all", () => {
    const tell = teller();
    const both = [...usage("why"), { kafkaName: `${NAME}.dlq`, topicId: "id-2", why: "claimed" }];
    expect(tell(deleted, both)).to.equal(false);
    const entries = registry.leftBehind("bus");
    expect(entries.map(({ kafkaName, reason }) => [kafkaName, reason])).to.deep.equal([
      [NAME, "why"],
      [`${NAME}.dlq`, "claimed"],
    ]);
    told(entries.slice(0, 1));
    expect(tell(deleted, both)).to.equal(false);
    told(entries);
    expect(tell(deleted, both)).to.equal(true);
    expect(log.messages("warn")).to.have.length(2);
  });

  it("takes what an earlier process told of this deletion, but not of an earlier one", () => {
    const entry = { kind: "EventTopic", namespace: "team-a", name: "usage", kafkaName: NAME, reason: "why" };
    told([{ ...entry, time: "2026-06-01T00:00:00.100Z" }]);
    expect(teller()(deleted, usage("why"))).to.equal(true);
    told([{ ...entry, time: "2026-05-31T00:00:00.000Z" }]);
    expect(teller()(deleted, usage("why"))).to.equal(false);
  });

  it("does not wait for an EventBus that is gone", () => {
    bus = undefined;
    expect(teller()(deleted, usage("its bus is gone"))).to.equal(true);
    expect(log.messages("warn")).to.have.length(1);
  });

  it("does not wait where so many later ones are told that there is no place for it", () => {
    const tell = teller();
    expect(tell(deleted, usage("why"))).to.equal(false);
    const time = new Date(clock.now() + 1).toISOString();
    const later = (_: unknown, index: number): Entries[number] => ({
      kind: "EventTopic",
      namespace: "team-a",
      name: `other-${index}`,
      kafkaName: "",
      reason: "why",
      time,
    });
    told(Array.from({ length: LEFT_BEHIND_MOST }, later));
    expect(tell(deleted, usage("why"))).to.equal(true);
  });
});
