// The paths of the Kubernetes API. Pure.

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { ResourceType, Selection } from "../resources.ts";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** All objects of a kind, or those of a namespace. */
export function collectionPath({ group, version, plural, isNamespaced }: ResourceType, namespace?: string): string {
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${base}${scope}/${plural}`;
}

/** One object, or a subresource of it. */
export function objectPath(type: ResourceType, { namespace, name }: ObjectKey, subresource?: "status"): string {
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function selectionQuery({ labelSelector, fieldSelector }: Selection): Query {
  return { labelSelector, fieldSelector };
}

/** `path` with the parameters that are set. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
