// The API servers beside the one that everything runs on: the next minor version, and one that cannot stream lists
// (WatchList). Each runs whole test files again, in a process of their own.

import { execFile } from "node:child_process";
import { join } from "node:path";

import { expect } from "chai";
import { describe, it } from "mocha";

import { nextKubernetesAssets } from "../../hack/toolchain/kubernetes-1.36.mjs";
import { Progress } from "../../hack/toolchain/progress.mjs";

const ROOT = join(import.meta.dirname, "../..");
/** What every kind does, on the runtime. */
const FILES = [
  "test/integration/api-crds.test.ts",
  "test/integration/api-samples.test.ts",
  "test/integration/runtime-objects.test.ts",
  "test/integration/convergence.test.ts",
  "test/integration/claims-and-adoption.test.ts",
  "test/integration/deletion.test.ts",
  "test/integration/drift.test.ts",
  "test/integration/event-bus.test.ts",
  "test/integration/retention-policy.test.ts",
  "test/integration/consumer-group.test.ts",
];
/** These want lists to be streamed, which the one server does not do. */
const STREAMING = ["test/contract/kubernetes-resources.real.test.ts", "test/integration/runtime-convergence.test.ts"];
/** Building the server takes minutes where the cache does not hold it. */
const LIMIT_MS = 40 * 60_000;

/** The last line of a run: how many passed and failed. */
async function verdictOf(files: readonly string[], environment: Readonly<Record<string, string>>): Promise<string> {
  const env = { ...process.env, ...environment };
  const output = await new Promise<string>((resolve) => {
    const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 ** 2 };
    execFile(
      process.execPath,
      [join(ROOT, "hack/test-runner/main.ts"), ...files],
      options,
      (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      },
    );
  });
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  return last.endsWith(" 0 failed") ? last : output;
}

describe("API servers beside the pinned one", function () {
  this.timeout(LIMIT_MS);

  it("of the next minor version serve the operator as well", async () => {
    const KUBEBUILDER_ASSETS = await nextKubernetesAssets(new Progress());
    expect(await verdictOf([...FILES, ...STREAMING], { KUBEBUILDER_ASSETS })).to.match(/^\d{2,} passed, 0 failed$/);
  });

  it("that cannot stream lists serve the operator as well", async () => {
    const KUBE_APISERVER_FLAGS = "--feature-gates=WatchList=false";
    expect(await verdictOf(FILES, { KUBE_APISERVER_FLAGS })).to.match(/^\d{2,} passed, 0 failed$/);
  });
});
