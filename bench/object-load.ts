// The other side of the operator's benchmarks: creates and edits objects of one kind as an impatient user would, and sees
// with a watch of its own when each is Ready. It shares no code with the operator's client.

import { Pool } from "undici";

import type { Condition } from "../src/api/custom-resource.ts";
import type { ControlPlane } from "../test/environment/control-plane.ts";

/** As Strimzi was measured with. */
const IN_FLIGHT = 64;
const READY_TIMEOUT_MS = 300_000;
const API_VERSION = "eventbus.dev/v1alpha1";

/** A kind of object to make many of. */
export interface Subject<Shape> {
  readonly kind: string;
  readonly plural: string;
  /** As the operator's metrics name it. */
  readonly controller: string;
  name(index: number): string;
  spec(index: number, shape: Shape): object;
}

/** As far as it is looked at. */
interface WatchedObject {
  readonly metadata: { readonly name: string; readonly generation?: number; readonly resourceVersion: string };
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** When something was asked for, and when the watch showed it; milliseconds of `performance.now()`. */
export interface Latency {
  readonly askedAt: number;
  readonly readyAt: number;
}

export class ObjectLoad<Shape> implements AsyncDisposable {
  readonly namespace: string;
  readonly #subject: Subject<Shape>;
  readonly #controlPlane: ControlPlane;
  readonly #pool: Pool;
  readonly #stop = new AbortController();
  readonly #askedAt = new Map<string, number>();
  readonly #readyAt = new Map<string, number>();
  readonly #awaited = new Map<string, { readonly generation: number; readonly tell: (at: number) => void }>();
  readonly #generations = new Map<string, number>();
  #watch: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(controlPlane: ControlPlane, namespace: string, subject: Subject<Shape>) {
    this.#subject = subject;
    this.#controlPlane = controlPlane;
    this.namespace = namespace;
    const connect = { ca: controlPlane.caPem };
    const options = { connections: IN_FLIGHT + 1, pipelining: 1, allowH2: false, connect, bodyTimeout: 0 };
    this.#pool = new Pool(controlPlane.url, options);
  }

  /** Makes the namespace and begins to watch it. */
  async open(): Promise<void> {
    await this.#send("POST", "/api/v1/namespaces", { metadata: { name: this.namespace } });
    const list = await this.#send<WatchedObject>("GET", `${this.#path()}?limit=1`);
    await this.#openWatch(list.metadata.resourceVersion);
  }

  /** Creates objects `from` to `to` (excluded) as fast as the API server takes them; seconds that it took. */
  async create(from: number, to: number, shape: Shape): Promise<number> {
    const startedAt = performance.now();
    await concurrently(IN_FLIGHT, to - from, async (offset) => {
      const subject = this.#subject;
      const name = subject.name(from + offset);
      this.#askedAt.set(name, performance.now());
      const spec = subject.spec(from + offset, shape);
      const body = { apiVersion: API_VERSION, kind: subject.kind, metadata: { name }, spec };
      await this.#send("POST", this.#path(), body);
    });
    return (performance.now() - startedAt) / 1_000;
  }

  /** Resolves when objects `from` to `to` (excluded) have been seen Ready. */
  async allReady(from: number, to: number): Promise<readonly Latency[]> {
    const names = Array.from({ length: to - from }, (_, offset) => this.#subject.name(from + offset));
    const latencies: Latency[] = [];
    for (const name of names) {
      const readyAt = this.#readyAt.get(name) ?? (await this.#whenReady(name, 1));
      latencies.push({ askedAt: this.#askedAt.get(name) ?? NaN, readyAt });
    }
    return latencies;
  }

  /** Edits one object; resolves when the watch shows that generation Ready. */
  async edit(index: number, patch: object): Promise<Latency> {
    const name = this.#subject.name(index);
    const askedAt = performance.now();
    const { metadata } = await this.#send<WatchedObject>("PATCH", `${this.#path()}/${name}`, { spec: patch });
    const generation = metadata.generation ?? 0;
    const seen = (this.#generations.get(name) ?? 0) >= generation ? this.#readyAt.get(name) : undefined;
    return { askedAt, readyAt: seen ?? (await this.#whenReady(name, generation)) };
  }

  /** As many seen Ready as have ever been. */
  get readyCount(): number {
    return this.#readyAt.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watch?.catch(() => {});
    await this.#pool.destroy();
  }

  async #whenReady(name: string, generation: number): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const giveUp = (): void =>
      reject(new Error(`${this.#subject.kind} "${name}" was not Ready within ${READY_TIMEOUT_MS} ms`));
    const timer = setTimeout(giveUp, READY_TIMEOUT_MS);
    this.#awaited.set(name, { generation, tell: resolve });
    return await promise.finally(() => clearTimeout(timer));
  }

  async #openWatch(resourceVersion: string): Promise<void> {
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=${resourceVersion}`;
    const { body, statusCode } = await this.#pool.request({
      method: "GET",
      path: `${this.#path()}?${query}`,
      headers: this.#headers(),
      signal: this.#stop.signal,
    });
    if (statusCode !== 200) throw new Error(`Cannot watch ${this.#subject.plural}: ${statusCode} ${await body.text()}`);
    this.#watch = this.#follow(body, resourceVersion);
    this.#watch.catch(() => {});
  }

  /** The API server lets go of watchers that lag behind; then it goes on where it was. */
  async #follow(body: AsyncIterable<Uint8Array>, from: string): Promise<void> {
    let seenVersion = from;
    try {
      for await (const object of objectsOf(body)) {
        seenVersion = object.metadata.resourceVersion;
        this.#saw(object);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted && !(error instanceof Error && error.message === "terminated")) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      }
    }
    if (!this.#stop.signal.aborted) await this.#openWatch(seenVersion);
  }

  #saw({ metadata, status }: WatchedObject): void {
    const { name, generation = 0 } = metadata;
    const isReady = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True");
    if (isReady !== true || status?.observedGeneration !== generation) return;
    const now = performance.now();
    if ((this.#generations.get(name) ?? 0) < generation) {
      this.#generations.set(name, generation);
      this.#readyAt.set(name, now);
    }
    const awaited = this.#awaited.get(name);
    if (awaited === undefined || awaited.generation > generation) return;
    this.#awaited.delete(name);
    awaited.tell(now);
  }

  async #send<T>(method: "GET" | "POST" | "PATCH", path: string, content?: unknown): Promise<T> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return await sendJson<T>(this.#pool, { method, path, headers: this.#headers(type), body: content });
  }

  #path(): string {
    return `/apis/${API_VERSION}/namespaces/${this.namespace}/${this.#subject.plural}`;
  }

  #headers(contentType = "application/json"): Record<string, string> {
    return { authorization: `Bearer ${this.#controlPlane.adminToken}`, "content-type": contentType };
  }
}

/** Calls `work` for 0 to `count` (excluded), `inFlight` at a time. */
export async function concurrently(
  inFlight: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

interface JsonRequest {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** Rejects for every answer that is no success. */
export async function sendJson<T>(pool: Pool, request: JsonRequest): Promise<T> {
  const { method, path, headers, body: content } = request;
  const body = content === undefined ? null : JSON.stringify(content);
  const answer = await pool.request({ method, path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return JSON.parse(text) as T;
}

async function* objectsOf(body: AsyncIterable<Uint8Array>): AsyncIterable<WatchedObject> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: WatchedObject };
      if (type === "ERROR") throw new Error(`Cannot watch: ${line}`);
      yield object;
    }
  }
}
