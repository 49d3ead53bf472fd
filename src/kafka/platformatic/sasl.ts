// SASL for one connection: credentials in the library's shape, with its three defects handled. Holds secrets; says none.

import { type Connection, type SASLOptions, saslOAuthBearer, saslPlain, saslScramSha } from "@platformatic/kafka";

import type { Clock } from "../../runtime/clock.ts";
import type { ConnectionSecurity, SaslCredentials } from "../model/connection.ts";
import { TokenSource } from "../oauth/token-source.ts";

type Identity =
  | Exclude<SaslCredentials, { readonly mechanism: "OAUTHBEARER" }>
  | { readonly mechanism: "OAUTHBEARER"; readonly tokens: Pick<TokenSource, "token" | "forget"> };

/** What a connection is secured with; tokens come from a source that all connections of one admin share. */
export type LineSecurity =
  | Extract<ConnectionSecurity, { readonly protocol: "PLAINTEXT" | "SSL" }>
  | (Omit<Extract<ConnectionSecurity, { readonly protocol: "SASL_PLAINTEXT" }>, "sasl"> & { readonly sasl: Identity })
  | (Omit<Extract<ConnectionSecurity, { readonly protocol: "SASL_SSL" }>, "sasl"> & { readonly sasl: Identity });

export function lineSecurity(security: ConnectionSecurity, clock: Clock): LineSecurity {
  if (!("sasl" in security)) return security;
  const { sasl, ...rest } = security;
  if (sasl.mechanism !== "OAUTHBEARER") return { ...rest, sasl };
  return { ...rest, sasl: { mechanism: sasl.mechanism, tokens: new TokenSource(sasl.client, clock) } };
}

type Authenticator = Parameters<NonNullable<SASLOptions["authenticate"]>>;
type AuthenticationApi = Authenticator[2];
type Finish = Authenticator[6];

// The library parses a SCRAM server's messages inside a socket callback: what it throws there would end the process.
function guarded(authenticate: AuthenticationApi, finish: Finish): AuthenticationApi {
  const guard = (connection: Connection, bytes: Buffer, callback?: Finish): void => {
    authenticate(connection, bytes, (error, response) => {
      try {
        callback?.(error, response);
      } catch (thrown) {
        finish(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    });
  };
  return Object.assign(guard, { async: authenticate.async, key: authenticate.key, version: authenticate.version });
}

function start(credentials: Identity, connection: Connection, api: AuthenticationApi, done: Finish): void {
  switch (credentials.mechanism) {
    case "PLAIN":
      saslPlain.authenticate(api, connection, credentials.username, credentials.password, done);
      return;
    case "SCRAM-SHA-256":
    case "SCRAM-SHA-512": {
      const algorithm = credentials.mechanism === "SCRAM-SHA-256" ? "SHA-256" : "SHA-512";
      const { username, password } = credentials;
      saslScramSha.authenticate(api, connection, algorithm, username, password, saslScramSha.defaultCrypto, done);
      return;
    }
    case "OAUTHBEARER":
      saslOAuthBearer.authenticate(api, connection, () => credentials.tokens.token(), {}, done);
  }
}

/**
 * Options for one connection.
 *
 * Re-authentication on a live connection loses requests in the library, so the session's lifetime is told to
 * `onSession` (milliseconds; the caller retires the connection in time) and hidden from the library's own timer.
 */
export function saslOptions(credentials: Identity, onSession: (lifetimeMs: number) => void): SASLOptions {
  return {
    mechanism: credentials.mechanism,
    authenticate(_mechanism, connection, api, _username, _password, _token, callback) {
      let isFinished = false;
      const finish: Finish = (error, response) => {
        if (isFinished) return;
        isFinished = true;
        if (error || response === undefined) {
          if (credentials.mechanism === "OAUTHBEARER") credentials.tokens.forget();
          callback(error ?? new Error("The broker ended the authentication without an answer"));
          return;
        }
        onSession(Number(response.sessionLifetimeMs));
        callback(null, { ...response, sessionLifetimeMs: 0n });
      };
      start(credentials, connection, guarded(api, finish), finish);
    },
    // Without it a refused token reads as success, because the broker answers the refusal as data.
    ...(credentials.mechanism === "OAUTHBEARER" && { authBytesValidator: validateOnce }),
  };
}

// The library's validator calls back twice for a refused token, the second time with success.
const validateOnce: NonNullable<SASLOptions["authBytesValidator"]> = (bytes, callback) => {
  let isTold = false;
  saslOAuthBearer.jwtValidateAuthenticationBytes(bytes, (error, value) => {
    if (isTold) return;
    isTold = true;
    callback(error, value);
  });
};
