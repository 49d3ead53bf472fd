// The key of an object in stores and queues. Pure.

import type { ObjectKey } from "../api/custom-resource.ts";

/** "namespace/name", or "name" for a cluster-scoped object. */
export function keyOf(object: ObjectKey): string {
  return object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;
}

/** The inverse of `keyOf`: names hold no slash. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
