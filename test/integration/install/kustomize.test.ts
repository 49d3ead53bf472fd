// The kustomizations of config/, as kubectl builds them and a real API server judges them. Nothing is installed.

import { join } from "node:path";

import { expect } from "chai";
import { before, describe, it } from "mocha";

import { findKubectl } from "../../../hack/toolchain/kubectl.mjs";
import type { ControlPlane } from "../../environment/control-plane.ts";
import { environment } from "../../environment/environment.ts";
import { run } from "../../environment/helm.ts";

const CONFIG = join(import.meta.dirname, "..", "..", "..", "config");

describe("The kustomization of config/", () => {
  let controlPlane: ControlPlane;

  before(async function () {
    this.timeout(60_000);
    controlPlane = await environment().controlPlane();
    // A dry run knows neither the namespaces nor the kinds that it would have made.
    await controlPlane.applyManifests([join(CONFIG, "..", "crds"), join(CONFIG, "rbac")]);
  });

  for (const folder of ["crd", "rbac", "manager", "flowcontrol", "default", "admission"]) {
    it(`${folder} is taken as it is, strictly validated and without a warning`, async () => {
      const kubectl = (await findKubectl()) ?? "";
      const args = ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict"];
      const env = { KUBECONFIG: controlPlane.adminKubeconfig };
      const { code, stdout, stderr } = await run(kubectl, [...args, "-k", join(CONFIG, folder)], env);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(stdout).to.not.equal("");
    });
  }
}).timeout(60_000);
