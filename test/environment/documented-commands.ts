// Commands of a documentation page, as a reader would run them: each block in a shell of its own, with the toolchain's
// kubectl and an administrator's kubeconfig.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { controlPlaneBinary } from "./assets.ts";

const DOCS = join(import.meta.dirname, "../../docs");

/** Blocks of the page that are marked as shell, in order. */
export function shellBlocks(page: string): string[] {
  const text = readFileSync(join(DOCS, page), "utf8");
  return Array.from(text.matchAll(/```sh\n(.*?)```/gs), ([, block = ""]) => block.trim());
}

/** What the block writes to its standard output. Rejects at the first command that fails, with what it said. */
export async function runShell(block: string, kubeconfig: string): Promise<string> {
  const kubectl = await controlPlaneBinary("kubectl");
  // kubectl keeps a cache in its home.
  const env = { PATH: `${dirname(kubectl)}:${process.env["PATH"]}`, KUBECONFIG: kubeconfig, HOME: dirname(kubeconfig) };
  const { stdout } = await promisify(execFile)("sh", ["-e", "-c", block], { env });
  return stdout;
}
