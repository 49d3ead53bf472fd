// PEM as it comes from a Secret: what it holds, or what is wrong with it, in words for people. Pure; says no key.

import { createPrivateKey, X509Certificate } from "node:crypto";

import type { ConnectionSettings } from "../../kafka/model/connection.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export type Certificates =
  | { readonly kind: "certificates"; readonly all: readonly X509Certificate[] }
  | { readonly kind: "invalid"; readonly why: string };

/** All certificates of a PEM text, in their order; text between them is ignored, as OpenSSL does. */
export function readCertificates(pem: string): Certificates {
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return { kind: "invalid", why: "holds no PEM certificate (-----BEGIN CERTIFICATE-----)" };
  try {
    return { kind: "certificates", all: blocks.map((block) => new X509Certificate(block)) };
  } catch {
    return { kind: "invalid", why: "holds a PEM certificate that cannot be read" };
  }
}

/** Why the key is not the certificate's; undefined when it is. */
export function keyProblem(pem: string, certificate: X509Certificate): string | undefined {
  if (!/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/.test(pem)) {
    return "holds no PEM private key (-----BEGIN PRIVATE KEY-----)";
  }
  if (/ENCRYPTED/.test(pem)) return "holds a private key that is encrypted; store it without a passphrase";
  try {
    const key = createPrivateKey(pem);
    return certificate.checkPrivateKey(key) ? undefined : "holds a private key of another certificate";
  } catch {
    return "holds a PEM private key that cannot be read";
  }
}

/** Why the certificate is not valid now; undefined when it is. */
export function validityProblem(certificate: X509Certificate, nowMs: number): string | undefined {
  const { validFromDate, validToDate } = certificate;
  if (nowMs > validToDate.getTime()) return `expired on ${timeText(validToDate)}`;
  return nowMs < validFromDate.getTime() ? `is not valid before ${timeText(validFromDate)}` : undefined;
}

/** When what a connection is secured with ends, milliseconds since the epoch. */
export interface CertificateEnds {
  /** Of the CA that is valid longest: until then at least one is trusted. */
  readonly ca?: number | undefined;
  readonly client?: number | undefined;
}

export function certificateEnds({ security }: ConnectionSettings): CertificateEnds {
  if (!("tls" in security)) return {};
  const { certificateAuthorities = [], clientCertificate } = security.tls;
  const authorities = certificateAuthorities.flatMap(endsOf);
  const [client] = clientCertificate === undefined ? [] : endsOf(clientCertificate.certificate);
  return { ...(authorities.length > 0 && { ca: Math.max(...authorities) }), ...(client !== undefined && { client }) };
}

function endsOf(pem: string): number[] {
  const found = readCertificates(pem);
  return found.kind === "invalid" ? [] : found.all.map(({ validToDate }) => validToDate.getTime());
}

function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
