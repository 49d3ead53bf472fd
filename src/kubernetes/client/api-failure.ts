// Turns answers of the API server, and the lack of one, into KubernetesErrors. Pure.

import { KubernetesError } from "../resources.ts";

/** The part of a metav1.Status that is read. */
export interface StatusBody {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** No wait that a server asks for is taken for longer, milliseconds. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** `what`: the request in a few words ("PATCH /apis/…"). */
export function refusal(what: string, code: number, body: string, retryAfter?: string): KubernetesError {
  const status = parseStatus(body);
  const message = status.message ?? (body.trim().slice(0, 500) || "no explanation was given");
  return new KubernetesError(code, status.reason ?? `HTTP${code}`, `${what} was refused with ${code}: ${message}`, {
    retryAfterMs: retryAfterMs(retryAfter, status),
  });
}

/** An ERROR event in a watch. */
export function watchFailure(what: string, status: StatusBody): KubernetesError {
  const code = status.code ?? 500;
  const message = `${what} was ended by the server with ${code}: ${status.message ?? "no explanation was given"}`;
  return new KubernetesError(code, status.reason ?? `HTTP${code}`, message, {
    retryAfterMs: retryAfterMs(undefined, status),
  });
}

/** No answer, or half of one. */
export function noAnswer(what: string, cause: unknown): KubernetesError {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  const isTimeout = typeof code === "string" && code.includes("TIMEOUT");
  const detail = [code, message].filter((part) => typeof part === "string" && part !== "").join(": ");
  return new KubernetesError(0, isTimeout ? "Timeout" : "Unreachable", `${what} got no answer (${detail})`, { cause });
}

export function timedOut(what: string, afterMs: number): KubernetesError {
  return new KubernetesError(0, "Timeout", `${what} got no answer within ${afterMs} ms`);
}

/** Without the parser's error: that quotes the answer, which may be a Secret's. */
export function notJson(what: string): KubernetesError {
  return new KubernetesError(0, "BadPayload", `${what} was answered with something that is not JSON`);
}

function parseStatus(body: string): StatusBody {
  try {
    const status: unknown = JSON.parse(body);
    return typeof status === "object" && status !== null ? status : {};
  } catch {
    return {};
  }
}

function retryAfterMs(header: string | undefined, status: StatusBody): number | undefined {
  const seconds = Number(header ?? status.details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1_000, LONGEST_RETRY_AFTER_MS) : undefined;
}
