// Says what is wrong between a broker's TLS and ours, from the code of the failure and the certificate that was shown.
// Names certificates by what is public in them.

import type { X509Certificate } from "node:crypto";

import type { KafkaFailure } from "../model/failure.ts";
import { isUntrusted } from "../model/tls-code.ts";

export interface TlsAttempt {
  /** The broker's address, for people. */
  readonly broker: string;
  /** The name that the broker's certificate must have. */
  readonly expectedName: string;
  readonly hasClientCertificate: boolean;
  /** What the broker has shown, if the handshake came so far. */
  readonly certificate?: X509Certificate | undefined;
}

interface TlsCause {
  readonly code?: string | undefined;
  readonly message: string;
}

const MOST_NAMES = 10;

/** Undefined for a failure that is told best by its own text. */
export function tlsFailure(causes: readonly TlsCause[], attempt: TlsAttempt): KafkaFailure | undefined {
  const { broker, certificate } = attempt;
  const has = (holds: (cause: TlsCause) => boolean): boolean => causes.some(holds);
  if (has(({ code }) => isUntrusted(code))) {
    const issuer = certificate === undefined ? "" : ` of issuer "${oneLine(certificate.issuer)}"`;
    return failure(
      "CERTIFICATE_UNTRUSTED",
      `The broker at ${broker} shows a certificate${issuer} that no trusted CA has signed`,
    );
  }
  if (has(({ code }) => code === "CERT_HAS_EXPIRED")) return failure("CERTIFICATE_EXPIRED", expiry(attempt));
  if (has(({ code }) => code === "CERT_NOT_YET_VALID")) {
    const since = certificate === undefined ? "" : ` before ${timeText(certificate.validFromDate)}`;
    return failure("CERTIFICATE_NOT_YET_VALID", `The certificate of the broker at ${broker} is not valid${since}`);
  }
  if (has(({ code }) => code === "ERR_TLS_CERT_ALTNAME_INVALID")) {
    return failure("CERTIFICATE_NAME_MISMATCH", mismatch(attempt));
  }
  if (
    has(({ message }) =>
      /alert (?:bad certificate|certificate|unknown ca|handshake failure|unsupported certificate)/.test(message),
    )
  ) {
    return refusedCertificate(attempt);
  }
  if (has(({ message }) => message.includes("Broker requires TLS"))) {
    return failure("TLS_REQUIRED", `The broker at ${broker} wants TLS, and was spoken to in clear text`);
  }
  if (
    has(({ message }) =>
      /before secure TLS connection was established|wrong version number|packet length too long/.test(message),
    )
  ) {
    return failure(
      "TLS_NOT_SPOKEN",
      `The broker at ${broker} does not answer in TLS; its listener probably speaks clear text`,
    );
  }
  return undefined;
}

function failure(name: string, message: string): KafkaFailure {
  return { kind: "tls", name, message };
}

function expiry({ broker, certificate }: TlsAttempt): string {
  if (certificate === undefined || certificate.validToDate.getTime() > Date.now()) {
    return `A CA certificate above the one of the broker at ${broker} has expired`;
  }
  return `The certificate of the broker at ${broker} expired on ${timeText(certificate.validToDate)}`;
}

function mismatch({ broker, certificate, expectedName }: TlsAttempt): string {
  const start = `The certificate of the broker at ${broker} is not for "${expectedName}"`;
  const names = (certificate?.subjectAltName ?? "").split(", ").map((name) => name.replace(/^(?:DNS|IP Address):/, ""));
  const shown = names.filter((name) => name !== "").map((name) => `"${name}"`);
  if (shown.length === 0) return certificate === undefined ? start : `${start}; it names no host at all`;
  return `${start}, but for ${shown.slice(0, MOST_NAMES).join(", ")}${shown.length > MOST_NAMES ? ", …" : ""}`;
}

function refusedCertificate({ broker, hasClientCertificate }: TlsAttempt): KafkaFailure {
  return hasClientCertificate
    ? failure("CLIENT_CERTIFICATE_REFUSED", `The broker at ${broker} refuses the client certificate`)
    : failure("CLIENT_CERTIFICATE_REQUIRED", `The broker at ${broker} wants a client certificate, and there is none`);
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ", ").slice(0, 200);
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
