// Watches that see nothing of their own for long, while their kind moves on elsewhere and etcd forgets: bookmarks carry
// them, and no list is needed. QUIET_MINUTES sets how long (default 5).

import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { Reflector } from "../../src/runtime/reflector.ts";
import { ObjectStore } from "../../src/runtime/store.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { startControlPlane, type ControlPlane } from "../environment/control-plane.ts";
import { eventually } from "../fakes/eventually.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET, WIDGET_CRD, type Widget } from "../fakes/widget.ts";
import { ApiProxy } from "../faults/api-proxy.ts";
import { WidgetWorld } from "../faults/widget-world.ts";

const MINUTES = Number(process.env["QUIET_MINUTES"] ?? 5);
const BETWEEN_EDITS_MS = 50;
/** More often than the server itself does it (five minutes), so that less than an hour shows as much. */
const BETWEEN_COMPACTIONS_MS = 20_000;
const NAMESPACE = "quiet";
const WIDGETS = `/apis/test.eventbus.dev/v1/namespaces/${NAMESPACE}/widgets`;

interface Follower {
  readonly store: ObjectStore<Widget>;
  readonly metric: (name: string) => Promise<number>;
  readonly stop: () => Promise<void>;
}

describe("A filtered watch that is quiet for long", function () {
  this.timeout((MINUTES + 3) * 60_000);
  // Its own: others would lose their history as well.
  let controlPlane: ControlPlane;
  let world: WidgetWorld;
  let proxy: ApiProxy;

  before(async () => {
    controlPlane = await startControlPlane();
    await controlPlane.applyManifests([WIDGET_CRD]);
    await grantWidgets(controlPlane, NAMESPACE);
    world = await WidgetWorld.start(controlPlane, NAMESPACE);
    proxy = world.proxy;
  });
  after(async () => {
    await world.stop();
    await controlPlane.stop();
  });

  /** Follows one object by name, with the lengths that ship. */
  const follow = async (name: string): Promise<Follower> => {
    const metrics = createMetrics({ withProcessMetrics: false });
    const client = new KubernetesClient({
      source: { kind: "files", paths: [world.kubeconfig] },
      userAgent: "quiet",
      fieldManager: "quiet",
      clock,
      log: silentLogger,
      metrics,
    });
    const store = new ObjectStore<Widget>({ onListenerError: (error) => expect.fail(String(error)) });
    const reflector = new Reflector<Widget>({
      name: "widgets",
      source: client.resources<Widget>(WIDGET),
      selection: { namespace: NAMESPACE, fieldSelector: `metadata.name=${name}` },
      feed: store.feed(),
      clock,
      log: silentLogger,
      metrics: metrics.reflector("widgets"),
    });
    const stopping = new AbortController();
    const running = reflector.run(stopping.signal);
    await eventually(() => expect(store.hasSynced).to.equal(true));
    return {
      store,
      metric: async (metric) => {
        const { values = [] } = (await metrics.registry.getSingleMetric(metric)?.get()) ?? {};
        return values.reduce((sum, { value }) => sum + value, 0);
      },
      stop: async () => {
        stopping.abort();
        await running;
        await client.close();
      },
    };
  };

  it("lists once, misses nothing, and tells the next change; by a stream of initial events and by pages alike", async () => {
    const { body: first } = await controlPlane.request<Widget>(
      "POST",
      WIDGETS,
      aWidget("quiet", { namespace: NAMESPACE }),
    );
    await world.create("busy");
    const streamed = await follow("quiet");
    proxy.faultFor = ({ path }) =>
      path.includes("sendInitialEvents") ? { kind: "answer", status: 400, reason: "BadRequest" } : undefined;
    const paged = await follow("quiet");
    expect(proxy.requests.some(({ isWatch, path }) => !isWatch && path.includes("limit="))).to.equal(true);

    let edits = 0;
    let compactedAt = performance.now();
    for (const end = performance.now() + MINUTES * 60_000; performance.now() < end; await sleep(BETWEEN_EDITS_MS)) {
      await world.edit("busy", { size: (edits += 1) });
      if (performance.now() - compactedAt < BETWEEN_COMPACTIONS_MS) continue;
      await controlPlane.compactEtcd();
      compactedAt = performance.now();
    }
    await controlPlane.compactEtcd();

    const figures = [];
    await controlPlane.request("PATCH", `${WIDGETS}/quiet`, { spec: { size: 77 } });
    for (const follower of [streamed, paged]) {
      await eventually(() => expect(follower.store.get(`${NAMESPACE}/quiet`)?.spec.size).to.equal(77));
      figures.push({
        lists: await follower.metric("reflector_lists_total"),
        missed: await follower.metric("reflector_missed_events_total"),
        watches: await follower.metric("reflector_watches_total"),
      });
      await follower.stop();
    }
    console.log({ edits, figures });
    for (const { lists, missed, watches } of figures) {
      expect([lists, missed], "lists, missed changes").to.deep.equal([1, 0]);
      // The last of them may still be open.
      expect(watches, "watches, one after the other").to.be.at.least(Math.floor((MINUTES * 60) / 40));
    }
    // Who had stayed at the first version would have been refused: the history that they outlived is gone.
    await controlPlane.apiServer.restart();
    const path = `${WIDGETS}?watch=true&timeoutSeconds=1&resourceVersion=${first.metadata.resourceVersion}`;
    const answer = await controlPlane.request("GET", path).catch((error: unknown) => error);
    expect(JSON.stringify(answer)).to.include("410");
  });
});
