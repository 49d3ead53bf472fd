import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBus, EventBusStatus } from "../../../../src/api/event-bus.ts";
import type { BusHealth } from "../../../../src/controllers/bus-registry.ts";
import type { BusJudgement } from "../../../../src/controllers/event-bus/judgement.ts";
import { summarizeBus, type BusSurroundings } from "../../../../src/controllers/event-bus/summarize.ts";
import { anEventBus } from "../../../builders/objects.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const connected: BusJudgement = {
  kind: "connected",
  cluster: { id: "c-1", version: "4.3", brokers: [{ id: 1, rack: "a" }], capabilities: ["topicIds"] },
};
const down: BusJudgement = { kind: "down", refusal: { reason: "Unreachable", message: "No answer" } };
const topics = { managed: 10, ready: 9, conflicting: 1 };
const health: BusHealth = { offlinePartitions: 0, underReplicatedPartitions: 0 };

function statusOf(bus: EventBus, judgement: BusJudgement, given: Partial<BusSurroundings> = {}): EventBusStatus {
  const surroundings = { topics, health, sinceWrittenMs: {}, ...given };
  return summarizeBus(bus, judgement, surroundings, NOW).status ?? {};
}

/** The bus as it is once that status is written. */
function withStatus(status: EventBusStatus, generation = 1): EventBus {
  return { ...anEventBus({}, { generation }), status: { ...status, observedGeneration: 1 } };
}

describe("summarizeBus()", () => {
  const first = statusOf(anEventBus(), connected);

  it("shows the cluster, its numbers and the topics at the first look", () => {
    expect(first).to.deep.include({
      clusterId: "c-1",
      kafkaVersion: "4.3",
      brokers: [{ id: 1, rack: "a" }],
      capabilities: ["topicIds"],
      topics,
      ...health,
    });
  });

  it("shows no health before the first sweep", () => {
    expect(statusOf(anEventBus(), connected, { health: undefined })).not.to.have.any.keys(Object.keys(health));
  });

  it("changes nothing at a second look", () => {
    expect(statusOf(withStatus(first), connected)).to.deep.equal({ ...first, observedGeneration: 1 });
  });

  it("renews health at most once a minute, rounded, and only for a tenth or to or from zero", () => {
    const sick = { offlinePartitions: 0, underReplicatedPartitions: 1_234 };
    const soon = statusOf(withStatus(first), connected, { health: sick, sinceWrittenMs: { health: 30_000 } });
    expect(soon).to.deep.include(health);
    const later = statusOf(withStatus(first), connected, { health: sick, sinceWrittenMs: { health: 60_000 } });
    expect(later).to.include({ offlinePartitions: 0, underReplicatedPartitions: 1_200 });
    const similar = { offlinePartitions: 0, underReplicatedPartitions: 1_300 };
    const much = statusOf(withStatus(later), connected, { health: similar, sinceWrittenMs: { health: 600_000 } });
    expect(much).to.include({ underReplicatedPartitions: 1_200 });
  });

  it("takes fresh numbers along with a condition, and with an edit", () => {
    const sick = { offlinePartitions: 7, underReplicatedPartitions: 7 };
    const given = { health: sick, topics: { ...topics, ready: 1 }, sinceWrittenMs: { health: 1, topics: 1 } };
    for (const status of [statusOf(withStatus(first), down, given), statusOf(withStatus(first, 2), connected, given)]) {
      expect(status).to.deep.include({ ...sick, topics: given.topics });
    }
  });

  it("counts topics at most every ten seconds", () => {
    const counted = { ...topics, ready: 10 };
    const soon = statusOf(withStatus(first), connected, { topics: counted, sinceWrittenMs: { topics: 5_000 } });
    expect(soon.topics).to.deep.equal(topics);
    const later = statusOf(withStatus(first), connected, { topics: counted, sinceWrittenMs: { topics: 10_000 } });
    expect(later.topics).to.deep.equal(counted);
  });

  it("keeps what it knew of a cluster that does not answer", () => {
    const { conditions: _conditions, ...known } = first;
    expect(statusOf(withStatus(first), down)).to.deep.include(known);
  });
});
