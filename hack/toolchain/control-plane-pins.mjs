// What the control plane is made of, pinned. The versions of the build stand in control-plane/go.mod, its sums in go.sum.

import { fileURLToPath } from "node:url";

/** @import { GoBinary, GoModule } from "./go-build.mjs" */

/** Version stamped into the built binaries; that of k8s.io/kubernetes in control-plane/go.mod. */
export const KUBERNETES_VERSION = "1.35.4";
const HELM_VERSION = "3.20.2";

/** @typedef {"etcd" | "kube-apiserver" | "kube-controller-manager" | "kubectl" | "helm"} ControlPlaneBinary */

/**
 * The envtest archives of kubernetes-sigs/controller-tools: etcd, kube-apiserver and kubectl. 1.35.0 is the newest 1.35
 * there (envtest-releases.yaml at commit 4347581, July 2026, from which the sums are); the build has 1.35.4.
 */
export const ENVTEST = {
  version: "1.35.0",
  binaries: /** @type {readonly ControlPlaneBinary[]} */ (["etcd", "kube-apiserver", "kubectl"]),
  /** SHA-512 by `<platform>-<architecture>` of Go. @type {Readonly<Record<string, string>>} */
  sums: {
    "darwin-amd64":
      "fccc583ba6d322c88a8c56f7876090a7ad63460046a4bcae414093b23ce68a75f172ca7484b7c7475b707657eca5108a8ad3fd85e1b4f70a6c99ca2f22dbd6b2",
    "darwin-arm64":
      "bb5d0bb3975956331b0aa0c039955b4c4dc6c5c288e5af369364c7d2fbeac11a025227dabb127569080b259dd29b697cc77fa77abd27ae26721ddb23e8ee0613",
    "linux-amd64":
      "130369c16f076e724d089189afaede960316f5f5dea6cf57be7a4fc6f09c77342893192509790e4056e116e232dff832ed863f5bd55dcb55d38f3ab834828a11",
    "linux-arm64":
      "e53e2b88398f5b9503e3f074d82a2dcb090c708b34940848607ce658138a5d4a25962e042ab683ccc026a8a6c90c0be7f658e42dde0887369d73c3b68e2fc86c",
  },
};

/** Where the archives lie; `ENVTEST_RELEASES_URL` names a mirror, whose files must be the same. */
export const RELEASES_URL =
  process.env["ENVTEST_RELEASES_URL"] || "https://github.com/kubernetes-sigs/controller-tools/releases/download";

/**
 * Arguments of `go build` but for `-o` and the packages. Without the versions stamped in, `kubectl version` and everything
 * else that parses the server's version fails.
 *
 * @param {string} version Of Kubernetes.
 * @param {readonly string[]} stamps Others.
 */
export function buildFlags(version, stamps = []) {
  const [major, minor] = version.split(".");
  const kubernetes = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((path) => [
    `-X ${path}.gitVersion=v${version}`,
    `-X ${path}.gitMajor=${major}`,
    `-X ${path}.gitMinor=${minor}`,
    `-X ${path}.gitCommit=module`,
    `-X ${path}.gitTreeState=clean`,
  ]);
  return [
    "-mod=readonly",
    "-trimpath",
    // A seventh of the compiler's work and a fifth of its cache; nobody debugs these binaries.
    "-gcflags=all=-dwarf=false",
    `-ldflags=-s -w ${[...kubernetes, ...stamps].join(" ")}`,
  ];
}

function helmStamps() {
  const [major, minor] = KUBERNETES_VERSION.split(".");
  // Charts that ask for a Kubernetes version would be refused.
  const helm = ["pkg/lint/rules", "pkg/chartutil"].flatMap((path) => [
    `-X helm.sh/helm/v3/${path}.k8sVersionMajor=${major}`,
    `-X helm.sh/helm/v3/${path}.k8sVersionMinor=${minor}`,
  ]);
  return [`-X helm.sh/helm/v3/internal/version.version=v${HELM_VERSION}`, ...helm];
}

/** @type {GoModule & { binaries: Readonly<Record<ControlPlaneBinary, GoBinary>> }} */
export const CONTROL_PLANE_MODULE = {
  name: "control-plane",
  folder: fileURLToPath(new URL("control-plane", import.meta.url)),
  flags: buildFlags(KUBERNETES_VERSION, helmStamps()),
  sharedCpuSeconds: 155,
  binaries: {
    etcd: { package: "go.etcd.io/etcd/server/v3", builtAs: "server", cpuSeconds: 16 },
    "kube-apiserver": { package: "k8s.io/kubernetes/cmd/kube-apiserver", cpuSeconds: 200 },
    "kube-controller-manager": { package: "k8s.io/kubernetes/cmd/kube-controller-manager", cpuSeconds: 97 },
    kubectl: { package: "k8s.io/kubernetes/cmd/kubectl", cpuSeconds: 39 },
    helm: { package: "helm.sh/helm/v3/cmd/helm", cpuSeconds: 55 },
  },
};
