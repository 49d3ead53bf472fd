// The chart's NetworkPolicy: what it lets in and out, by default and as docs/install.md shows it, as a real API server takes it.

import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";

import { findKubectl } from "../../../hack/toolchain/kubectl.mjs";
import type { Manifest } from "../../environment/apply-manifests.ts";
import type { ControlPlane } from "../../environment/control-plane.ts";
import { environment } from "../../environment/environment.ts";
import { Helm, run } from "../../environment/helm.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

interface Shown {
  readonly networkPolicy: { readonly from: readonly object[]; readonly egress: readonly object[] };
}

describe("The NetworkPolicy of the chart", () => {
  let controlPlane: ControlPlane;
  let helm: Helm;
  let shown: Shown;

  before(async function () {
    this.timeout(60_000);
    controlPlane = await environment().controlPlane();
    helm = await Helm.open();
    const page = await readFile(join(ROOT, "docs", "install.md"), "utf8");
    shown = parse(/^```yaml\n(networkPolicy:\n.*?)^```$/ms.exec(page)?.[1] ?? "") as Shown;
  });
  after(() => helm[Symbol.asyncDispose]());

  const policy = async (values: object): Promise<Manifest> => {
    const found = (await helm.render(values)).filter(({ kind }) => kind === "NetworkPolicy");
    expect(found).to.have.length(1);
    return found[0] as Manifest;
  };
  const podLabels = async (): Promise<object> => {
    const deployment = (await helm.render()).find(({ kind }) => kind === "Deployment");
    return (deployment as unknown as { spec: { template: { metadata: { labels: object } } } }).spec.template.metadata
      .labels;
  };

  it("lets anybody come to the metrics port, and the operator go anywhere", async () => {
    const { spec } = (await policy({})) as Manifest & {
      readonly spec: { readonly podSelector: { matchLabels: object } };
    };
    expect(await podLabels(), "it is for the operator's pods").to.include(spec.podSelector.matchLabels);
    expect(spec).to.deep.include({
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: "metrics" }] }],
    });
  });

  it("lets nobody in where there is no metrics server", async () => {
    const { spec } = (await policy({ settings: { metricsAddress: "0" } })) as Manifest & { readonly spec: object };
    expect(spec)
      .to.deep.include({ policyTypes: ["Ingress"] })
      .and.not.have.property("ingress");
  });

  it("closes both ways as docs/install.md shows it, and the API server takes it strictly", async () => {
    const closed = await policy(shown);
    const { from, egress } = shown.networkPolicy;
    expect(egress).to.have.length(4);
    expect(closed["spec"]).to.deep.include({
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: [{ protocol: "TCP", port: "metrics" }], from }],
      egress,
    });
    const file = join(dirname(controlPlane.adminKubeconfig), "network-policy.json");
    await writeFile(file, JSON.stringify({ ...closed, metadata: { ...closed.metadata, namespace: "default" } }));
    const args = ["create", "--dry-run=server", "--validate=strict", "-f", file];
    const env = { KUBECONFIG: controlPlane.adminKubeconfig };
    const { code, stderr } = await run((await findKubectl()) ?? "", args, env);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
  });
}).timeout(60_000);
