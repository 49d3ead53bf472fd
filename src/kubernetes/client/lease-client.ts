// LeaseClient: the Leases port over HTTP, on a socket of its own, and one more while it watches. No policy.

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { LeaseRecord, Leases, VersionedLease } from "../leases.ts";
import { KubernetesError, type ResourceType } from "../resources.ts";
import { collectionPath, objectPath, withQuery } from "./resource-path.ts";
import type { Transport } from "./transport.ts";
import type { WatchFrame, WatchRequest } from "./watch-stream.ts";

const LEASE: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  isNamespaced: true,
};

/** A holder renews more often than it would take to notice that the connection is dead, so a watch may last. */
const WATCH_SECONDS = 300;

interface LeaseObject {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: Partial<LeaseRecord>;
}

export interface LeaseClientOptions {
  readonly transport: Pick<Transport, "request">;
  readonly watch: (request: WatchRequest) => AsyncIterable<WatchFrame>;
}

export class LeaseClient implements Leases {
  readonly #options: LeaseClientOptions;
  readonly #key: ObjectKey;

  constructor(key: ObjectKey, options: LeaseClientOptions) {
    this.#options = options;
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

  async *watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<VersionedLease | undefined> {
    const { name, namespace } = this.#key;
    // By this selector a Role that names the one lease allows the watch.
    const fieldSelector = `metadata.name=${name}`;
    const query = { fieldSelector, watch: true, resourceVersion, timeoutSeconds: WATCH_SECONDS };
    const path = withQuery(collectionPath(LEASE, namespace), query);
    for await (const { type, object } of this.#options.watch({ path, timeoutSeconds: WATCH_SECONDS, signal })) {
      if (type === "DELETED") yield undefined;
      else if (type !== "BOOKMARK") yield versioned(object as LeaseObject);
    }
  }

  #body(spec: LeaseRecord, resourceVersion?: string): unknown {
    const { name, namespace } = this.#key;
    const metadata = { name, namespace, resourceVersion };
    return { apiVersion: `${LEASE.group}/${LEASE.version}`, kind: LEASE.kind, metadata, spec };
  }

  #request(method: "GET" | "POST" | "PUT", path: string, body: unknown, signal: AbortSignal): Promise<LeaseObject> {
    return this.#options.transport.request({ method, path, body, connectionClass: "leases" }, { signal });
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
