// The runtime as processes: who leads, how one ends, and what the others do then. On a real API server.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET_CRD, type Widget } from "../fakes/widget.ts";

const NAMESPACE = "processes";
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/widgets`;
const WIDGETS = `/apis/test.eventbus.dev/v1/namespaces/${NAMESPACE}/widgets`;

/** A running operator. */
class Replica {
  readonly name: string;
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(name: string, kubeconfig: string) {
    this.name = name;
    const program = new URL("../fakes/widget-operator-main.ts", import.meta.url).pathname;
    this.#child = spawn(process.execPath, [program, kubeconfig, NAMESPACE, name], { stdio: "pipe" });
    this.#ended = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  async says(line: string, withinMs = 45_000): Promise<void> {
    await eventually(() => expect(this.output.split("\n"), `${this.name}: ${this.output}`).to.include(line), withinMs);
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

describe("A process of the runtime", () => {
  let controlPlane: ControlPlane;
  let kubeconfig: string;
  let replicas: Replica[];
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

  const start = (): Replica => {
    const replica = new Replica(`replica-${(serial += 1)}`, kubeconfig);
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
    for (let count = 0; count < 3; count += 1) start();
    for (let round = 0; round < 3; round += 1) {
      await eventually(async () => expect(replicas.map(({ name }) => name)).to.include(await holder()));
      const leading = replicas.find(({ output }) => output.split("\n").includes("leading"));
      for (let index = 0; index < 5; index += 1) await create(`widget-${round}-${index}`);
      if (round === 0) leading?.tell("block 4000");
      if (round === 1) leading?.kill("SIGKILL");
      await eventually(async () => {
        const { body } = await controlPlane.request<{ readonly items: readonly Widget[] }>("GET", WIDGETS);
        for (const { status } of body.items) expect(status?.observedGeneration).to.equal(1);
      });
      if (leading !== undefined && round < 2) {
        await leading.end();
        replicas.splice(replicas.indexOf(leading), 1);
        start();
      }
    }
    const audited = await controlPlane.auditedRequests();
    const writes = audited.filter(
      ({ resource, subresource, namespace, code }) =>
        resource === "widgets" && subresource === "status" && namespace === NAMESPACE && code === 200,
    );
    const mine = writes.filter(({ name }) => /^widget-\d-\d$/.test(name ?? ""));
    expect(
      mine.map(({ name }) => name),
      "each once",
    ).to.have.members([0, 1, 2].flatMap((round) => [0, 1, 2, 3, 4].map((index) => `widget-${round}-${index}`)));
  }).timeout(120_000);
}).timeout(120_000);
