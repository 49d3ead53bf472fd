// TokenSource: tokens of one OAuth client for all connections of one admin. Caches the token and its absence; says neither.

import type { Clock } from "../../runtime/clock.ts";
import type { OauthClient } from "../model/connection.ts";
import { requestToken, type Token } from "./token-request.ts";

/** Part of a token's lifetime after which another is fetched, as Kafka's own clients do. */
const REFRESH_AFTER = 0.8;
/** Between the starts of two requests that fail. */
const PAUSE_MS = 1_000;

/**
 * Guarantees
 * - Whoever asks while a token is fetched shares the request; one that failed is repeated at most once a second.
 * - A token is used until 80 % of its lifetime are over, one without a lifetime only by those who shared its request.
 */
export class TokenSource {
  readonly #client: OauthClient;
  readonly #clock: Clock;
  readonly #request: (client: OauthClient) => Promise<Token>;
  #last: { readonly token: Promise<string>; readonly startedAt: number } | undefined;
  /** Monotonic time until which the last answer counts. */
  #usableUntil = 0;

  /** `request` stands in for the endpoint in tests. */
  constructor(client: OauthClient, clock: Clock, request: (client: OauthClient) => Promise<Token> = requestToken) {
    this.#client = client;
    this.#clock = clock;
    this.#request = request;
  }

  /** @throws TokenError */
  token(): Promise<string> {
    const now = this.#clock.monotonic();
    if (this.#last !== undefined && now < this.#usableUntil) return this.#last.token;
    this.#usableUntil = Infinity;
    const token = this.#fetch(now);
    this.#last = { token, startedAt: now };
    return token;
  }

  /** A broker has refused the token: the next one is fetched anew, though not at once where one was fetched just now. */
  forget(): void {
    if (this.#last !== undefined && this.#usableUntil !== Infinity) {
      this.#usableUntil = Math.min(this.#usableUntil, this.#last.startedAt + PAUSE_MS);
    }
  }

  async #fetch(startedAt: number): Promise<string> {
    try {
      const { value, lifetimeMs } = await this.#request(this.#client);
      this.#usableUntil = startedAt + lifetimeMs * REFRESH_AFTER;
      return value;
    } catch (error) {
      this.#usableUntil = startedAt + PAUSE_MS;
      throw error;
    }
  }
}
