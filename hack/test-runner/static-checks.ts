// Checks that read the sources without running them; each counts as one test.

import { execFile } from "node:child_process";

import type { FileResult } from "./worker-process.ts";

interface Check {
  readonly title: string;
  readonly args: readonly string[];
}

const CHECKS: readonly Check[] = [
  { title: "types", args: ["node_modules/.bin/tsc", "-p", "."] },
  { title: "lint", args: ["node_modules/.bin/oxlint"] },
  { title: "format", args: ["node_modules/.bin/oxfmt", "--check"] },
  { title: "generated files", args: ["hack/generate.ts", "--check"] },
];

/** Runs them one after the other, since each uses all cores. */
export async function runStaticChecks(onResult: (result: FileResult) => void): Promise<void> {
  for (const check of CHECKS) onResult(await run(check));
}

function run({ title, args }: Check): Promise<FileResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      const failures = error === null ? [] : [{ title, error: output === "" ? error.message : output }];
      const durationMs = performance.now() - startedAt;
      resolve({ file: title, passed: error === null ? 1 : 0, failures, durationMs, output: "" });
    });
  });
}
