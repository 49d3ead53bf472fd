// Rights as sets of single permissions, so that roles can be compared however they are written.

import type { Manifest } from "./apply-manifests.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly name: string; readonly namespace: string }[];
}

/** `<verb> <group>/<resource>[=<name>] in <namespace or *>`, sorted, of one account by all roles bound to it. */
export function permissionsOf(objects: readonly Manifest[], account: string): string[] {
  const roles = new Map(objects.filter(isRole).map((role) => [keyOf(role), role["rules"] as readonly Rule[]]));
  const bindings = objects.filter(({ kind }) => kind.endsWith("RoleBinding")) as unknown as readonly Binding[];
  const granted = bindings
    .filter(({ subjects }) => subjects.some(({ name, namespace }) => `${namespace}/${name}` === account))
    .flatMap(({ kind, metadata, roleRef }) => {
      const namespace = kind === "ClusterRoleBinding" ? "*" : (metadata.namespace ?? "");
      const rules = roles.get(`${roleRef.kind}/${roleRef.kind === "Role" ? namespace : ""}/${roleRef.name}`) ?? [];
      return rules.flatMap((rule) => permissionsIn(rule).map((permission) => `${permission} in ${namespace}`));
    });
  return [...new Set(granted)].toSorted();
}

/** `<verb> <group>/<resource>[=<name>]`. */
export function permissionsIn({ apiGroups, resources, resourceNames = [""], verbs }: Rule): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${group}/${resource}${name && `=${name}`}`)),
    ),
  );
}

export function rulesOf(objects: readonly Manifest[], kind: string, name: string): readonly Rule[] {
  const role = objects.find((object) => object.kind === kind && object.metadata.name === name);
  return (role?.["rules"] ?? []) as readonly Rule[];
}

function isRole({ kind }: Manifest): boolean {
  return kind === "Role" || kind === "ClusterRole";
}

function keyOf({ kind, metadata }: Manifest): string {
  return `${kind}/${kind === "Role" ? metadata.namespace : ""}/${metadata.name}`;
}
