// Names why a connection failed or ended, from Node's, OpenSSL's and the library's chain of causes. Reads errors only;
// what it says is for people: the broker's address and the deepest cause, never a credential or our own address.

import type { X509Certificate } from "node:crypto";

import { AuthenticationError } from "@platformatic/kafka";

import type { KafkaFailure } from "../model/failure.ts";
import { isTlsCode } from "../model/tls-code.ts";
import { TokenError } from "../oauth/token-request.ts";
import { addressText, type Address } from "./address.ts";
import { stableText } from "./broker-message.ts";
import { protocolError } from "./protocol-errors.ts";
import { tlsFailure } from "./tls-failure.ts";

/** How far the connection had come. */
export type Stage = "connecting" | "greeting" | "open";

interface Cause {
  readonly message: string;
  readonly code?: string | undefined;
  readonly apiCode?: number | undefined;
  readonly serverErrorMessage?: string | null | undefined;
  readonly isAuthentication: boolean;
}

function causesOf(error: unknown, found: Cause[] = []): readonly Cause[] {
  if (!(error instanceof Error) || found.length > 20) return found;
  const { code, apiCode, serverErrorMessage } = error as Error & Partial<Record<"code", unknown>> & Partial<Cause>;
  found.push({
    message: error.message,
    code: typeof code === "string" ? code : undefined,
    apiCode,
    serverErrorMessage,
    isAuthentication: error instanceof AuthenticationError,
  });
  if (error instanceof AggregateError) for (const inner of error.errors) causesOf(inner, found);
  return causesOf(error.cause, found);
}

const saslCodes: ReadonlySet<number> = new Set([33, 34, 58]);
const illegalSaslState = 34;
const tlsText = /requires TLS|TLS handshake failed|secure TLS connection was established|certificate/;
const systemCode = /^E[A-Z_]+$/;

// `40CD8841:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:rec_layer_s3.c:918:SSL alert number 42`
const openSslError = /^(?:[0-9A-F]+:)?error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)(?::.*)?$/;
// Node adds our own end of the connection.
const localEnd = / - Local \(.*\)$/;

function readable(message: string): string {
  return message
    .replace(/\s+/g, " ")
    .replace(openSslError, "$1")
    .replace(localEnd, "")
    .replace(/\.$/, "")
    .slice(0, 1024);
}

function textOf(causes: readonly Cause[]): string {
  const told = causes.findLast((cause) => cause.serverErrorMessage)?.serverErrorMessage;
  const deepest = causes.findLast((cause) => cause.message !== "");
  return told ? stableText(told) : readable(deepest?.message ?? causes.at(-1)?.code ?? "no cause was given");
}

/** What the failure of a connection depends on, beside the error. */
export interface ConnectionAttempt {
  readonly address: Address;
  readonly stage: Stage;
  /** Absent: clear text. */
  readonly tls?: {
    /** The name that the broker's certificate must have. */
    readonly expectedName: string;
    readonly hasClientCertificate: boolean;
    /** As the broker has shown it. */
    readonly certificate?: X509Certificate | undefined;
  };
  readonly hasSasl: boolean;
}

/** Failures that no error names: how a listener treats a client that speaks another protocol. */
function mismatchOf(causes: readonly Cause[], attempt: ConnectionAttempt): KafkaFailure | undefined {
  const broker = addressText(attempt.address);
  const isMere = causes.every(
    ({ apiCode, code }) => apiCode === undefined && !isTlsCode(code) && !systemCode.test(code ?? ""),
  );
  if (causes.some(({ apiCode }) => apiCode === illegalSaslState)) {
    const message = `The listener of the broker at ${broker} does not use SASL`;
    return { kind: "authentication", code: illegalSaslState, name: "ILLEGAL_SASL_STATE", message };
  }
  const isClosed = isMere && causes.at(-1)?.message === "Connection closed";
  if (isClosed && attempt.stage === "greeting" && !attempt.hasSasl) {
    const message = `The broker at ${broker} closed the connection at the first request; its listener probably uses SASL`;
    return { kind: "authentication", name: "SASL_REQUIRED", message };
  }
  if (isClosed && attempt.stage === "connecting" && attempt.hasSasl && attempt.tls === undefined) {
    const message = `The broker at ${broker} closed the connection before SASL; its listener probably uses TLS`;
    return { kind: "tls", name: "TLS_REQUIRED", message };
  }
  return undefined;
}

/** Without a token the broker was not even asked. */
function tokenErrorOf(error: unknown): TokenError | undefined {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 20; depth += 1) {
    if (cause instanceof TokenError) return cause;
    cause = cause.cause;
  }
  return undefined;
}

/** The failure of a connection, named by the deepest cause and told with the broker's address. */
export function connectionFailure(error: unknown, attempt: ConnectionAttempt): KafkaFailure {
  const causes = causesOf(error);
  const token = tokenErrorOf(error);
  if (token !== undefined) return { kind: token.kind, name: token.code, message: token.message };
  const mismatch = mismatchOf(causes, attempt);
  if (mismatch !== undefined) return mismatch;
  const broker = addressText(attempt.address);
  const start =
    attempt.stage === "open"
      ? `The connection to the broker at ${broker} ended`
      : `No connection to the broker at ${broker}`;
  const message = `${start}: ${textOf(causes)}`;
  const refusal = causes.findLast(({ apiCode }) => saslCodes.has(apiCode ?? 0))?.apiCode;
  if (refusal !== undefined) {
    return { kind: "authentication", code: refusal, name: protocolError(refusal).name, message };
  }
  if (causes.some((cause) => cause.isAuthentication)) {
    return { kind: "authentication", name: "SASL_AUTHENTICATION_FAILED", message };
  }
  const code = causes.findLast((cause) => systemCode.test(cause.code ?? "") || isTlsCode(cause.code))?.code;
  const isTls = causes.some((cause) => isTlsCode(cause.code) || tlsText.test(cause.message));
  if (isTls) {
    const tls = { expectedName: attempt.address.host, hasClientCertificate: false, ...attempt.tls };
    return tlsFailure(causes, { ...tls, broker }) ?? { kind: "tls", name: code ?? "TLS_FAILED", message };
  }
  return { kind: "unreachable", name: code ?? "CONNECTION_CLOSED", message };
}
