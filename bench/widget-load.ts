// The other side of bench/null-reconciler.ts: creates Widgets at full speed, watches their statuses with a client of its
// own, and measures how many status writes a second the API server takes at most.

import { Pool } from "undici";

import type { ControlPlane } from "../test/environment/control-plane.ts";
import { aWidget } from "../test/fakes/widget.ts";

/** More in flight brings no more through (TESTBED: the API server's CPU is the limit). */
const CREATES_IN_FLIGHT = 16;
const WRITES_IN_FLIGHT = [8, 16, 32];

export class WidgetLoad {
  createsPerSecond = 0;
  readonly #controlPlane: ControlPlane;
  readonly #namespace: string;
  readonly #pool: Pool;

  constructor(controlPlane: ControlPlane, namespace: string) {
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    const connect = { ca: controlPlane.caPem };
    this.#pool = new Pool(controlPlane.url, {
      connections: 64,
      pipelining: 1,
      allowH2: false,
      connect,
      bodyTimeout: 0,
    });
  }

  /** Seconds that it took. */
  async create(count: number): Promise<number> {
    const startedAt = performance.now();
    await this.#concurrently(CREATES_IN_FLIGHT, count, (index) =>
      this.#send("POST", "", aWidget(`widget-${index}`, { namespace: this.#namespace, size: index })),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    this.createsPerSecond = count / seconds;
    return seconds;
  }

  /** Status writes a second: the best of several degrees of concurrency, each object written once in each. */
  async measureCeiling(count: number): Promise<number> {
    await this.create(count);
    const rates: number[] = [];
    for (const inFlight of WRITES_IN_FLIGHT) {
      const startedAt = performance.now();
      await this.#concurrently(inFlight, count, (index) =>
        this.#send("PATCH", `/widget-${index}/status?fieldManager=null&force=true`, this.#status(index, inFlight)),
      );
      rates.push(count / ((performance.now() - startedAt) / 1_000));
    }
    return Math.max(...rates);
  }

  /** `all` resolves when `count` Widgets have been seen with an observed generation. */
  async watchStatuses(count: number): Promise<{ all: Promise<void>; stop: () => void }> {
    const stop = new AbortController();
    const { headers, path } = this.#target("");
    const list = await this.#controlPlane.request<{ metadata: { resourceVersion: string } }>("GET", `${path}?limit=1`);
    const { resourceVersion } = list.body.metadata;
    const watch = `${path}?watch=true&timeoutSeconds=3600&resourceVersion=${resourceVersion}`;
    const { body } = await this.#pool.request({ method: "GET", path: watch, headers, signal: stop.signal });
    return { all: countSettled(body, count), stop: () => stop.abort() };
  }

  async #concurrently(inFlight: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let index = next++; index < count; index = next++) await work(index);
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
  }

  async #send(method: "POST" | "PATCH", path: string, content: unknown): Promise<void> {
    const { headers, path: base } = this.#target(path);
    const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const request = {
      method,
      path: base,
      headers: { ...headers, "content-type": type },
      body: JSON.stringify(content),
    };
    const { statusCode, body } = await this.#pool.request(request);
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${base}: ${statusCode} ${text}`);
  }

  #target(path: string): { readonly path: string; readonly headers: Record<string, string> } {
    const headers = { authorization: `Bearer ${this.#controlPlane.adminToken}` };
    return { path: `/apis/test.eventbus.dev/v1/namespaces/${this.#namespace}/widgets${path}`, headers };
  }

  /** As large as what the operator writes. */
  #status(index: number, round: number): unknown {
    const { apiVersion, kind, metadata } = aWidget(`widget-${index}`, { namespace: this.#namespace });
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
    const message = `Nothing was to be done ${round}`;
    const ready = {
      type: "Ready",
      status: "True",
      observedGeneration: 1,
      lastTransitionTime,
      reason: "Sized",
      message,
    };
    return { apiVersion, kind, metadata, status: { observedGeneration: 1, size: index, conditions: [ready] } };
  }
}

async function countSettled(body: AsyncIterable<Uint8Array>, count: number): Promise<void> {
  const settled = new Set<string>();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + Buffer.from(chunk).toString("utf8")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { object } = JSON.parse(line) as {
        object?: { metadata: { name: string }; status?: { observedGeneration?: number } };
      };
      if (object === undefined) throw new Error(`Cannot watch Widgets: ${line}`);
      if ((object.status?.observedGeneration ?? -1) > 0) settled.add(object.metadata.name);
    }
    if (settled.size >= count) return;
  }
}
