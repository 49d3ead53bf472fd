// A thin client of the API server for tests: raw JSON over HTTPS, independent of the operator's own adapter.

import { setTimeout as sleep } from "node:timers/promises";

import { Agent, request } from "undici";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  /** Default: `application/json`; for PATCH, `application/merge-patch+json`. */
  readonly contentType?: string;
  /** Bearer token of somebody else than the admin. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export interface ApiResponse<T> {
  readonly status: number;
  readonly body: T;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

/** A refusal of the API server. `details` is the whole Status object. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  readonly details: { readonly causes?: readonly StatusCause[] };

  constructor(method: string, path: string, status: number, body: StatusBody) {
    super(`${method} ${path}: ${status} ${body.message ?? "(no message)"}`);
    this.status = status;
    this.reason = body.reason ?? "";
    this.details = body.details ?? {};
  }
}

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

/** "Not now" (priority and fairness, or a watch cache still filling after a restart), repeated for so long. */
const TOO_MANY_REQUESTS = 429;
const BUSY_TIMEOUT_MS = 15_000;
const BUSY_INTERVAL_MS = 100;

/** Requests to one API server. Rejects with an ApiError for every status from 400; 429 is waited out first. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(server: { readonly url: string; readonly caPem: string; readonly token: string }) {
    this.#url = server.url;
    this.#token = server.token;
    // One oversized request would end an HTTP/2 session for all others.
    const transport = { allowH2: false, connections: 16, keepAliveTimeout: 60_000 };
    this.#agent = new Agent({ connect: { ca: server.caPem }, ...transport });
  }

  /** `body` is sent as JSON; the answer is parsed as JSON where it is JSON, else it is text. */
  async request<T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    options: RequestOptions = {},
  ): Promise<ApiResponse<T>> {
    const deadline = Date.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      const answer = await this.#once(method, path, body, options);
      if (answer.status < 400) return answer as ApiResponse<T>;
      if (answer.status !== TOO_MANY_REQUESTS || Date.now() > deadline) {
        const details = typeof answer.body === "string" ? { message: answer.body } : (answer.body as StatusBody);
        throw new ApiError(method, path, answer.status, details);
      }
      await sleep(BUSY_INTERVAL_MS, undefined, { signal: options.signal });
    }
  }

  /** Ends all connections, those of running requests as well. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #once(method: Method, path: string, body: unknown, options: RequestOptions): Promise<ApiResponse<unknown>> {
    const contentType =
      options.contentType ?? (method === "PATCH" ? "application/merge-patch+json" : "application/json");
    const response = await request(`${this.#url}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${options.token ?? this.#token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.body.text();
    const parsed = isJson(response.headers["content-type"]) ? (JSON.parse(text) as unknown) : text;
    return { status: response.statusCode, body: parsed, warnings: warningsOf(response.headers["warning"]) };
  }
}

function isJson(contentType: string | string[] | undefined): boolean {
  return String(contentType).startsWith("application/json");
}

/** `299 - "text"` (RFC 9111 §5.5), one header or several. */
function warningsOf(header: string | string[] | undefined): string[] {
  const lines = header === undefined ? [] : [header].flat();
  return lines.flatMap((line) =>
    [...line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text]) => (text ?? "").replaceAll(/\\(.)/g, "$1")),
  );
}
