// Certificates for tests of TLS: an authority, and what it signs, without openssl. X.509 v3 in DER (RFC 5280), by hand.

import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";

export interface Certificate {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface Validity {
  /** Milliseconds since the epoch; default a day ago. */
  readonly fromMs?: number;
  /** Default in a day. */
  readonly toMs?: number;
}

export interface Issue extends Validity {
  /** Default: localhost, and the address 127.0.0.1. */
  readonly dnsNames?: readonly string[];
}

export interface Authority {
  readonly certPem: string;
  /** Good for server and client alike. */
  issue(commonName: string, issue?: Issue): Certificate;
}

const ECDSA_WITH_SHA256 = sequence(oid([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
const COMMON_NAME = oid([0x55, 0x04, 0x03]);
const BASIC_CONSTRAINTS = oid([0x55, 0x1d, 0x13]);
const SUBJECT_ALTERNATIVE_NAME = oid([0x55, 0x1d, 0x11]);
const DAY_MS = 86_400_000;

export function createAuthority(commonName: string, validity: Validity = {}): Authority {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const isAuthority = sequence(BASIC_CONSTRAINTS, boolean(true), octets(sequence(boolean(true))));
  const issuer = { commonName, key: keys.privateKey };
  const certPem = certificate(commonName, { publicKey: keys.publicKey, extension: isAuthority, validity }, issuer);
  return {
    certPem,
    issue(subject, { dnsNames, ...times } = {}) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const address = dnsNames === undefined ? [tagged(0x87, Buffer.from([127, 0, 0, 1]))] : [];
      const names = (dnsNames ?? ["localhost"]).map((name) => tagged(0x82, Buffer.from(name)));
      const extension = sequence(SUBJECT_ALTERNATIVE_NAME, octets(sequence(...names, ...address)));
      return {
        certPem: certificate(subject, { publicKey: own.publicKey, extension, validity: times }, issuer),
        keyPem: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      };
    },
  };
}

function certificate(
  subject: string,
  content: { readonly publicKey: KeyObject; readonly extension: Buffer; readonly validity: Validity },
  issuer: { readonly commonName: string; readonly key: KeyObject },
): string {
  const { publicKey, extension, validity } = content;
  const { fromMs = Date.now() - DAY_MS, toMs = Date.now() + DAY_MS } = validity;
  const signed = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name(issuer.commonName),
    sequence(time(fromMs), time(toMs)),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(extension)),
  );
  const signature = sign("sha256", signed, issuer.key);
  const der = sequence(signed, ECDSA_WITH_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function name(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(commonName)))));
}

function time(epochMs: number): Buffer {
  return tagged(0x18, Buffer.from(`${new Date(epochMs).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function oid(bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), content]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content]);
}
