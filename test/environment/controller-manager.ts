// The few controllers of kube-controller-manager without which garbage collection, namespace deletion and
// ServiceAccounts do not behave as in a cluster.

import { join } from "node:path";

import { controlPlaneBinary } from "./assets.ts";
import type { ControlledProcess } from "./controlled-process.ts";
import type { Sandbox } from "./sandbox.ts";

const CONTROLLERS = [
  "namespace-controller",
  "garbage-collector-controller",
  "serviceaccount-controller",
  "root-ca-certificate-publisher-controller",
  "clusterrole-aggregation-controller",
  "validatingadmissionpolicy-status-controller",
];

/** Not started yet. Its garbage collector learns of a new kind only every 30 s: apply CRDs before starting it. */
export async function controllerManagerProcess(
  sandbox: Sandbox,
  options: {
    readonly kubeconfig: string;
    readonly signingKey: string;
    readonly certificate: string;
    readonly isReady: () => Promise<boolean>;
  },
): Promise<ControlledProcess> {
  return sandbox.process({
    name: "kube-controller-manager",
    command: await controlPlaneBinary("kube-controller-manager"),
    args: [
      `--kubeconfig=${options.kubeconfig}`,
      `--controllers=${CONTROLLERS.join(",")}`,
      `--service-account-private-key-file=${options.signingKey}`,
      `--root-ca-file=${options.certificate}`,
      `--cert-dir=${join(sandbox.folder, "controller-manager-tls")}`,
      "--leader-elect=false",
      "--secure-port=0",
      // The default of 20 requests a second makes collecting many children crawl.
      "--kube-api-qps=500",
      "--kube-api-burst=1000",
    ],
    isReady: options.isReady,
    readyTimeoutMs: 60_000,
  });
}
