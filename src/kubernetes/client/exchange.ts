// Exchange: sends one HTTP request with the current credentials on the right connection, once. Retries nothing.

import type { Dispatcher } from "undici";

import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Metrics, RequestMetrics } from "../../telemetry/metrics.ts";
import type { ConnectionClass, Connections } from "./connections.ts";
import type { Credentials } from "./credentials.ts";
import type { Access } from "./kubeconfig.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute path, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string | undefined;
  /** Default `requests`. */
  readonly connectionClass?: ConnectionClass | undefined;
  /** Making it twice is as good as making it once. Default: everything but POST. */
  readonly isRepeatable?: boolean | undefined;
}

export interface ExchangeOptions {
  readonly credentials: Credentials;
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Name and version of the program. */
  readonly userAgent: string;
}

/** What came back; a broken exchange has a cause instead. */
export type Reply =
  | { readonly kind: "answer"; readonly access: Access; readonly response: Dispatcher.ResponseData }
  | { readonly kind: "broken"; readonly access: Access; readonly cause: unknown };

interface Target {
  readonly access: Access;
  readonly origin: string;
  readonly host: string;
  /** Path before every path of the API; empty for most. */
  readonly prefix: string;
  readonly metrics: RequestMetrics;
}

/** The API server sends its headers at once, or not at all. */
const HEADERS_TIMEOUT_MS = 30_000;
const MOST_WARNINGS = 100;

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #warnings = new Set<string>();
  #target: Target | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** Resolves as soon as the headers are there. Rejects only when there are no credentials at all. */
  async send(request: ApiRequest, signal: AbortSignal): Promise<Reply> {
    const { clock, connections, credentials, userAgent } = this.#options;
    const access = await credentials.current();
    const connectionClass = request.connectionClass ?? "requests";
    const target = this.#targetOf(access);
    const startedAt = clock.monotonic();
    const count = (code: string): void => {
      const seconds = connectionClass === "watches" ? undefined : (clock.monotonic() - startedAt) / 1_000;
      target.metrics.finished(request.method, code, seconds);
    };
    const headers: Record<string, string> = { ...access.headers, accept: "application/json", "user-agent": userAgent };
    if (request.body !== undefined) headers["content-type"] = request.contentType ?? "application/json";
    try {
      const response = await connections.pool(connectionClass, access).request({
        origin: target.origin,
        path: `${target.prefix}${request.path}`,
        method: request.method,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
        headersTimeout: HEADERS_TIMEOUT_MS,
        bodyTimeout: connectionClass === "watches" ? 0 : HEADERS_TIMEOUT_MS,
      });
      count(String(response.statusCode));
      this.#tellWarnings(response.headers["warning"]);
      return { kind: "answer", access, response };
    } catch (cause) {
      count("<error>");
      return { kind: "broken", access, cause };
    }
  }

  /** Counts time spent in line before a request. */
  countQueued(method: string, seconds: number): void {
    this.#target?.metrics.queued(method, seconds);
  }

  /** Parsed once for each access. */
  #targetOf(access: Access): Target {
    if (this.#target?.access === access) return this.#target;
    const { origin, host, pathname } = new URL(access.server);
    const metrics = this.#target?.host === host ? this.#target.metrics : this.#options.metrics.requests(host);
    this.#target = { access, origin, host, prefix: pathname === "/" ? "" : pathname, metrics };
    return this.#target;
  }

  /** Deprecated versions and unknown fields are told by warnings; each is worth one line. */
  #tellWarnings(header: string | string[] | undefined): void {
    for (const warning of [header ?? []].flat()) {
      if (this.#warnings.has(warning) || this.#warnings.size >= MOST_WARNINGS) continue;
      this.#warnings.add(warning);
      this.#options.log.warn("The API server warns", { warning });
    }
  }
}
