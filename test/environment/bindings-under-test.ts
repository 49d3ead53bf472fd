// Binding Secrets in integration tests: the right to write them, and what they hold. Beside OperatorUnderTest.

import { ApiError } from "./api-client.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

export interface SecretUnderTest {
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
  };
  readonly type: string;
  /** Decoded. */
  readonly content: Readonly<Record<string, string>>;
}

/** As the platform does where a namespace wants bindings: config/rbac/role-bindings.yaml, bound there. */
export async function grantBindings({ controlPlane, id }: OperatorUnderTest, clusterRole?: string): Promise<void> {
  const roleRef = {
    apiGroup: "rbac.authorization.k8s.io",
    kind: "ClusterRole",
    name: clusterRole ?? "event-bus-operator-bindings",
  };
  await controlPlane.request("POST", `${RBAC}/namespaces/${id}/rolebindings`, {
    metadata: { name: "event-bus-operator-bindings" },
    roleRef,
    subjects: [{ kind: "ServiceAccount", name: "event-bus-operator", namespace: "event-bus-system" }],
  });
}

/** Tighter: only Secrets of these names may be read, replaced and deleted. */
export async function grantBindingsNamed(operator: OperatorUnderTest, names: readonly string[]): Promise<void> {
  const { controlPlane, id } = operator;
  await controlPlane.request("POST", `${RBAC}/namespaces/${id}/roles`, {
    metadata: { name: "bindings" },
    rules: [
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
      { apiGroups: [""], resources: ["secrets"], resourceNames: names, verbs: ["get", "update", "delete"] },
    ],
  });
  await controlPlane.request("POST", `${RBAC}/namespaces/${id}/rolebindings`, {
    metadata: { name: "event-bus-operator-bindings" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "bindings" },
    subjects: [{ kind: "ServiceAccount", name: "event-bus-operator", namespace: "event-bus-system" }],
  });
}

/** Undefined when there is none. */
export async function secretOf(
  { controlPlane, id }: OperatorUnderTest,
  name: string,
): Promise<SecretUnderTest | undefined> {
  try {
    const path = `/api/v1/namespaces/${id}/secrets/${name}`;
    type Raw = Omit<SecretUnderTest, "content"> & { readonly data?: Readonly<Record<string, string>> };
    const { metadata, type, data = {} } = (await controlPlane.request<Raw>("GET", path)).body;
    const content = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]);
    return { metadata, type, content: Object.fromEntries(content) as Record<string, string> };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Its keys with their values in base64, as the kubelet is given them. */
export async function mountedSecret(
  { controlPlane, id }: OperatorUnderTest,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const path = `/api/v1/namespaces/${id}/secrets/${name}`;
  return (await controlPlane.request<{ readonly data: Readonly<Record<string, string>> }>("GET", path)).body.data;
}

/** As somebody else does. */
export async function createSecret({ controlPlane, id }: OperatorUnderTest, name: string, body: object): Promise<void> {
  await controlPlane.request("POST", `/api/v1/namespaces/${id}/secrets`, { metadata: { name }, ...body });
}

export async function patchSecret({ controlPlane, id }: OperatorUnderTest, name: string, patch: object): Promise<void> {
  await controlPlane.request("PATCH", `/api/v1/namespaces/${id}/secrets/${name}`, patch);
}

export async function deleteSecret({ controlPlane, id }: OperatorUnderTest, name: string): Promise<void> {
  await controlPlane.request("DELETE", `/api/v1/namespaces/${id}/secrets/${name}`);
}
