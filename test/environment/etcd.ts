// One etcd member for one API server.

import { join } from "node:path";

import { request } from "undici";

import { controlPlaneBinary } from "./assets.ts";
import type { ControlledProcess } from "./controlled-process.ts";
import type { Sandbox } from "./sandbox.ts";

const NAME = "etcd";

/** Not started yet. Its data is not synced to disk: it survives a killed process, not a power failure. */
export async function etcdProcess(
  sandbox: Sandbox,
  ports: { readonly client: number; readonly peer: number },
): Promise<ControlledProcess> {
  const client = etcdUrl(ports.client);
  const peer = `http://127.0.0.1:${ports.peer}`;
  return sandbox.process({
    name: NAME,
    command: await controlPlaneBinary("etcd"),
    args: [
      `--name=${NAME}`,
      `--data-dir=${join(sandbox.folder, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      // Only because the default peer port is fixed.
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${NAME}=${peer}`,
      "--unsafe-no-fsync",
      `--quota-backend-bytes=${8 * 1024 ** 3}`,
      "--log-level=info",
    ],
    // Its own word: another etcd may answer on the port.
    isReady: (log) => log.includes("ready to serve client requests"),
    readyTimeoutMs: 30_000,
  });
}

export function etcdUrl(clientPort: number): string {
  return `http://127.0.0.1:${clientPort}`;
}

/** Forgets every revision but the newest: a read or watch at an older one fails with "410 Gone" from then on. */
export async function compact(clientUrl: string): Promise<void> {
  // Any read tells the newest revision; the key need not exist.
  const { header } = await call<{ header: { revision: string } }>(clientUrl, "/v3/kv/range", { key: "AA==" });
  await call(clientUrl, "/v3/kv/compaction", { revision: header.revision, physical: true });
}

/** One call of etcd's JSON gateway. */
async function call<T>(clientUrl: string, path: string, message: unknown): Promise<T> {
  const response = await request(`${clientUrl}${path}`, { method: "POST", body: JSON.stringify(message), reset: true });
  const text = await response.body.text();
  if (response.statusCode !== 200) throw new Error(`etcd refused ${path}: ${response.statusCode} ${text}`);
  return JSON.parse(text) as T;
}
