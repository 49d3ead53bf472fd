// What other tests try with short waits, here with the lengths that ship: the lease, the limit for the first lists, the
// stall that a probe must see; and as many calls as a busy hour has.

import { spawn, type ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { findFreePorts } from "../environment/free-ports.ts";
import { eventually } from "../fakes/eventually.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import { WidgetProcess } from "../fakes/widget-process.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET, WIDGET_CRD, type Widget } from "../fakes/widget.ts";
import { ApiProxy } from "../faults/api-proxy.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const NAMESPACE = "shipped-lengths";
const WIDGETS = `/apis/test.eventbus.dev/v1/namespaces/${NAMESPACE}/widgets`;
const CALLS = 10_000;

describe("With the lengths that ship", function () {
  this.timeout(240_000);
  let controlPlane: ControlPlane;
  let kubeconfig: string;
  let proxy: ApiProxy;
  let folder: string;
  let throughProxy: string;
  const children: ChildProcess[] = [];

  before(async () => {
    controlPlane = await environment().controlPlane();
    await controlPlane.applyManifests([WIDGET_CRD, join(ROOT, "crds"), join(ROOT, "config/rbac")]);
    kubeconfig = await grantWidgets(controlPlane, NAMESPACE);
    proxy = await ApiProxy.start(controlPlane.url, controlPlane.caPem);
    folder = await mkdtemp(join(tmpdir(), "shipped-lengths-"));
    throughProxy = join(folder, "kubeconfig");
    const token = await controlPlane.token("event-bus-system", "event-bus-operator");
    const config = {
      clusters: [{ name: "c", cluster: { server: proxy.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { token } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "event-bus-system" } }],
      "current-context": "x",
    };
    await writeFile(throughProxy, JSON.stringify(config));
  });
  after(async () => {
    for (const child of children) child.kill("SIGKILL");
    await proxy.stop();
    await controlPlane.request("DELETE", WIDGETS);
    await rm(folder, { recursive: true });
  });

  const operator = (environmentOf: Readonly<Record<string, string>>) => {
    const { PATH } = process.env;
    const env = { PATH, KUBECONFIG: throughProxy, EVENTBUS_WATCH_NAMESPACES: NAMESPACE, ...environmentOf };
    const child = spawn(process.execPath, [join(ROOT, "src/main.ts")], { env, stdio: ["ignore", "ignore", "pipe"] });
    children.push(child);
    return { child, ended: once(child, "exit"), stderr: text(child.stderr) };
  };

  it("a leader whose event loop was blocked for 12 s writes nothing more, ends with 1, and is succeeded", async () => {
    const start = (name: string): WidgetProcess =>
      new WidgetProcess({ name, kubeconfig, namespace: NAMESPACE, hasDefaultLease: true });
    const [first, second] = [start("first"), start("second")];
    const leader = await eventually(() => {
      const leading = [first, second].find((process) => process.hasSaid("leading"));
      expect(leading).not.to.equal(undefined);
      return leading as WidgetProcess;
    }, 60_000);
    const standby = leader === first ? second : first;
    leader.tell("block 12000");
    await controlPlane.request("POST", WIDGETS, aWidget("contested", { namespace: NAMESPACE }));
    expect(await leader.end()).to.equal(1);
    await standby.says("leading", 60_000);
    await eventually(async () => {
      const { body } = await controlPlane.request<Widget>("GET", `${WIDGETS}/contested`);
      expect(body.status?.conditions?.[0]?.message).to.equal(`Sized by ${standby.name}`);
    });
    standby.kill("SIGTERM");
    expect(await standby.end()).to.equal(0);
  });

  it("an operator that cannot list one of its kinds ends with 1 after two minutes, and names it", async () => {
    proxy.faultFor = ({ path }) => (path.includes("/retentionpolicies") ? { kind: "silence" } : undefined);
    const startedAt = performance.now();
    const { ended, stderr } = operator({ EVENTBUS_METRICS_ADDRESS: "0" });
    expect(await ended).to.deep.equal([1, null]);
    expect(performance.now() - startedAt).to.be.greaterThan(119_000);
    expect(await stderr).to.include("no list of retentionpolicies/v1alpha1 within 120 s");
    expect(proxy.requests.filter(({ method }) => method !== "GET")).to.deep.equal([]);
    proxy.faultFor = () => undefined;
  });

  it("a process that stood still for seven seconds fails its liveness probe, then passes it again", async () => {
    const [port = 0] = await findFreePorts(1);
    const { child } = operator({
      EVENTBUS_METRICS_ADDRESS: `127.0.0.1:${port}`,
      EVENTBUS_LEADER_ELECTION: "false",
    });
    const probe = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
      return `${answer.status} ${await answer.text()}`;
    };
    const well = async (): Promise<void> => {
      expect(await probe()).to.equal("200 [+] event-loop ok\n[+] watches ok\nok\n");
    };
    await eventually(well, 60_000);
    child.kill("SIGSTOP");
    await sleep(7_000);
    child.kill("SIGCONT");
    await eventually(async () => expect(await probe()).to.match(/^503 .*The event loop was blocked for [67]\d{3} ms/));
    await eventually(well, 60_000);
  });

  it(`${CALLS} calls take at most sixteen TLS connections`, async () => {
    const metrics = createMetrics({ withProcessMetrics: false });
    const source = { kind: "files", paths: [kubeconfig] } as const;
    const shared = { userAgent: "calls", fieldManager: "calls", clock, log: silentLogger, metrics };
    const client = new KubernetesClient({ source, ...shared });
    await controlPlane.request("POST", WIDGETS, aWidget("called", { namespace: NAMESPACE }));
    const widgets = client.resources<Widget>(WIDGET);
    const { signal } = new AbortController();
    let connections = 0;
    const count = (): void => void (connections += 1);
    subscribe("undici:client:connected", count);
    try {
      const callers = Array.from({ length: 100 }, async () => {
        for (let call = 0; call < CALLS / 100; call += 1) {
          await widgets.get({ namespace: NAMESPACE, name: "called" }, { signal });
        }
      });
      await Promise.all(callers);
      expect(connections).to.be.within(1, 16);
    } finally {
      unsubscribe("undici:client:connected", count);
      await client.close();
    }
  });
});
