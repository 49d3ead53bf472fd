// The runtime on a real API server: what is declared is reconciled with the fewest requests, and then nothing happens.

import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, connect, type AddressInfo, type Server } from "node:net";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import type { AuditedRequest } from "../environment/audit-log.ts";
import { conditionProblems } from "../environment/condition-problems.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import { WidgetOperator } from "../fakes/widget-operator.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET, WIDGET_CRD, type Widget } from "../fakes/widget.ts";

const OBJECTS = 200;
const CALLS = 2_000;

const tally = (requests: readonly AuditedRequest[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { verb, resource, subresource } of requests) {
    const name = [verb, resource, subresource].filter((part) => part !== undefined && part !== "").join(" ");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

describe("The runtime, on a real API server,", () => {
  let controlPlane: ControlPlane;

  before(async () => {
    controlPlane = await environment().controlPlane();
    await controlPlane.applyManifests([WIDGET_CRD]);
  });

  const create = async (namespace: string, count: number): Promise<void> => {
    const path = `/apis/test.eventbus.dev/v1/namespaces/${namespace}/widgets`;
    for (let index = 0; index < count; index += 1) {
      await controlPlane.request("POST", path, aWidget(`widget-${index}`, { namespace }));
    }
  };
  const audited = async (namespace: string): Promise<AuditedRequest[]> => {
    const user = `system:serviceaccount:${namespace}:operator`;
    return (await controlPlane.auditedRequests()).filter((request) => request.user === user);
  };

  it("costs one write an object and no read, and then nothing, also after a restart", async () => {
    const namespace = "converge";
    const kubeconfig = await grantWidgets(controlPlane, namespace);
    await create(namespace, OBJECTS);
    const isCurrent = (operator: WidgetOperator): void => {
      expect(operator.store.size).to.equal(OBJECTS);
      for (const widget of operator.store.list()) {
        expect(widget.status?.observedGeneration).to.equal(1);
        expect(conditionProblems(widget)).to.deep.equal([]);
      }
    };
    const timing = { watchSeconds: 2, initialSeconds: 2 };
    {
      await using operator = new WidgetOperator({ kubeconfig, namespace, timing });
      await operator.start();
      await eventually(() => isCurrent(operator));
      expect(operator.runs).to.have.length(OBJECTS);
      const { length } = await audited(namespace);
      // Two watches long, nothing but watches.
      await eventually(async () => expect(await operator.metric("reflector_watches_total")).to.be.at.least(3));
      const later = (await audited(namespace)).slice(length);
      expect(later.filter(({ verb }) => verb !== "watch")).to.deep.equal([]);
      const page = await operator.metrics.registry.metrics();
      expect(page, "labels name no object, so that metrics do not grow with them").not.to.match(/widget-\d/);
      expect(page.split("\n").length, "lines of the metrics page").to.be.below(300);
      expect(operator.runs).to.have.length(OBJECTS);
    }
    const first = tally(await audited(namespace));
    expect(first["patch widgets status"]).to.equal(OBJECTS);
    expect(Object.keys(first)).to.have.members(["watch widgets", "patch widgets status"]);

    await using operator = new WidgetOperator({ kubeconfig, namespace });
    await operator.start();
    await eventually(() => expect(operator.runs).to.have.length(OBJECTS));
    await eventually(() => isCurrent(operator));
    const second = tally(await audited(namespace));
    expect(second["patch widgets status"], "nothing new is written").to.equal(OBJECTS);
    expect(Object.keys(second)).to.have.members(["watch widgets", "patch widgets status"]);
  });

  it("echoes a token of a requested run, and writes nothing else for it", async () => {
    const namespace = "requested";
    const kubeconfig = await grantWidgets(controlPlane, namespace);
    await create(namespace, 1);
    const requestAnnotations = ["test.eventbus.dev/requestedAt"];
    await using operator = new WidgetOperator({ kubeconfig, namespace, controller: { requestAnnotations } });
    await operator.start();
    await eventually(() => expect(operator.store.get(`${namespace}/widget-0`)?.status?.observedGeneration).to.equal(1));
    const path = `/apis/test.eventbus.dev/v1/namespaces/${namespace}/widgets/widget-0`;
    await controlPlane.request("PATCH", path, {
      metadata: { annotations: { "test.eventbus.dev/requestedAt": "now" } },
    });
    await eventually(() =>
      expect(operator.store.get(`${namespace}/widget-0`)?.status?.lastHandledReconcileAt).to.equal("now"),
    );
    expect(tally(await audited(namespace))["patch widgets status"]).to.equal(2);
  });

  it(`makes ${CALLS} calls over at most sixteen TLS connections`, async () => {
    const namespace = "handshakes";
    const kubeconfig = await grantWidgets(controlPlane, namespace);
    await create(namespace, 1);
    const way = await countConnections(controlPlane.url);
    try {
      const config = await readFile(kubeconfig, "utf8");
      await writeFile(kubeconfig, config.replace(controlPlane.url, way.url));
      const client = new KubernetesClient({
        source: { kind: "files", paths: [kubeconfig] },
        userAgent: "handshakes",
        fieldManager: "handshakes",
        clock: systemClock,
        log: silentLogger,
        metrics: createMetrics({ withProcessMetrics: false }),
      });
      const widgets = client.resources<Widget>(WIDGET);
      const { signal } = new AbortController();
      const key = { namespace, name: "widget-0" };
      await Promise.all(Array.from({ length: CALLS }, () => widgets.get(key, { signal })));
      await client.close();
      expect(way.connections()).to.be.at.most(16);
    } finally {
      way.close();
    }
  }).timeout(60_000);

  after(async () => {
    for (const namespace of ["converge", "requested", "handshakes"]) {
      await controlPlane.request("DELETE", `/apis/test.eventbus.dev/v1/namespaces/${namespace}/widgets`);
    }
  });
});

/** A way to the API server that passes bytes on, TLS included, and counts connections. */
async function countConnections(
  target: string,
): Promise<{ url: string; connections: () => number; close: () => void }> {
  const { hostname, port } = new URL(target);
  let connections = 0;
  const server: Server = createServer((inner) => {
    connections += 1;
    const outer = connect(Number(port), hostname);
    inner.pipe(outer).pipe(inner);
    for (const socket of [inner, outer]) socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: own } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${own}`, connections: () => connections, close: () => server.close() };
}
