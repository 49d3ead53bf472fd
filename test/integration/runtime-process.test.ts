// The runtime as processes: who leads, how one ends, and what the others do then. On a real API server.

import { readFile, writeFile } from "node:fs/promises";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { WidgetProcess } from "../fakes/widget-process.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET_CRD, type Widget } from "../fakes/widget.ts";
import { ApiProxy } from "../faults/api-proxy.ts";

const NAMESPACE = "processes";
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/widgets`;
const WIDGETS = `/apis/test.eventbus.dev/v1/namespaces/${NAMESPACE}/widgets`;

describe("A process of the runtime", () => {
  let controlPlane: ControlPlane;
  let kubeconfig: string;
  let replicas: WidgetProcess[];
  let serial = 0;

  beforeEach(async () => {
    controlPlane = await environment().controlPlane();
    await controlPlane.applyManifests([WIDGET_CRD]);
    kubeconfig = await grantWidgets(controlPlane, NAMESPACE);
    replicas = [];
  });
  afterEach(async () => {
    for (const replica of replicas.filter(({ isRunning }) => isRunning)) {
      replica.kill("SIGKILL");
      await replica.end();
    }
    await controlPlane.request("DELETE", WIDGETS);
    await controlPlane.request("DELETE", LEASE).catch(() => {});
  });

  const start = (via = kubeconfig): WidgetProcess => {
    const replica = new WidgetProcess({ name: `replica-${(serial += 1)}`, kubeconfig: via, namespace: NAMESPACE });
    replicas.push(replica);
    return replica;
  };
  const holder = async (): Promise<string> => {
    const { body } = await controlPlane.request<{ readonly spec: { readonly holderIdentity: string } }>("GET", LEASE);
    return body.spec.holderIdentity;
  };
  const create = async (name: string): Promise<void> => {
    await controlPlane.request("POST", WIDGETS, aWidget(name, { namespace: NAMESPACE }));
  };
  const sizedBy = async (name: string): Promise<string | undefined> => {
    const { body } = await controlPlane.request<Widget>("GET", `${WIDGETS}/${name}`);
    return body.status?.conditions?.[0]?.message;
  };

  it("told to stop ends by itself with 0, its lease given up; the one that waited goes on", async () => {
    const first = start();
    await first.says("leading");
    const second = start();
    await second.says("started");
    await create("before");
    await eventually(async () => expect(await sizedBy("before")).to.equal(`Sized by ${first.name}`));
    first.kill("SIGTERM");
    expect(await first.end()).to.equal(0);
    expect(first.output).to.include("stopped");
    expect(await holder(), "given up, or taken up already").to.be.oneOf(["", second.name]);
    await second.says("leading");
    await create("after");
    await eventually(async () => expect(await sizedBy("after")).to.equal(`Sized by ${second.name}`));
    expect(await sizedBy("before"), "what is settled is not written again").to.equal(`Sized by ${first.name}`);
  });

  it("told to stop while it waits for the lease ends with 0, and leaves the lease to its holder", async () => {
    const first = start();
    await first.says("leading");
    const second = start();
    await second.says("started");
    await eventually(async () => expect(await holder()).to.equal(first.name));
    second.kill("SIGTERM");
    expect(await second.end()).to.equal(0);
    expect(await holder()).to.equal(first.name);
  });

  it("killed is succeeded when its lease has lapsed", async () => {
    const first = start();
    await first.says("leading");
    const second = start();
    await second.says("started");
    first.kill("SIGKILL");
    await first.end();
    await create("orphan");
    await second.says("leading");
    await eventually(async () => expect(await sizedBy("orphan")).to.equal(`Sized by ${second.name}`));
  });

  it("whose event loop was blocked beyond its lease writes nothing more, and ends with 1", async () => {
    const first = start();
    await first.says("leading");
    const second = start();
    await second.says("started");
    first.tell("block 4500");
    await create("contested");
    expect(await first.end()).to.equal(1);
    await second.says("leading");
    await eventually(async () => expect(await sizedBy("contested")).to.equal(`Sized by ${second.name}`));
    const lines = first.output.split("\n");
    expect(lines.indexOf("lost"), first.output).to.be.greaterThan(lines.indexOf("unblocked"));
  });

  it("that was stopped beyond its lease writes nothing more when it goes on, and ends with 1", async () => {
    const first = start();
    await first.says("leading");
    const second = start();
    await second.says("started");
    first.kill("SIGSTOP");
    await create("contested");
    await second.says("leading");
    await eventually(async () => expect(await sizedBy("contested")).to.equal(`Sized by ${second.name}`));
    first.kill("SIGCONT");
    expect(await first.end()).to.equal(1);
    expect(await sizedBy("contested")).to.equal(`Sized by ${second.name}`);
    expect(await holder()).to.equal(second.name);
  });

  for (const command of ["reject", "throw"]) {
    it(`in which something uncaught happens (${command}) says so and ends with 1`, async () => {
      const replica = start();
      await replica.says("leading");
      replica.tell(command);
      expect(await replica.end()).to.equal(1);
      expect(replica.output).to.include("Uncaught error; the process ends").and.to.include("Nobody catches this");
    });
  }

  it("is never one of two that write: each object is written by one of three, whatever happens to them", async () => {
    const proxies = await Promise.all(
      Array.from({ length: 3 }, () => ApiProxy.start(controlPlane.url, controlPlane.caPem)),
    );
    const config = JSON.parse(await readFile(kubeconfig, "utf8")) as object;
    const ways = await Promise.all(
      proxies.map(async ({ url: server }, index) => {
        const path = `${kubeconfig}-${index}`;
        const clusters = [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }];
        await writeFile(path, JSON.stringify({ ...config, clusters }));
        return path;
      }),
    );
    for (const way of ways) start(way);
    /** Something that happens to the one that leads, and how it is over. */
    const misfortunes: readonly ((leader: WidgetProcess, proxy: ApiProxy | undefined) => () => void)[] = [
      (leader) => {
        leader.tell("block 4000");
        return () => {};
      },
      (leader) => {
        leader.kill("SIGKILL");
        return () => {};
      },
      (leader) => {
        leader.kill("SIGSTOP");
        return () => leader.kill("SIGCONT");
      },
      (_, proxy) => {
        if (proxy === undefined) return () => {};
        proxy.faultFor = () => ({ kind: "silence" });
        proxy.strike({ kind: "silence" });
        return () => (proxy.faultFor = () => undefined);
      },
      () => () => {},
    ];
    const names: string[] = [];
    for (const [round, befall] of misfortunes.entries()) {
      const leader = await eventually(async () => {
        const holding = await holder();
        const found = replicas.find(({ name }) => name === holding);
        expect(found?.hasSaid("leading"), `${holding} leads`).to.equal(true);
        return found as WidgetProcess;
      });
      const index = replicas.indexOf(leader);
      const count = 5;
      for (let item = 0; item < count; item += 1) {
        names.push(`widget-${round}-${item}`);
        await create(`widget-${round}-${item}`);
      }
      const isOver = befall(leader, proxies[index]);
      await eventually(async () => {
        const { body } = await controlPlane.request<{ readonly items: readonly Widget[] }>("GET", WIDGETS);
        for (const { status } of body.items) expect(status?.observedGeneration).to.equal(1);
      });
      if (round === misfortunes.length - 1) continue;
      // Not before somebody else leads: a short sleep would be forgiven.
      await eventually(async () => expect(await holder()).not.to.be.oneOf([leader.name, ""]));
      isOver();
      await leader.end();
      const successor = start(ways[index]);
      replicas.splice(replicas.indexOf(successor), 1);
      replicas[index] = successor;
    }
    const audited = await controlPlane.auditedRequests();
    const written = audited.filter(
      ({ resource, subresource, namespace, code }) =>
        resource === "widgets" && subresource === "status" && namespace === NAMESPACE && code === 200,
    );
    const mine = written.flatMap(({ name = "" }) => (/^widget-\d-\d$/.test(name) ? [name] : []));
    expect(mine, "each once").to.have.members(names);
    for (const proxy of proxies) await proxy.stop();
  }).timeout(120_000);
}).timeout(120_000);
