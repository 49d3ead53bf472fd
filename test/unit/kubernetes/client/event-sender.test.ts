import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { EventSender } from "../../../../src/kubernetes/client/event-sender.ts";
import type { ApiRequest } from "../../../../src/kubernetes/client/exchange.ts";
import type { EventNote } from "../../../../src/kubernetes/events.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { createMetrics } from "../../../../src/telemetry/prometheus-metrics.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { RecordingLogger } from "../../../fakes/recording-logger.ts";

const NOTE: EventNote = { type: "Normal", reason: "Sized", action: "Size", note: "Sized to 7" };
const MINUTE_MS = 60_000;

function widget(name: string, namespace?: string): Parameters<EventSender["record"]>[0] {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: "7", creationTimestamp: "" };
  return {
    apiVersion: "test/v1",
    kind: "Widget",
    metadata: namespace === undefined ? metadata : { ...metadata, namespace },
  };
}

describe("EventSender", () => {
  let clock: FakeClock;
  let requests: ApiRequest[];
  let answer: (request: ApiRequest) => Promise<unknown>;
  let sender: EventSender;
  let metrics: ReturnType<typeof createMetrics>;

  beforeEach(() => {
    clock = new FakeClock();
    requests = [];
    answer = () => Promise.resolve({});
    metrics = createMetrics({ withProcessMetrics: false });
    sender = new EventSender({
      transport: {
        request: <T>(request: ApiRequest) => {
          requests.push(request);
          return answer(request) as Promise<T>;
        },
      },
      reportingController: "eventbus.dev/operator",
      reportingInstance: "x".repeat(200),
      clock,
      log: new RecordingLogger(),
      metrics: metrics.events(),
    });
  });
  const metric = async (name: string): Promise<number> =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value ?? Number.NaN;

  it("writes what the API server demands", async () => {
    sender.record(widget("a", "shop"), { ...NOTE, note: "x".repeat(2_000) });
    await settle();
    const [request] = requests;
    expect([request?.method, request?.path]).to.deep.equal(["POST", "/apis/events.k8s.io/v1/namespaces/shop/events"]);
    const body = request?.body as Record<string, unknown>;
    expect(body).to.deep.include({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "eventbus.dev/operator",
      reportingInstance: "x".repeat(128),
      type: "Normal",
      reason: "Sized",
      action: "Size",
      note: "x".repeat(1_024),
      regarding: {
        apiVersion: "test/v1",
        kind: "Widget",
        namespace: "shop",
        name: "a",
        uid: "uid-a",
        resourceVersion: "7",
      },
    });
  });

  it("writes events of cluster-scoped objects to the namespace default", async () => {
    sender.record(widget("main"), NOTE);
    await settle();
    expect(requests[0]?.path).to.equal("/apis/events.k8s.io/v1/namespaces/default/events");
  });

  it("takes out of notes what looks like a secret", async () => {
    sender.record(widget("a", "shop"), { ...NOTE, note: "Refused: Bearer abcdefghijkl" });
    await settle();
    expect(requests[0]?.body).to.include({ note: "Refused: Bearer ***" });
  });

  it("makes a series of repeats, and tells its end", async () => {
    sender.start();
    for (let second = 0; second < 5; second += 1) {
      sender.record(widget("a", "shop"), NOTE);
      await clock.advance(1_000);
    }
    expect(requests.map(({ method }) => method)).to.deep.equal(["POST", "PATCH"]);
    expect(requests[1]?.body).to.deep.equal({ series: { count: 2, lastObservedTime: "2026-01-01T00:00:01.000000Z" } });
    await clock.advance(10 * MINUTE_MS);
    expect(requests).to.have.length(3);
    expect(requests[2]?.body).to.deep.equal({ series: { count: 5, lastObservedTime: "2026-01-01T00:00:04.000000Z" } });
    await sender.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it("takes another sentence for another event", async () => {
    sender.record(widget("a", "shop"), NOTE);
    sender.record(widget("a", "shop"), { ...NOTE, note: "Sized to 8" });
    await settle();
    expect(requests.map(({ method }) => method)).to.deep.equal(["POST", "POST"]);
  });

  it("never blocks: what does not fit is dropped and counted", async () => {
    answer = () => new Promise(() => {});
    for (let index = 0; index < 1_500; index += 1) sender.record(widget(`w-${index}`, "shop"), NOTE);
    await settle();
    expect(requests).to.have.length(1);
    expect(await metric("events_dropped_total")).to.equal(499);
  });

  it("tries again what may pass, and drops what does not, without harm to the next", async () => {
    let failures = 2;
    answer = () => {
      if (failures-- > 0) return Promise.reject(new KubernetesError(503, "ServiceUnavailable", "made up"));
      return Promise.resolve({});
    };
    sender.record(widget("a", "shop"), NOTE);
    await clock.advance(10_000);
    expect(requests).to.have.length(3);
    answer = () => Promise.reject(new KubernetesError(403, "Forbidden", "the namespace is being terminated"));
    sender.record(widget("b", "shop"), NOTE);
    await settle();
    answer = () => Promise.resolve({});
    sender.record(widget("c", "shop"), NOTE);
    await settle();
    expect([await metric("events_sent_total"), await metric("events_dropped_total")]).to.deep.equal([2, 1]);
  });

  it("gives up after a few tries", async () => {
    answer = () => Promise.reject(new KubernetesError(0, "Unreachable", "made up"));
    sender.record(widget("a", "shop"), NOTE);
    await clock.advance(10 * MINUTE_MS);
    expect(requests).to.have.length(4);
    expect(await metric("events_dropped_total")).to.equal(1);
  });

  it("takes an event that stands there already for its own", async () => {
    answer = () => Promise.reject(new KubernetesError(409, "AlreadyExists", "made up"));
    sender.record(widget("a", "shop"), NOTE);
    await settle();
    expect([requests.length, await metric("events_sent_total")]).to.deep.equal([1, 1]);
  });

  it("sends what waits when it stops, for two seconds, and takes nothing more", async () => {
    answer = () => new Promise((resolve) => clock.after(500, () => resolve({})));
    for (let index = 0; index < 20; index += 1) sender.record(widget(`w-${index}`, "shop"), NOTE);
    const stopping = sender.stop();
    await clock.advance(1_000);
    const sent = requests.length;
    expect(sent).to.be.within(2, 4);
    answer = () => Promise.reject(new KubernetesError(0, "Unreachable", "made up"));
    await clock.advance(20_000);
    await stopping;
    sender.record(widget("late", "shop"), NOTE);
    await settle();
    expect(clock.pendingTimers).to.equal(0);
  });
});
