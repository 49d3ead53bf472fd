// ID tokens for users of the auth provider "oidc" in a kubeconfig, renewed by their refresh tokens (OpenID Connect Core
// §12). client-node has a way of its own that never works: it hands its library a text where that wants a URL.

import { readFileSync } from "node:fs";

import { Agent, request } from "undici";

/** As a kubeconfig spells it. */
export interface OidcConfig {
  readonly "client-id"?: string;
  readonly "client-secret"?: string;
  readonly "id-token"?: string;
  readonly "refresh-token"?: string;
  readonly "idp-issuer-url"?: string;
  readonly "idp-certificate-authority"?: string;
  readonly "idp-certificate-authority-data"?: string;
}

interface Tokens {
  readonly idToken: string;
  readonly refreshToken: string;
}

interface Renewed extends Tokens {
  /** The refresh token that the file held. */
  readonly of: string;
  readonly at: number;
}

interface Provider {
  readonly token_endpoint?: string;
  readonly token_endpoint_auth_methods_supported?: readonly string[];
}

/** Renewed so long before its end, milliseconds: clocks differ. */
const LEEWAY_MS = 30_000;
const TIMEOUT_MS = 10_000;
/** A token this fresh is not renewed because it was refused: another one would be refused as well. */
const FRESH_MS = 60_000;

/**
 * Caveats
 * - A refresh token that the provider replaces is kept in memory only; kubectl would write it into the file.
 */
export class OidcTokens {
  #renewed: Renewed | undefined;

  /**
   * A token that has not expired. `isDenied`: the last one was refused, whatever it says. Rejects with an Error when it
   * cannot be renewed.
   */
  async idToken(config: OidcConfig, { isDenied }: { readonly isDenied: boolean }, nowMs: number): Promise<string> {
    const of = config["refresh-token"] ?? "";
    const renewed = this.#renewed?.of === of ? this.#renewed : undefined;
    const known: Tokens = renewed ?? { idToken: config["id-token"] ?? "", refreshToken: of };
    const isRefused = isDenied && !(renewed !== undefined && nowMs - renewed.at < FRESH_MS);
    if (!isRefused && expiresAtMs(known.idToken) - LEEWAY_MS > nowMs) return known.idToken;
    this.#renewed = { ...(await renew(config, known.refreshToken)), of, at: nowMs };
    return this.#renewed.idToken;
  }
}

async function renew(config: OidcConfig, refreshToken: string): Promise<Tokens> {
  const { "client-id": clientId = "", "idp-issuer-url": issuer = "" } = config;
  if (clientId === "" || issuer === "" || refreshToken === "") {
    throw new Error(
      "Cannot renew the ID token of the kubeconfig: its auth provider needs client-id, idp-issuer-url and refresh-token",
    );
  }
  const dispatcher = new Agent({ connect: { ca: authorityOf(config) } });
  const call = { dispatcher, signal: AbortSignal.timeout(TIMEOUT_MS) };
  try {
    const found = await request(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, call);
    const provider = (await bodyOf(found, issuer)) as Provider;
    const { headers, form } = identify(config, clientId, provider);
    const answer = await request(provider.token_endpoint ?? "", {
      ...call,
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken, ...form }).toString(),
    });
    const { id_token: idToken, refresh_token: next } = (await bodyOf(answer, issuer)) as Record<string, string>;
    if (idToken === undefined) throw new Error(`"${issuer}" sent no ID token; the scope "openid" may be missing`);
    return { idToken, refreshToken: next ?? refreshToken };
  } finally {
    await dispatcher.destroy();
  }
}

/** RFC 6749 §2.3.1: by header, unless the provider takes it in the form only. */
function identify(
  config: OidcConfig,
  clientId: string,
  provider: Provider,
): { readonly headers: Record<string, string>; readonly form: Record<string, string> } {
  const { "client-secret": secret = "" } = config;
  if (secret === "") return { headers: {}, form: { client_id: clientId } };
  const methods = provider.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  if (!methods.includes("client_secret_basic")) {
    return { headers: {}, form: { client_id: clientId, client_secret: secret } };
  }
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  return { headers: { authorization: `Basic ${Buffer.from(pair).toString("base64")}` }, form: {} };
}

async function bodyOf({ statusCode, body }: Awaited<ReturnType<typeof request>>, issuer: string): Promise<unknown> {
  const text = await body.text();
  // The answer of a token endpoint may hold secrets: it is not shown.
  if (statusCode !== 200)
    throw new Error(`Cannot renew the ID token of the kubeconfig: "${issuer}" said ${statusCode}`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's error quotes what it was given.
    throw new Error(`Cannot renew the ID token of the kubeconfig: "${issuer}" sent something that is not JSON`);
  }
}

function authorityOf(config: OidcConfig): string | undefined {
  const { "idp-certificate-authority": file, "idp-certificate-authority-data": data } = config;
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

/** 0 for what is no token. */
function expiresAtMs(idToken: string): number {
  try {
    const claims = JSON.parse(Buffer.from(idToken.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      exp?: number;
    };
    return (claims.exp ?? 0) * 1_000;
  } catch {
    return 0;
  }
}
