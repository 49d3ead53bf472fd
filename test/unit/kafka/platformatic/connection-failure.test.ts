// How the failures of connections are named, from errors as Node, OpenSSL and the library throw them.

import { AuthenticationError, NetworkError, ProtocolError, UserError } from "@platformatic/kafka";
import { expect } from "chai";
import { describe, it } from "mocha";

import type { FailureKind } from "../../../../src/kafka/model/failure.ts";
import { type ConnectionAttempt, connectionFailure } from "../../../../src/kafka/platformatic/connection-failure.ts";

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const plain: ConnectionAttempt = {
  address: { host: "kafka", port: 9092 },
  stage: "connecting",
  hasSasl: false,
};
const closed = new NetworkError("Connection closed");

const cases: readonly {
  readonly why: string;
  readonly error: unknown;
  readonly attempt?: Partial<ConnectionAttempt>;
  readonly kind: FailureKind;
  readonly name: string;
  readonly message: string;
}[] = [
  {
    why: "the operating system's code counts, without our own address",
    error: new NetworkError("failed", {
      cause: coded("ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:9092 - Local (10.0.0.9:55555)"),
    }),
    kind: "unreachable",
    name: "ECONNREFUSED",
    message: "No connection to the broker at kafka:9092: connect ECONNREFUSED 10.0.0.1:9092",
  },
  {
    why: "an address with several records fails with several errors and no text of its own",
    error: Object.assign(new AggregateError([coded("ECONNREFUSED", "connect ECONNREFUSED ::1:9092")], ""), {
      code: "ECONNREFUSED",
    }),
    kind: "unreachable",
    name: "ECONNREFUSED",
    message: "No connection to the broker at kafka:9092: connect ECONNREFUSED ::1:9092",
  },
  {
    why: "a name that does not resolve is named",
    error: coded("ENOTFOUND", "getaddrinfo ENOTFOUND kafka"),
    kind: "unreachable",
    name: "ENOTFOUND",
    message: "No connection to the broker at kafka:9092: getaddrinfo ENOTFOUND kafka",
  },
  {
    why: "an alert about our certificate is told in words; OpenSSL's text changes with every thread and build",
    error: new NetworkError("Connection error", {
      cause: coded(
        "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE",
        "40CD8841317F0000:error:0A000412:SSL routines:ssl3_read_bytes:ssl/tls alert bad certificate:../x.c:918:SSL alert number 42\n",
      ),
    }),
    attempt: { tls: { expectedName: "kafka", hasClientCertificate: true } },
    kind: "tls",
    name: "CLIENT_CERTIFICATE_REFUSED",
    message: "The broker at kafka:9092 refuses the client certificate",
  },
  {
    why: "a certificate for another name is told, also where it is not at hand",
    error: coded("ERR_TLS_CERT_ALTNAME_INVALID", "Host: kafka. is not in the cert's altnames: IP Address:10.0.0.1"),
    attempt: { tls: { expectedName: "kafka", hasClientCertificate: false } },
    kind: "tls",
    name: "CERTIFICATE_NAME_MISMATCH",
    message: 'The certificate of the broker at kafka:9092 is not for "kafka"',
  },
  {
    why: "a listener that wants TLS is recognised by its answer",
    error: new UserError("Broker requires TLS."),
    kind: "tls",
    name: "TLS_REQUIRED",
    message: "The broker at kafka:9092 wants TLS, and was spoken to in clear text",
  },
  {
    why: "a TLS listener hangs up on SASL in the clear",
    error: new AuthenticationError("Cannot find a suitable SASL mechanism.", { cause: closed }),
    attempt: { hasSasl: true },
    kind: "tls",
    name: "TLS_REQUIRED",
    message: "The broker at kafka:9092 closed the connection before SASL; its listener probably uses TLS",
  },
  {
    why: "a SASL listener hangs up on the first request without SASL",
    error: closed,
    attempt: { stage: "greeting" },
    kind: "authentication",
    name: "SASL_REQUIRED",
    message: "The broker at kafka:9092 closed the connection at the first request; its listener probably uses SASL",
  },
  {
    why: "the broker's own words about credentials count most",
    error: new AuthenticationError("SASL authentication failed.", {
      cause: new ProtocolError(58, "Authentication failed: Invalid username or password"),
    }),
    attempt: { hasSasl: true },
    kind: "authentication",
    name: "SASL_AUTHENTICATION_FAILED",
    message: "No connection to the broker at kafka:9092: Authentication failed: Invalid username or password",
  },
  {
    why: "a mechanism that is not enabled has its own name",
    error: new AuthenticationError("Cannot find a suitable SASL mechanism.", { cause: new ProtocolError(33) }),
    attempt: { hasSasl: true },
    kind: "authentication",
    name: "UNSUPPORTED_SASL_MECHANISM",
    message: "No connection to the broker at kafka:9092: The broker does not support the requested SASL mechanism",
  },
  {
    why: "SASL to a listener without it says so",
    error: new AuthenticationError("Cannot find a suitable SASL mechanism.", { cause: new ProtocolError(34) }),
    attempt: { hasSasl: true },
    kind: "authentication",
    name: "ILLEGAL_SASL_STATE",
    message: "The listener of the broker at kafka:9092 does not use SASL",
  },
  {
    why: "a connection that worked has ended, not failed",
    error: closed,
    attempt: { stage: "open" },
    kind: "unreachable",
    name: "CONNECTION_CLOSED",
    message: "The connection to the broker at kafka:9092 ended: Connection closed",
  },
  {
    why: "whatever is thrown is told",
    error: "nothing",
    kind: "unreachable",
    name: "CONNECTION_CLOSED",
    message: "No connection to the broker at kafka:9092: no cause was given",
  },
];

describe("The failure of a connection", () => {
  for (const { why, error, attempt = {}, ...expected } of cases) {
    it(`is ${expected.kind} ${expected.name}: ${why}`, () => {
      expect(connectionFailure(error, { ...plain, ...attempt })).to.include(expected);
    });
  }

  it("ends with errors that are their own cause", () => {
    const error = new Error("loop");
    error.cause = error;
    expect(connectionFailure(error, plain).message).to.include("loop");
  });
});
