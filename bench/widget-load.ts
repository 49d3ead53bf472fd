// The other side of the runtime's benchmark: creates Widgets, watches their statuses with a client of its own, and
// writes statuses as fast as the API server takes them.

import { Pool } from "undici";

import type { ControlPlane } from "../test/environment/control-plane.ts";
import { aWidget } from "../test/fakes/widget.ts";

/** More in flight brings no more through: the API server's CPU is the limit. */
const CREATES_IN_FLIGHT = 16;
const WRITES_IN_FLIGHT = [8, 16, 32];

/** When an object's create was sent, by its name. */
export type Created = readonly (readonly [name: string, sentAt: number])[];

export class WidgetLoad implements AsyncDisposable {
  readonly #controlPlane: ControlPlane;
  readonly #collection: string;
  readonly #namespace: string;
  readonly #pool: Pool;
  readonly #stop = new AbortController();
  /** When a status of a generation was first seen, by the object's name. */
  readonly #seenAt = new Map<string, number>();
  #awaited: { readonly count: number; readonly resolve: () => void } | undefined;

  private constructor(controlPlane: ControlPlane, namespace: string) {
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    this.#collection = `/apis/test.eventbus.dev/v1/namespaces/${namespace}/widgets`;
    this.#pool = new Pool(controlPlane.url, {
      connections: 64,
      pipelining: 1,
      allowH2: false,
      connect: { ca: controlPlane.caPem },
      bodyTimeout: 0,
    });
  }

  /** Watches from now on. */
  static async open(controlPlane: ControlPlane, namespace: string): Promise<WidgetLoad> {
    const load = new WidgetLoad(controlPlane, namespace);
    await load.#watch();
    return load;
  }

  async create(count: number): Promise<Created> {
    return await concurrently(CREATES_IN_FLIGHT, count, (index) => this.#create(index));
  }

  /** Each when the one before it has been seen with its status, which somebody else writes, or this. */
  async createOneByOne(count: number, { writesStatus = false } = {}): Promise<Created> {
    const created: [string, number][] = [];
    for (let index = 0; index < count; index += 1) {
      created.push(await this.#create(index));
      if (writesStatus) await this.#writeStatus(index, 0);
      await this.seen(index + 1);
    }
    return created;
  }

  /** Status writes a second: the best of several degrees of concurrency, each object written once in each. */
  async measureWrites(count: number): Promise<number> {
    const rates: number[] = [];
    for (const inFlight of WRITES_IN_FLIGHT) {
      const startedAt = performance.now();
      await concurrently(inFlight, count, (index) => this.#writeStatus(index, inFlight));
      rates.push(count / ((performance.now() - startedAt) / 1_000));
    }
    return Math.max(...rates);
  }

  /** Resolves when `count` Widgets have been seen with a status. */
  async seen(count: number): Promise<void> {
    if (this.#seenAt.size >= count) return;
    await new Promise<void>((resolve) => (this.#awaited = { count, resolve }));
  }

  /** From the moment when a create was sent to the one when its status was seen, milliseconds. */
  latencies(created: Created): number[] {
    return created.map(([name, sentAt]) => (this.#seenAt.get(name) ?? Infinity) - sentAt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#pool.destroy();
  }

  async #create(index: number): Promise<[string, number]> {
    const name = `widget-${index}`;
    const sentAt = performance.now();
    await this.#send("POST", "", aWidget(name, { namespace: this.#namespace, size: index }));
    return [name, sentAt];
  }

  /** As large as what the operator writes. */
  async #writeStatus(index: number, round: number): Promise<void> {
    const { apiVersion, kind, metadata } = aWidget(`widget-${index}`, { namespace: this.#namespace });
    const ready = {
      type: "Ready",
      status: "True",
      observedGeneration: 1,
      lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ""),
      reason: "Sized",
      message: `Nothing was to be done ${round}`,
    };
    const status = { observedGeneration: 1, size: index, conditions: [ready] };
    const path = `/widget-${index}/status?fieldManager=null&force=true`;
    await this.#send("PATCH", path, { apiVersion, kind, metadata, status });
  }

  async #send(method: "POST" | "PATCH", path: string, content: unknown): Promise<void> {
    const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const { statusCode, body } = await this.#pool.request({
      method,
      path: `${this.#collection}${path}`,
      headers: { ...this.#headers, "content-type": type },
      body: JSON.stringify(content),
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
  }

  get #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#controlPlane.adminToken}` };
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    const list = await this.#controlPlane.request<{ metadata: { resourceVersion: string } }>(
      "GET",
      `${this.#collection}?limit=1`,
    );
    const { resourceVersion } = list.body.metadata;
    const path = `${this.#collection}?watch=true&timeoutSeconds=3600&resourceVersion=${resourceVersion}`;
    const { body } = await this.#pool.request({ method: "GET", path, headers: this.#headers, signal });
    this.#read(body).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #read(body: AsyncIterable<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const chunk of body) {
      const now = performance.now();
      const lines = (rest + Buffer.from(chunk).toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#note(line, now);
      if (this.#awaited !== undefined && this.#seenAt.size >= this.#awaited.count) this.#awaited.resolve();
    }
  }

  #note(line: string, now: number): void {
    const { object } = JSON.parse(line) as {
      object?: { metadata: { name: string }; status?: { observedGeneration?: number } };
    };
    if (object?.metadata.name === undefined) throw new Error(`Cannot watch Widgets: ${line}`);
    const isJudged = (object.status?.observedGeneration ?? -1) > 0;
    if (isJudged && !this.#seenAt.has(object.metadata.name)) this.#seenAt.set(object.metadata.name, now);
  }
}

async function concurrently<T>(
  inFlight: number,
  count: number,
  work: (index: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results.push(await work(index));
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return results;
}
