// What a test of faults works with: a real API server, a faulty way to it, an operator that has only that way, and a
// user who has a good one. It records every state that the user made.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import type { ControlPlane } from "../environment/control-plane.ts";
import { eventually } from "../fakes/eventually.ts";
import { WidgetOperator, type WidgetOperatorOptions } from "../fakes/widget-operator.ts";
import { grantWidgets } from "../fakes/widget-rights.ts";
import { aWidget, WIDGET_CRD, type Widget, type WidgetSpec } from "../fakes/widget.ts";
import { ApiProxy } from "./api-proxy.ts";

/** Waits made short: a watch of two seconds instead of half a minute. */
export const SHORT_TIMING = { watchSeconds: 2, initialSeconds: 5, backoffBaseMs: 50, backoffMaxMs: 500 };

export class WidgetWorld implements AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly proxy: ApiProxy;
  readonly namespace: string;
  readonly kubeconfig: string;
  readonly tokenFile: string;
  /** Versions of Widgets that the user's own writes made, by name. */
  readonly made = new Map<string, string[]>();
  readonly #folder: string;

  private constructor(controlPlane: ControlPlane, proxy: ApiProxy, namespace: string, folder: string) {
    this.controlPlane = controlPlane;
    this.proxy = proxy;
    this.namespace = namespace;
    this.#folder = folder;
    this.kubeconfig = join(folder, "kubeconfig");
    this.tokenFile = join(folder, "token");
  }

  static async start(controlPlane: ControlPlane, namespace: string): Promise<WidgetWorld> {
    await controlPlane.applyManifests([WIDGET_CRD]);
    await grantWidgets(controlPlane, namespace);
    const proxy = await ApiProxy.start(controlPlane.url, controlPlane.caPem);
    const folder = await mkdtemp(join(tmpdir(), "widget-world-"));
    const world = new WidgetWorld(controlPlane, proxy, namespace, folder);
    await writeFile(world.tokenFile, await controlPlane.token(namespace, "operator"));
    // JSON is YAML.
    const config = {
      clusters: [{ name: "c", cluster: { server: proxy.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { tokenFile: "token" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(world.kubeconfig, JSON.stringify(config));
    return world;
  }

  operator(options: Partial<WidgetOperatorOptions> = {}): WidgetOperator {
    const { kubeconfig, namespace } = this;
    return new WidgetOperator({ kubeconfig, namespace, timing: SHORT_TIMING, watchGraceMs: 1_000, ...options });
  }

  async create(name: string, spec: Partial<WidgetSpec> = {}): Promise<Widget> {
    return this.#note(await this.#request("POST", "", aWidget(name, { namespace: this.namespace, ...spec })));
  }

  async edit(name: string, spec: Partial<WidgetSpec>): Promise<Widget> {
    return this.#note(await this.#request("PATCH", `/${name}`, { spec }));
  }

  async remove(name: string): Promise<void> {
    await this.#request("DELETE", `/${name}`);
  }

  async list(): Promise<Widget[]> {
    const { items } = await this.#request<{ readonly items: Widget[] }>("GET", "");
    return items;
  }

  /** The store holds exactly what the API server does, and somebody has reconciled every object in its last state. */
  async expectCurrent(operator: WidgetOperator, withinMs = 55_000): Promise<void> {
    await eventually(async () => {
      const live = await this.list();
      expect(states(operator.store.list())).to.deep.equal(states(live));
      for (const { metadata, spec, status } of live) {
        expect([status?.observedGeneration, status?.size]).to.deep.equal([metadata.generation, spec.size]);
      }
    }, withinMs);
  }

  /** Each state that the user made was told, in order. `observer` must not write: answers to writes overtake the watch. */
  expectNothingLost(observer: WidgetOperator): void {
    for (const [name, versions] of this.made) {
      const told = observer.changes.flatMap(({ after }) =>
        after?.metadata.name === name ? [after.metadata.resourceVersion] : [],
      );
      expect(
        told.filter((version) => versions.includes(version)),
        `states of ${name}`,
      ).to.deep.equal(versions);
    }
  }

  async stop(): Promise<void> {
    await this.proxy.stop();
    const items = await this.list();
    await Promise.all(items.map(({ metadata }) => this.remove(metadata.name)));
    await rm(this.#folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #note(widget: Widget): Widget {
    const { name, resourceVersion } = widget.metadata;
    this.made.set(name, [...(this.made.get(name) ?? []), resourceVersion]);
    return widget;
  }

  async #request<T = Widget>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
    const collection = `/apis/test.eventbus.dev/v1/namespaces/${this.namespace}/widgets`;
    return (await this.controlPlane.request<T>(method, `${collection}${path}`, body)).body;
  }
}

function states(widgets: readonly Widget[]): string[] {
  return widgets.map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).toSorted();
}
