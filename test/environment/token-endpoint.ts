// A token endpoint for tests: the client credentials grant over HTTPS, with unsecured JWTs, as Kafka's own test setting of
// OAUTHBEARER takes them. Counts who asks, and refuses whom it does not know.

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

import type { Authority } from "../fakes/certificate.ts";
import { knownSecrets } from "./known-secrets.ts";

export interface TokenEndpointOptions {
  readonly authority: Authority;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Principal of the tokens. */
  readonly subject: string;
}

export class TokenEndpoint implements AsyncDisposable {
  /** Answered with a token. */
  issued = 0;
  /** Answered with a refusal. */
  refused = 0;
  /** Of every token, seconds; negative: expired when it is issued. */
  lifetimeSeconds = 3_600;
  /** Answers with this status and nothing else, where set. */
  broken: number | undefined;
  /** Scopes that were asked for, in order. */
  readonly scopes: (string | null)[] = [];
  clientSecret: string;
  readonly #options: TokenEndpointOptions;
  readonly #server: Server;

  private constructor(options: TokenEndpointOptions) {
    this.#options = options;
    this.clientSecret = options.clientSecret;
    knownSecrets.addLogin(`secret of client "${options.clientId}"`, options.clientId, options.clientSecret);
    const { certPem: cert, keyPem: key } = options.authority.issue("login");
    this.#server = createServer({ cert, key }, (request, response) => void this.#answer(request, response));
  }

  static async start(options: TokenEndpointOptions): Promise<TokenEndpoint> {
    const endpoint = new TokenEndpoint(options);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/oauth2/token`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const form = new URLSearchParams(body);
    this.scopes.push(form.get("scope"));
    const expected = Buffer.from(`${this.#options.clientId}:${this.clientSecret}`).toString("base64");
    const isKnown = request.headers.authorization === `Basic ${expected}`;
    const isGrant = form.get("grant_type") === "client_credentials";
    if (this.broken !== undefined) return send(response, this.broken, {});
    if (!isGrant || !isKnown) {
      this.refused += 1;
      // As some do: the description quotes what came.
      const error_description = `Not known: ${request.headers.authorization ?? ""}`;
      return send(response, 401, { error: "invalid_client", error_description });
    }
    this.issued += 1;
    send(response, 200, { access_token: this.#token(), token_type: "Bearer", expires_in: this.lifetimeSeconds });
  }

  #token(): string {
    const iat = Math.floor(Date.now() / 1_000) - 5_000;
    const exp = Math.floor(Date.now() / 1_000) + this.lifetimeSeconds;
    const token = [{ alg: "none" }, { sub: this.#options.subject, iat, exp }, undefined]
      .map((part) => (part === undefined ? "" : Buffer.from(JSON.stringify(part)).toString("base64url")))
      .join(".");
    return knownSecrets.add(`token of "${this.#options.subject}"`, token);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
