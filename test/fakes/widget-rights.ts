// A ServiceAccount that may do with Widgets, Leases and Events what an operator must, and nothing else.

import type { ControlPlane } from "../environment/control-plane.ts";

const RULES = [
  {
    apiGroups: ["test.eventbus.dev"],
    resources: ["widgets"],
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete"],
  },
  { apiGroups: ["test.eventbus.dev"], resources: ["widgets/status"], verbs: ["patch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update", "watch"] },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];

/** Creates namespace and account; returns the path of a kubeconfig for it. */
export async function grantWidgets(controlPlane: ControlPlane, namespace: string): Promise<string> {
  const kubeconfig = await controlPlane.kubeconfigForServiceAccount(namespace, "operator");
  const name = `widgets-${namespace}`;
  const apiVersion = "rbac.authorization.k8s.io/v1";
  await controlPlane.applyManifests([
    { apiVersion, kind: "ClusterRole", metadata: { name }, rules: RULES },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name: "operator", namespace }],
    },
  ]);
  return kubeconfig;
}
