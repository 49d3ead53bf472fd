// One request for a token by the client credentials grant (RFC 6749 §4.4). Holds the client's secret; what it says of a
// failure is the endpoint's address, its status and its error code, never what was sent.

import { Agent, request } from "undici";

import { untilAborted } from "../../runtime/deadline.ts";
import type { OauthClient } from "../model/connection.ts";
import { isTlsCode, isUntrusted } from "../model/tls-code.ts";

/** Why there is no token: the message is for people. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  /** `authentication`: the endpoint refuses the client. `tls`, `unreachable`: it was not come to that. */
  readonly kind: "authentication" | "tls" | "unreachable";
  readonly code: string;

  constructor(kind: TokenError["kind"], code: string, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

export interface Token {
  readonly value: string;
  /** As the endpoint says; 0 where it does not. */
  readonly lifetimeMs: number;
}

/** Less than a connection to a broker may take, so that this failure is told and not that one. */
const TIMEOUT_MS = 4_000;
const LARGEST_ANSWER_BYTES = 65_536;

/** Redirects are not followed: the secret goes where it was meant to go. @throws TokenError */
export async function requestToken(client: OauthClient): Promise<Token> {
  const { certificateAuthorities: ca, tokenEndpoint } = client;
  const where = `The token endpoint "${addressOf(tokenEndpoint)}"`;
  const connect = { timeout: TIMEOUT_MS, ...(ca && { ca: [...ca] }) };
  const dispatcher = new Agent({ maxResponseSize: LARGEST_ANSWER_BYTES, connect });
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    // The library takes no notice of the signal while it connects.
    const { statusCode, text } = await untilAborted(ask(client, dispatcher, signal), signal);
    const answer = parsed(text);
    if (statusCode !== 200) throw refusal(where, statusCode, answer);
    const { access_token: value, expires_in: lifetime } = answer;
    if (typeof value !== "string" || !/^[\x21-\x7e]+$/.test(value)) {
      throw new TokenError("authentication", "INVALID_TOKEN_RESPONSE", `${where} answered without an access_token`);
    }
    return { value, lifetimeMs: Math.max(0, Number(lifetime) || 0) * 1_000 };
  } catch (error) {
    throw error instanceof TokenError ? error : noAnswer(where, error);
  } finally {
    void dispatcher.destroy();
  }
}

async function ask(
  client: OauthClient,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<{ readonly statusCode: number; readonly text: string }> {
  const { scope, tokenEndpoint } = client;
  const { statusCode, body } = await request(tokenEndpoint, {
    dispatcher,
    signal,
    method: "POST",
    headers: {
      authorization: `Basic ${basic(client)}`,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ grant_type: "client_credentials", ...(scope && { scope }) }).toString(),
  });
  return { statusCode, text: await body.text() };
}

function refusal(where: string, statusCode: number, { error }: Readonly<Record<string, unknown>>): TokenError {
  // The words of RFC 6749 §5.2; a description may quote what was sent.
  const code = typeof error === "string" && /^[a-z_]{1,64}$/.test(error) ? error : undefined;
  const told = code === undefined ? `status ${statusCode}` : `status ${statusCode}, error "${code}"`;
  const isRefusal = statusCode < 500 && statusCode !== 429;
  const message = `${where} gave no token: ${told}`;
  return new TokenError(isRefusal ? "authentication" : "unreachable", code ?? `HTTP_${statusCode}`, message);
}

function noAnswer(where: string, thrown: unknown): TokenError {
  let cause = thrown;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof AggregateError) cause = cause.errors[0];
  const told = cause instanceof Error ? cause : new Error("no cause was given");
  const { code, message, name }: Error & { readonly code?: unknown } = told;
  if (name === "TimeoutError") {
    return new TokenError("unreachable", "ETIMEDOUT", `${where} did not answer within ${TIMEOUT_MS} ms`);
  }
  const text = message.replaceAll(/\s+/g, " ").slice(0, 512);
  const known = typeof code === "string" ? code : "NO_ANSWER";
  if (isUntrusted(known)) {
    return new TokenError(
      "tls",
      "TOKEN_ENDPOINT_UNTRUSTED",
      `${where} shows a certificate that no trusted CA has signed`,
    );
  }
  return new TokenError(isTlsCode(known) ? "tls" : "unreachable", known, `${where} cannot be asked: ${text}`);
}

/** RFC 6749 §2.3.1: both parts are encoded as in a form. */
function basic({ clientId, clientSecret }: OauthClient): string {
  const encoded = [clientId, clientSecret].map((part) => new URLSearchParams({ "": part }).toString().slice(1));
  return Buffer.from(encoded.join(":")).toString("base64");
}

/** Without user, password and query. */
function addressOf(endpoint: string): string {
  if (!URL.canParse(endpoint)) return "(no URL)";
  const { host, pathname, protocol } = new URL(endpoint);
  return `${protocol}//${host}${pathname}`;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
