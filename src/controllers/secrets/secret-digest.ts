// What is kept of a Secret: which version it is, and a digest that changes when its data do. Never a value.

import { createHmac, randomBytes } from "node:crypto";

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { ObjectSource } from "../../runtime/reflector.ts";
import type { Secret } from "./secret.ts";

export interface DigestedSecret extends KubernetesObject {
  readonly digest: string;
}

// A password may be so short that its bare digest could be turned back; this process' own key never leaves it.
const processKey = randomBytes(32);

/** Equal for equal data, in this process only. */
export function digestOf({ data = {} }: Pick<Secret, "data">): string {
  const entries = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHmac("sha256", processKey).update(JSON.stringify(entries)).digest("hex");
}

/** Secrets as digests: the values are gone before anybody keeps them. */
export function digested(source: ObjectSource<Secret>): ObjectSource<DigestedSecret> {
  return {
    type: source.type,
    async list(selection, call) {
      const { items, resourceVersion } = await source.list(selection, call);
      return { items: items.map(withoutValues), resourceVersion };
    },
    async *watch(selection, options) {
      for await (const event of source.watch(selection, options)) {
        yield event.type === "bookmark" ? event : { type: event.type, object: withoutValues(event.object) };
      }
    },
  };
}

function withoutValues(secret: Secret): DigestedSecret {
  const { namespace, name, uid, resourceVersion, creationTimestamp } = secret.metadata;
  // An annotation may hold the whole Secret as it was applied.
  const metadata = { ...(namespace !== undefined && { namespace }), name, uid, resourceVersion, creationTimestamp };
  return { apiVersion: secret.apiVersion, kind: secret.kind, metadata, digest: digestOf(secret) };
}
