// Objects as the Kubernetes double keeps and tells them: copies, selections, events of a watch. Nothing is stored here.

import type { CommonStatus, CustomResource, KubernetesObject } from "../../src/api/custom-resource.ts";
import type { Selection, WatchEvent } from "../../src/kubernetes/resources.ts";

export type Status = CommonStatus & Readonly<Record<string, unknown>>;
export type Stored = CustomResource<unknown, Status>;

export interface Recorded {
  readonly version: number;
  readonly type: "added" | "modified" | "deleted";
  readonly object: Stored;
}

export function toldAs<T extends KubernetesObject>(type: Recorded["type"], object: Stored): WatchEvent<T> {
  return { type, object: copy(object) as unknown as T };
}

/** As it goes over the wire: without undefined. */
export function asJson(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}

export function copy<V>(value: V): V {
  return structuredClone(value);
}

export function isSelected({ metadata }: Stored, { namespace, fieldSelector }: Selection): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`;
}
