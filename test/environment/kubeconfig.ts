// Writes kubeconfig files that read their token from a file beside them, as a mounted ServiceAccount does.

import { rename, writeFile } from "node:fs/promises";

/** Where the kubeconfig at `path` finds its token; see `writeToken`. */
export function tokenFileOf(path: string): string {
  return `${path}.token`;
}

/** Replaces the token of a kubeconfig in one step, as the kubelet rotates a mounted one. */
export async function writeToken(kubeconfig: string, token: string): Promise<void> {
  const file = tokenFileOf(kubeconfig);
  await writeFile(`${file}.new`, token, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function writeKubeconfig(
  path: string,
  server: { readonly url: string; readonly caPem: string },
  user: { readonly name: string; readonly token: string; readonly namespace?: string },
): Promise<void> {
  const certificateAuthority = Buffer.from(server.caPem).toString("base64");
  // JSON is YAML.
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: server.url, "certificate-authority-data": certificateAuthority } }],
    users: [{ name: user.name, user: { tokenFile: tokenFileOf(path) } }],
    contexts: [{ name: "test", context: { cluster: "test", user: user.name, namespace: user.namespace ?? "default" } }],
    "current-context": "test",
  };
  await writeToken(path, user.token);
  await writeFile(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
