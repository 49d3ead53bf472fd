// A program that runs as in a pod: with a binding Secret mounted as files, and nothing else that it could know Kafka by.
// Tests and the demo start the programs of docs/programs with it.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ControlledProcess } from "./controlled-process.ts";
import type { Sandbox } from "./sandbox.ts";

const PROGRAMS = join(import.meta.dirname, "..", "..", "docs", "programs");
/** As the kubelet names the folder of a binding below $SERVICE_BINDING_ROOT. */
const BINDING = "kafka";
const READY_TIMEOUT_MS = 60_000;

/** Writes what the kubelet would mount; returns the value of SERVICE_BINDING_ROOT. `data`: base64, as in the Secret. */
export async function mountBinding(
  sandbox: Sandbox,
  data: Readonly<Record<string, string>>,
  pod = "pod",
): Promise<string> {
  const root = join(sandbox.folder, `${pod}-bindings`);
  await mkdir(join(root, BINDING), { recursive: true });
  const files = Object.entries(data).map(([key, value]) =>
    writeFile(join(root, BINDING, key), Buffer.from(value, "base64")),
  );
  await Promise.all(files);
  return root;
}

/** Puts credentials beside a binding, as the workload itself mounts them. */
export async function mountCredentials(
  bindingRoot: string,
  credentials: Readonly<Record<"username" | "password", string>>,
): Promise<void> {
  const folder = join(bindingRoot, "credentials");
  await mkdir(folder);
  await Promise.all(Object.entries(credentials).map(([key, value]) => writeFile(join(folder, key), value)));
}

/** Path at which a key of a mounted binding lies. */
export function mountedKey(bindingRoot: string, key: string): string {
  return join(bindingRoot, BINDING, key);
}

/** `program`: a file of docs/programs; not yet started, and ready when it says what it reads or writes. */
export function programOn(
  sandbox: Sandbox,
  bindingRoot: string,
  program: "consumer" | "producer",
  env: Readonly<Record<string, string>> = {},
): ControlledProcess {
  return sandbox.process({
    name: program,
    command: process.execPath,
    args: [join(PROGRAMS, `${program}.mjs`)],
    env: { SERVICE_BINDING_ROOT: bindingRoot, BINDING, ...env },
    isReady: (log) => /^(Reads|Writes) /m.test(log),
    readyTimeoutMs: READY_TIMEOUT_MS,
  });
}
