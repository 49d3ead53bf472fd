// WatchStream: one watch request and the frames that come from it. It neither resumes nor retries: the reflector does.

import type { Clock } from "../../runtime/clock.ts";
import { Deadline } from "../../runtime/deadline.ts";
import { KubernetesError } from "../resources.ts";
import { noAnswer, notJson, refusal, timedOut, watchFailure, type StatusBody } from "./api-failure.ts";
import type { Credentials } from "./credentials.ts";
import type { Exchange } from "./exchange.ts";
import { splitLines } from "./watch-lines.ts";

/** A watch event as the API server writes it. */
export interface WatchFrame {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

export interface WatchRequest {
  /** Absolute path, with its query, `timeoutSeconds` included. */
  readonly path: string;
  /** When the server is to end the stream, seconds. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

export interface WatchStreamOptions {
  readonly exchange: Exchange;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** A server that has not ended the stream this long after it should have is not there any more. Default 5,000. */
  readonly graceMs?: number | undefined;
}

/**
 * The frames of one watch, to its end.
 *
 * Guarantees
 * - Returns when the server ended the stream in order; throws a KubernetesError for everything else: a refusal, an ERROR
 *   event, a broken connection, half a line, silence beyond the time asked for.
 * - The connection is its own, and closed when the consumer stops.
 */
export async function* watchStream(request: WatchRequest, options: WatchStreamOptions): AsyncGenerator<WatchFrame> {
  const { path, signal, timeoutSeconds } = request;
  const limitMs = timeoutSeconds * 1_000 + (options.graceMs ?? 5_000);
  const what = `Watching ${path.split("?", 1)[0]}`;
  using deadline = new Deadline(options.clock, limitMs, what, signal);
  try {
    for await (const line of splitLines(await open(path, what, deadline.signal, options))) {
      if (line.isTruncated) throw noAnswer(what, new Error("the stream was cut in the middle of an event"));
      if (line.text !== "") yield frameOf(line.text, what);
    }
    signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.isExceeded) throw timedOut(what, limitMs);
    throw error instanceof KubernetesError ? error : noAnswer(what, error);
  }
}

async function open(
  path: string,
  what: string,
  signal: AbortSignal,
  { credentials, exchange }: WatchStreamOptions,
): Promise<AsyncIterable<Uint8Array>> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await exchange.send({ method: "GET", path, connectionClass: "watches" }, signal);
    if (reply.kind === "broken") {
      credentials.deny(reply.access);
      throw noAnswer(what, reply.cause);
    }
    const { statusCode, headers, body } = reply.response;
    if (statusCode === 200) return body;
    const failure = refusal(what, statusCode, await body.text(), headers["retry-after"]?.toString());
    if (failure.code === 401) credentials.deny(reply.access);
    if (failure.code !== 401 || attempt > 1) throw failure;
  }
}

function frameOf(line: string, what: string): WatchFrame {
  const frame = parseFrame(line, what);
  if (frame.type === "ERROR") throw watchFailure(what, frame.object as StatusBody);
  return frame;
}

function parseFrame(line: string, what: string): WatchFrame {
  try {
    return JSON.parse(line) as WatchFrame;
  } catch {
    throw notJson(what);
  }
}
