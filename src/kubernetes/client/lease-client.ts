// LeaseClient: the Leases port over HTTP, on a socket of its own. No policy.

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { LeaseRecord, Leases, VersionedLease } from "../leases.ts";
import { KubernetesError, type ResourceType } from "../resources.ts";
import { collectionPath, objectPath } from "./resource-path.ts";
import type { Transport } from "./transport.ts";

const LEASE: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  isNamespaced: true,
};

interface LeaseObject {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: Partial<LeaseRecord>;
}

export class LeaseClient implements Leases {
  readonly #transport: Pick<Transport, "request">;
  readonly #key: ObjectKey;

  constructor(transport: Pick<Transport, "request">, key: ObjectKey) {
    this.#transport = transport;
    this.#key = key;
  }

  async get(signal: AbortSignal): Promise<VersionedLease | undefined> {
    try {
      return versioned(await this.#request("GET", objectPath(LEASE, this.#key), undefined, signal));
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 404) return undefined;
      throw error;
    }
  }

  async create(record: LeaseRecord, signal: AbortSignal): Promise<VersionedLease> {
    const path = collectionPath(LEASE, this.#key.namespace);
    try {
      return versioned(await this.#request("POST", path, this.#body(record), signal));
    } catch (error) {
      // Without an answer the lease may have been created: whoever stands in it now was first.
      const found = error instanceof KubernetesError && error.code === 0 ? await this.get(signal) : undefined;
      if (found?.record.holderIdentity === record.holderIdentity) return found;
      throw error;
    }
  }

  async update({ record, resourceVersion }: VersionedLease, signal: AbortSignal): Promise<VersionedLease> {
    const body = this.#body(record, resourceVersion);
    return versioned(await this.#request("PUT", objectPath(LEASE, this.#key), body, signal));
  }

  #body(spec: LeaseRecord, resourceVersion?: string): unknown {
    const { name, namespace } = this.#key;
    const metadata = { name, namespace, resourceVersion };
    return { apiVersion: `${LEASE.group}/${LEASE.version}`, kind: LEASE.kind, metadata, spec };
  }

  #request(method: "GET" | "POST" | "PUT", path: string, body: unknown, signal: AbortSignal): Promise<LeaseObject> {
    return this.#transport.request({ method, path, body, connectionClass: "leases" }, { signal });
  }
}

function versioned({ metadata, spec = {} }: LeaseObject): VersionedLease {
  return {
    resourceVersion: metadata.resourceVersion,
    record: {
      holderIdentity: spec.holderIdentity ?? "",
      leaseDurationSeconds: spec.leaseDurationSeconds ?? 0,
      acquireTime: spec.acquireTime ?? "",
      renewTime: spec.renewTime ?? "",
      leaseTransitions: spec.leaseTransitions ?? 0,
    },
  };
}
