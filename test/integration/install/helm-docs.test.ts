// docs/install.md as its reader would follow it: every `sh` block, in order, on a real API server.

import { readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { findControlPlaneBinary } from "../../../hack/toolchain/control-plane.mjs";
import { findKubectl } from "../../../hack/toolchain/kubectl.mjs";
import { startControlPlane, type ControlPlane } from "../../environment/control-plane.ts";
import { Helm, run } from "../../environment/helm.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

describe("docs/install.md", () => {
  let controlPlane: ControlPlane;
  let helm: Helm;

  before(async function () {
    this.timeout(60_000);
    controlPlane = await startControlPlane();
    helm = await Helm.open(controlPlane.adminKubeconfig);
  });
  after(async () => {
    await helm[Symbol.asyncDispose]();
    await controlPlane.stop();
  });

  it("does what it says, block by block", async () => {
    const page = await readFile(join(ROOT, "docs", "install.md"), "utf8");
    const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = ""]) => text);
    expect(blocks).to.have.length.above(5);
    const folder = dirname(controlPlane.adminKubeconfig);
    const kubectl = findControlPlaneBinary("kubectl") ?? (await findKubectl()) ?? "";
    if (kubectl.includes("/")) await symlink(kubectl, join(folder, "kubectl"));
    await symlink(helm.binary, join(folder, "helm"));
    const env = { ...helm.env, PATH: `${folder}:${process.env["PATH"]}` };
    for (const block of blocks) {
      const { code, stderr } = await run("sh", ["-e", "-c", `cd "${ROOT}"\n${block}`], env);
      expect(code, `${block}\n${stderr}`).to.equal(0);
      expect(stderr, block).to.not.match(/warning/i);
    }
  });
}).timeout(120_000);
