// The HTTP server for the kubelet and for Prometheus: /healthz, /readyz, /metrics. Reads only; no authentication.

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A problem in a few words; undefined when all is well. */
export interface Check {
  readonly name: string;
  check(): string | undefined;
}

export interface TelemetryServerOptions {
  /** An empty host means all interfaces, port 0 any that is free. */
  readonly address: { readonly host: string; readonly port: number };
  readonly registry: { readonly contentType: string; metrics(): Promise<string> };
  /** This process must be restarted when one fails. */
  readonly liveness: readonly Check[];
  /** This process is of no use yet while one fails. */
  readonly readiness: readonly Check[];
}

export class TelemetryServer {
  readonly name = "telemetry-server";
  readonly #options: TelemetryServerOptions;
  readonly #server: Server;

  constructor(options: TelemetryServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      void this.#answer(request.url ?? "/", response);
    });
  }

  /** Rejects when the address cannot be used. */
  start(): Promise<void> {
    const { host, port } = this.#options.address;
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host === "" ? undefined : host, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  /** The port in use; 0 before `start`. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    const { liveness, readiness, registry } = this.#options;
    const [path] = url.split("?", 1);
    try {
      if (path === "/healthz") answerChecks(response, liveness);
      else if (path === "/readyz") answerChecks(response, readiness);
      else if (path === "/metrics") end(response, 200, await registry.metrics(), registry.contentType);
      else end(response, 404, "Not found: try /healthz, /readyz or /metrics\n");
    } catch (error) {
      end(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

function answerChecks(response: ServerResponse, checks: readonly Check[]): void {
  const results = checks.map((check) => ({ name: check.name, problem: check.check() }));
  const lines = results.map(({ name, problem }) =>
    problem === undefined ? `[+] ${name} ok` : `[-] ${name}: ${problem}`,
  );
  const isWell = results.every(({ problem }) => problem === undefined);
  end(response, isWell ? 200 : 503, `${[...lines, isWell ? "ok" : "failed"].join("\n")}\n`);
}

function end(response: ServerResponse, status: number, body: string, contentType = "text/plain; charset=utf-8"): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" }).end(body);
}
