// The operator of null-operator.ts as a process: bundled as it would ship, started, asked for its costs, killed.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { build } from "esbuild";

import type { CostReport } from "./null-operator.ts";

interface Message {
  readonly kind: "loaded" | "synced" | "report";
  readonly costs: CostReport;
}

/** A program as it ships: of libraries only what is used. Returns its path; `source` is a module or its text. */
export async function bundle(
  folder: string,
  name: string,
  source: { path: string } | { text: string },
): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  const input =
    "path" in source
      ? { entryPoints: [join(import.meta.dirname, source.path)] }
      : { stdin: { contents: source.text, resolveDir: import.meta.dirname } };
  await build({
    ...input,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    outfile,
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  return outfile;
}

export class NullOperator {
  readonly #child: ChildProcess;

  constructor(program: string, kubeconfig: string, namespace: string) {
    this.#child = fork(program, [kubeconfig, namespace], { stdio: "inherit" });
  }

  /** What it had cost when it was loaded, and when its store was filled. */
  async ready(): Promise<{ readonly loaded: CostReport; readonly synced: CostReport }> {
    const loaded = await this.#message("loaded");
    return { loaded, synced: await this.#message("synced") };
  }

  async report(): Promise<CostReport> {
    this.#child.send("report");
    return await this.#message("report");
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #message(kind: Message["kind"]): Promise<CostReport> {
    for (;;) {
      const [message] = (await once(this.#child, "message")) as [Message];
      if (message.kind === kind) return message.costs;
    }
  }
}
