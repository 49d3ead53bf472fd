import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { findKubectl } from "../../../../hack/toolchain/kubectl.mjs";

describe("findKubectl()", () => {
  const { PATH, KUBEBUILDER_ASSETS, XDG_CACHE_HOME } = process.env;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubectl-"));
    // Nothing else on PATH, and no binary of the toolchain's own.
    Object.assign(process.env, { PATH: folder, KUBEBUILDER_ASSETS: "", XDG_CACHE_HOME: folder });
  });
  afterEach(async () => {
    for (const [name, value] of Object.entries({ PATH, KUBEBUILDER_ASSETS, XDG_CACHE_HOME })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(folder, { recursive: true });
  });

  async function install(name: string, printed: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\necho '${printed}'\n`, { mode: 0o755 });
  }

  for (const minor of ["34", "35", "36", "35+"]) {
    it(`takes the one on PATH when its minor version is ${minor}, at most one off`, async () => {
      await install("kubectl", versioned("1", minor));
      expect(await findKubectl()).to.equal("kubectl");
    });
  }

  for (const [what, printed] of [
    ["an old one", versioned("1", "32")],
    ["one too new", versioned("1", "37")],
    ["a dispatcher that prints something else", "Client Version: v1.35.0-dispatcher"],
  ] as const) {
    it(`passes over ${what}`, async () => {
      await install("kubectl", printed);
      expect(await findKubectl()).to.equal(undefined);
    });
  }

  it("takes the toolchain's own when there is none on PATH", async () => {
    expect(await findKubectl()).to.equal(undefined);
    await install("kubectl", versioned("1", "32"));
    process.env["KUBEBUILDER_ASSETS"] = folder;
    expect(await findKubectl()).to.equal(join(folder, "kubectl"));
  });
});

/** What `kubectl version --client --output=json` prints. */
function versioned(major: string, minor: string): string {
  return JSON.stringify({ clientVersion: { major, minor } });
}
