import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBus } from "../../../../src/api/event-bus.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { declaredOrigin } from "../../../../src/controllers/event-bus/declared-origin.ts";
import { reconcileBus } from "../../../../src/controllers/event-bus/kind.ts";
import { WrittenNumbers } from "../../../../src/controllers/event-bus/written-numbers.ts";
import { RolloutPacer } from "../../../../src/controllers/rollout/rollout-pacer.ts";
import { UnwrittenHolds } from "../../../../src/controllers/rollout/unwritten-holds.ts";
import { Clusters } from "../../../../src/kafka/clusters.ts";
import { Superseded } from "../../../../src/runtime/superseded.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";
import { silentLogger } from "../../../fakes/silent-logger.ts";

const BUS: EventBus = {
  apiVersion: "eventbus.dev/v1alpha1",
  kind: "EventBus",
  metadata: { name: "main", uid: "u", resourceVersion: "1", generation: 1, creationTimestamp: "2026-01-01T00:00:00Z" },
  spec: { kafka: { bootstrapServers: ["kafka:9092"] } },
};

describe("reconcileBus()", () => {
  it("takes a look that was called off for no outage", async () => {
    const clock = new FakeClock();
    const kafka = new InMemoryKafka({ clock });
    kafka.network = "hanging";
    const registry = new BusRegistry();
    const clusters = new Clusters({ clock, connect: () => kafka.admin() });
    const stop = new AbortController();
    const reconcile = reconcileBus(
      {
        clusters,
        registry,
        secrets: { use: () => {}, digest: () => undefined, read: () => Promise.resolve({ kind: "absent" }) },
        origins: [declaredOrigin("event-bus-system")],
        certificates: new Map(),
        isOurs: () => true,
        topicsOf: () => [],
        guardedBy: () => [],
        numbers: new WrittenNumbers(() => clock.monotonic()),
        pacer: new RolloutPacer(clock, () => {}),
        unwritten: new UnwrittenHolds(() => undefined),
      },
      () => clock.now(),
    );
    const running = reconcile(BUS, {
      id: "1",
      signal: stop.signal,
      reading: stop.signal,
      remainingMs: () => 60_000,
      priority: "live",
      log: silentLogger,
      saveStatus: () => Promise.resolve(),
      mark: () => Promise.resolve(),
    });
    const ending = running.catch((error: unknown) => error);
    await clock.advance(100);
    const reason = new Superseded("A newer one is there");
    stop.abort(reason);
    await clock.advance(10_000);
    expect(await ending).to.equal(reason);
    expect(registry.link("main")).to.deep.equal({ kind: "connecting" });
    await clusters.closeAll();
  });
});
