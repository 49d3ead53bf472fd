// A kube-apiserver with RBAC, its key material, and the admin's token. Loopback only.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { controlPlaneBinary } from "./assets.ts";
import { AUDIT_POLICY } from "./audit-log.ts";
import type { ControlledProcess } from "./controlled-process.ts";
import { knownSecrets } from "./known-secrets.ts";
import type { Sandbox } from "./sandbox.ts";

export interface ApiServerFiles {
  /** Signs ServiceAccount tokens. */
  readonly signingKey: string;
  readonly publicKey: string;
  readonly tokens: string;
  readonly auditPolicy: string;
  readonly auditLog: string;
  /** Appears when the server starts; leaf and CA in one file, so it serves as certificate authority. */
  readonly certificate: string;
}

/** Writes what the server reads; returns the token of `admin`, a member of `system:masters`. */
export async function writeApiServerFiles(
  folder: string,
): Promise<{ readonly files: ApiServerFiles; readonly adminToken: string }> {
  const files: ApiServerFiles = {
    signingKey: join(folder, "service-account.key"),
    publicKey: join(folder, "service-account.pub"),
    tokens: join(folder, "tokens.csv"),
    auditPolicy: join(folder, "audit-policy.json"),
    auditLog: join(folder, "audit.log"),
    certificate: join(folder, "tls", "apiserver.crt"),
  };
  const adminToken = knownSecrets.add("token of the admin", randomBytes(24).toString("base64url"));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await Promise.all([
    writeFile(files.signingKey, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 }),
    writeFile(files.publicKey, publicKey.export({ type: "spki", format: "pem" })),
    writeFile(files.tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 }),
    writeFile(files.auditPolicy, JSON.stringify(AUDIT_POLICY)),
  ]);
  return { files, adminToken };
}

/** Not started yet. */
export async function apiServerProcess(
  sandbox: Sandbox,
  options: {
    readonly files: ApiServerFiles;
    readonly port: number;
    readonly etcdUrl: string;
    readonly audit: boolean;
    readonly isReady: () => Promise<boolean>;
  },
): Promise<ControlledProcess> {
  const { files } = options;
  return sandbox.process({
    name: "kube-apiserver",
    command: await controlPlaneBinary("kube-apiserver"),
    args: [
      `--etcd-servers=${options.etcdUrl}`,
      `--secure-port=${options.port}`,
      "--bind-address=127.0.0.1",
      // Without it the server wants a default route, which a sandboxed machine may not have.
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      `--cert-dir=${join(sandbox.folder, "tls")}`,
      // The default is AlwaysAllow.
      "--authorization-mode=RBAC",
      `--token-auth-file=${files.tokens}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${files.publicKey}`,
      `--service-account-signing-key-file=${files.signingKey}`,
      ...extraFlags(),
      ...(options.audit ? [`--audit-policy-file=${files.auditPolicy}`, `--audit-log-path=${files.auditLog}`] : []),
    ],
    isReady: options.isReady,
    readyTimeoutMs: 60_000,
  });
}

/** Of KUBE_APISERVER_FLAGS, separated by spaces: for tests that try whole files on another server. */
function extraFlags(): string[] {
  return (process.env["KUBE_APISERVER_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
}
