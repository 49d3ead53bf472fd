// What GitOps tools are told of our kinds: files of config/argocd and config/flux, generated so that no kind is forgotten
// and what the tests evaluate is what users apply.

import { readFileSync } from "node:fs";

import { stringify } from "yaml";

import { API_VERSION, GROUP } from "../../src/api/group.ts";
import { KINDS } from "../../src/api/kinds.ts";
import { HEALTH_EXPRESSIONS } from "./health-expressions.ts";

const NOTE = "Generated from hack/gitops by hack/generate.ts; do not edit.";
/** Nothing is folded: scripts and expressions stay as they are. */
const UNFOLDED = { lineWidth: 0 };

/** The health check of Argo CD, the same for every kind. */
function healthScript(): string {
  return readFileSync(new URL("health.lua", import.meta.url), "utf8");
}

/** A patch of the ConfigMap `argocd-cm`. */
export function argocdConfigMap(): string {
  const data = KINDS.map(({ kind }) => [`resource.customizations.health.${GROUP}_${kind}`, healthScript()]);
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cm", namespace: "argocd", labels: { "app.kubernetes.io/part-of": "argocd" } },
    data: Object.fromEntries(data),
  };
  return [
    `# ${NOTE}`,
    "# How Argo CD sees the health of the operator's kinds. Merge it into what your installation has:",
    "#   kubectl -n argocd patch configmap argocd-cm --type merge --patch-file config/argocd/argocd-cm.yaml",
    stringify(configMap, UNFOLDED),
  ].join("\n");
}

/** A patch of a Flux Kustomization. */
export function fluxHealthChecks(): string {
  const healthCheckExprs = KINDS.map(({ kind }) => ({ apiVersion: API_VERSION, kind, ...HEALTH_EXPRESSIONS }));
  const patch = {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "event-bus", namespace: "flux-system" },
    spec: { wait: true, healthCheckExprs },
  };
  return [
    `# ${NOTE}`,
    "# How Flux sees the health of the operator's kinds. Its own kstatus rules come to the same; with these expressions a",
    "# deletion that waits counts as in progress. Merge spec into your Kustomization.",
    stringify(patch, UNFOLDED),
  ].join("\n");
}
