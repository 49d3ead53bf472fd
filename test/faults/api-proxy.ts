// ApiProxy: stands between a client and a real API server and does what networks and servers do on bad days. It passes
// requests on unchanged otherwise, and knows of Kubernetes only that a watch is a stream of lines.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, createServer as createSecureServer, request as forward, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What happens to a request instead of being passed on, or before. */
export type RequestFault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly reason?: string;
      readonly headers?: Record<string, string>;
    }
  /** The connection is reset (RST). */
  | { readonly kind: "reset" }
  /** The connection is closed (FIN) without an answer. */
  | { readonly kind: "close" }
  /** Nothing ever comes back. */
  | { readonly kind: "silence" }
  /** The request is served, but its answer is lost and the connection reset. */
  | { readonly kind: "lose-answer" }
  | { readonly kind: "delay"; readonly ms: number };

/** What happens to a watch that is open. */
export type StreamFault =
  | { readonly kind: "close" | "reset" | "silence" }
  /** Half of what could be an event, then the end. */
  | { readonly kind: "half-line" }
  /** A line that is not JSON, with the stream going on. */
  | { readonly kind: "bad-json" }
  /** An ERROR event with this code. */
  | { readonly kind: "error-event"; readonly code: number; readonly reason: string };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  readonly authorization: string;
}

interface OpenWatch {
  readonly response: ServerResponse;
  readonly upstream: IncomingMessage;
  isSilent: boolean;
}

export class ApiProxy implements AsyncDisposable {
  /** Asked about each request; undefined passes it on. */
  faultFor: (request: ProxiedRequest) => RequestFault | undefined = () => undefined;
  /** Every request that arrived. */
  readonly requests: ProxiedRequest[] = [];
  /** Asked about each line of a watch; those that it does not let through are lost. */
  letsThrough: (line: string) => boolean = () => true;
  readonly #target: URL;
  readonly #agent: Agent;
  readonly #server: Server;
  readonly #isSecure: boolean;
  readonly #watches = new Set<OpenWatch>();
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(target: string, caPem: string, tls: ServerOptions | undefined) {
    this.#target = new URL(target);
    this.#agent = new Agent({ ca: caPem, keepAlive: true, maxSockets: 64 });
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#serve(request, response).catch(() => response.destroy());
    };
    this.#isSecure = tls !== undefined;
    this.#server = tls === undefined ? createServer(serve) : createSecureServer(tls, serve);
    this.#server.on("connection", (socket) => {
      this.#connections += 1;
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** `tls`: certificate, key, and what is asked of clients; without it, plain HTTP. */
  static async start(target: string, caPem: string, tls?: ServerOptions): Promise<ApiProxy> {
    const proxy = new ApiProxy(target, caPem, tls);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `${this.#isSecure ? "https" : "http"}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** From the next connection on; those that are open are cut. */
  changeTls(tls: ServerOptions): void {
    (this.#server as Server & { setSecureContext(options: ServerOptions): void }).setSecureContext(tls);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Does this to every watch that is open now. */
  strike(fault: StreamFault): void {
    for (const watch of this.#watches) strikeOne(watch, fault);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const { method = "GET", headers } = request;
    const seen = { method, path, isWatch: /[?&]watch=true/.test(path), authorization: headers.authorization ?? "" };
    this.requests.push(seen);
    const fault = this.faultFor(seen);
    switch (fault?.kind) {
      case "answer":
        return answer(response, fault);
      case "reset":
        request.socket.resetAndDestroy();
        return;
      case "close":
        request.socket.end();
        return;
      case "silence":
        return;
      case "delay":
        await sleep(fault.ms);
        return await this.#pass(request, response, seen, false);
      case "lose-answer":
        return await this.#pass(request, response, seen, true);
      case undefined:
        return await this.#pass(request, response, seen, false);
    }
  }

  async #pass(
    request: IncomingMessage,
    response: ServerResponse,
    seen: ProxiedRequest,
    isLost: boolean,
  ): Promise<void> {
    const outgoing = forward({
      agent: this.#agent,
      host: this.#target.hostname,
      port: this.#target.port,
      method: seen.method,
      path: seen.path,
      headers: { ...request.headers, host: this.#target.host },
    });
    request.pipe(outgoing);
    outgoing.on("error", () => response.destroy());
    const [upstream] = (await once(outgoing, "response")) as [IncomingMessage];
    if (isLost) {
      upstream.resume();
      await once(upstream, "end");
      request.socket.destroy();
      return;
    }
    response.writeHead(upstream.statusCode ?? 502, upstream.headers);
    response.flushHeaders();
    if (seen.isWatch && upstream.statusCode === 200) this.#passWatch({ response, upstream, isSilent: false });
    else upstream.pipe(response);
  }

  #passWatch(watch: OpenWatch): void {
    const { response, upstream } = watch;
    this.#watches.add(watch);
    let rest = "";
    upstream.setEncoding("utf8");
    upstream.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!watch.isSilent && this.letsThrough(line)) response.write(`${line}\n`);
      }
    });
    upstream.on("end", () => {
      if (!watch.isSilent) response.end();
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => {
      this.#watches.delete(watch);
      upstream.destroy();
    });
  }
}

function strikeOne(watch: OpenWatch, fault: StreamFault): void {
  const { response } = watch;
  switch (fault.kind) {
    case "close":
      // The chunked body lacks its end: a FIN in the middle.
      response.socket?.end();
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "silence":
      watch.isSilent = true;
      return;
    case "half-line":
      watch.isSilent = true;
      response.end('{"type":"MODIFIED","object":{"apiVersion":"test.eventbus.dev/v1","ki');
      return;
    case "bad-json":
      response.write("this is not JSON\n");
      return;
    case "error-event": {
      const { code, reason } = fault;
      const status = { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: "made up" };
      response.write(`${JSON.stringify({ type: "ERROR", object: status })}\n`);
    }
  }
}

function answer(
  response: ServerResponse,
  { status, reason = "", headers = {} }: RequestFault & { kind: "answer" },
): void {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", code: status, reason, message: "made up" };
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
