// The library's Connection to one broker, made safe: errors are always heard and explained, every request settles and
// says whether it was written. The only importer of `Connection`; knows nothing of what is asked.

import { X509Certificate } from "node:crypto";
import { TLSSocket, type PeerCertificate } from "node:tls";

import {
  type API,
  Connection,
  NetworkError,
  protocolErrorsCodesById,
  ResponseError,
  TimeoutError,
} from "@platformatic/kafka";

import type { Clock } from "../../runtime/clock.ts";
import { addressText, type Address } from "./address.ts";
import { connectionFailure, type Stage } from "./connection-failure.ts";
import type { Observer, RequestEvent } from "./observer.ts";
import { saslOptions, type LineSecurity } from "./sasl.ts";
import { tlsOptions } from "./tls.ts";
import { apiName } from "./versions.ts";
import { type Fate, WireError } from "./wire-error.ts";

// The library's table of error codes ends at 127; for any other its parser throws and the whole answer is lost.
for (let code = 128; code < 1024; code += 1) protocolErrorsCodesById[code] ??= "UNKNOWN_SERVER_ERROR";

// The library drops requests that are sent while it re-authenticates (KIP-368), so a connection is replaced when this
// part of its session is over.
const retireAfter = 0.6;

const keepAliveMs = 30_000;

export interface LineOptions {
  readonly address: Address;
  readonly security: LineSecurity;
  readonly clientId: string;
  readonly clock: Clock;
  /** Milliseconds for TCP, TLS, SASL and the greeting together. */
  readonly handshakeTimeoutMs: number;
  /** Milliseconds for the answer to one request; then the connection is given up. */
  readonly requestTimeoutMs: number;
  readonly observer: Observer;
}

type Send = (connection: Connection, ...rest: unknown[]) => void;

/**
 * Guarantees
 * - Every request settles: with the broker's answer, errors of its items included, or with a `WireError` that says whether
 *   it was written.
 * - Errors of the socket are never unhandled; the last one is the cause of what fails after it.
 *
 * Caveats
 * - A request that times out ends the connection.
 */
export class Line {
  /** Monotonic time from which a successor should take over; Infinity where the session has no end. */
  retireAt = Infinity;
  /** How far the connection has come; whoever greets moves it on. */
  stage: Stage = "connecting";
  readonly #options: LineOptions;
  readonly #connection: Connection;
  #hasEnded = false;
  #lastError: Error | undefined;
  #certificate: X509Certificate | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    const { address, security, clock } = options;
    const onSession = (lifetimeMs: number): void => {
      if (lifetimeMs > 0) this.retireAt = clock.monotonic() + lifetimeMs * retireAfter;
    };
    this.#connection = new Connection(options.clientId, {
      connectTimeout: options.handshakeTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      // Above what any caller keeps in flight, so that nothing ever waits inside the library, past our last look.
      maxInflights: 1024,
      ...("tls" in security && { tls: tlsOptions(security.tls, address.host) }),
      ...("sasl" in security && { sasl: saslOptions(security.sasl, onSession) }),
    });
    this.#connection.on("error", (error) => (this.#lastError = error));
    this.#connection.on("close", () => this.#closed());
  }

  get isOpen(): boolean {
    return !this.#hasEnded && this.#connection.isConnected();
  }

  /** TCP, TLS and SASL. @throws WireError (`notWritten`) naming why there is no connection. */
  async connect(): Promise<void> {
    const { host, port } = this.#options.address;
    try {
      const connected = this.#connection.connect(host, port);
      this.#keepCertificate();
      await connected;
      this.#connection.socket.setKeepAlive(true, keepAliveMs);
    } catch (error) {
      throw this.#failed(error, "notWritten");
    }
  }

  /**
   * Sends one request, in this very turn of the event loop.
   * @throws WireError
   */
  send<Args extends unknown[], Response>(api: API<Args, Response>, args: Args, items: number): Promise<Response> {
    const startedAt = this.#options.clock.monotonic();
    return new Promise((resolve, reject) => {
      // The library calls back inside the call exactly where it could not write the request.
      let fate: Fate = "notWritten";
      const done = (error: Error | null, response?: Response): void => {
        // An answer with errors in some items arrives as an error that holds the whole answer.
        const isAnswer = error === null || error instanceof ResponseError;
        this.#tell(api.key, items, startedAt, isAnswer ? "answered" : fate);
        if (isAnswer) resolve((error === null ? response : error["response"]) as Response);
        else reject(this.#requestFailed(error, apiName(api.key), fate));
      };
      (api as unknown as Send)(this.#connection, ...args, done);
      fate = "lost";
    });
  }

  /** Ends the connection at once; what is in flight is `lost`. Idempotent. */
  end(cause?: Error): void {
    const socket = this.#connection.socket as Connection["socket"] | undefined;
    // While it connects only an error, not a mere end, reaches those who wait for the connection.
    socket?.destroy(this.stage === "connecting" ? (cause ?? new Error("the connection was given up")) : cause);
  }

  #closed(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.stage !== "open") return;
    const { address, observer } = this.#options;
    observer.onConnection?.({ broker: addressText(address), outcome: "closed", durationMs: 0 });
  }

  #tell(apiKey: number, items: number, startedAt: number, outcome: RequestEvent["outcome"]): void {
    const { address, clock, observer } = this.#options;
    const durationMs = clock.monotonic() - startedAt;
    observer.onRequest?.({ api: apiName(apiKey), broker: addressText(address), items, durationMs, outcome });
  }

  /** Before Node judges the handshake: afterwards, where it fails, nobody knows what the broker has shown. */
  #keepCertificate(): void {
    const { socket } = this.#connection;
    if (!(socket instanceof TLSSocket)) return;
    socket.prependOnceListener("secure", () => {
      // Not getPeerX509Certificate: after it Node's own look at the certificate finds nothing in it (24.21).
      const { raw } = socket.getPeerCertificate() as Partial<PeerCertificate>;
      this.#certificate = raw && new X509Certificate(raw);
    });
  }

  #failed(error: unknown, fate: Fate): WireError {
    const { address, security } = this.#options;
    const cause = this.#lastError ?? error;
    const tls = "tls" in security && {
      expectedName: security.tls.serverName ?? address.host,
      hasClientCertificate: security.tls.clientCertificate !== undefined,
      certificate: this.#certificate,
    };
    const attempt = { address, stage: this.stage, ...(tls && { tls }), hasSasl: "sasl" in security };
    return new WireError(connectionFailure(cause, attempt), fate, cause);
  }

  #requestFailed(error: Error, api: string, fate: Fate): WireError {
    if (error instanceof TimeoutError) {
      const { address, requestTimeoutMs } = this.#options;
      const message = `The broker at ${addressText(address)} did not answer ${api} within ${requestTimeoutMs} ms`;
      return new WireError({ kind: "unreachable", name: "ETIMEDOUT", message }, fate, error);
    }
    if (error instanceof NetworkError || !this.isOpen) return this.#failed(error, fate);
    const what = fate === "lost" ? `The broker's answer to ${api} could not be read` : `${api} could not be encoded`;
    return new WireError(
      { kind: "other", name: "PROTOCOL_MISMATCH", message: `${what}: ${error.message}` },
      fate,
      error,
    );
  }
}
