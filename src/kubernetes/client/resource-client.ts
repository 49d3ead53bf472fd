// ResourceClient: the Resources port over HTTP, for one kind. It knows the verbs of the Kubernetes API and no kind.

import type { CommonStatus, CustomResource, KubernetesObject, ObjectKey } from "../../api/custom-resource.ts";
import {
  KubernetesError,
  type ApiCall,
  type MetadataChange,
  type ObjectIdentity,
  type ObjectList,
  type ObjectVersion,
  type OwnedObject,
  type Resources,
  type ResourceType,
  type Selection,
  type WatchEvent,
  type WatchOptions,
} from "../resources.ts";
import { collectionPath, objectPath, selectionQuery, withQuery } from "./resource-path.ts";
import type { Transport } from "./transport.ts";
import type { WatchFrame, WatchRequest } from "./watch-stream.ts";

export interface ResourceClientOptions {
  readonly transport: Pick<Transport, "request">;
  readonly watch: (request: WatchRequest) => AsyncIterable<WatchFrame>;
  /** Of every server-side apply. */
  readonly fieldManager: string;
}

/** Objects a page of a list; about 1 MB of ours. */
const PAGE_SIZE = 500;
const APPLY = "application/apply-patch+yaml";
const MERGE = "application/merge-patch+json";

type Raw<T> = T & { readonly metadata: { managedFields?: unknown } };

interface RawList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly Raw<T>[] | null;
}

export class ResourceClient<T extends KubernetesObject> implements Resources<T> {
  readonly type: ResourceType;
  readonly #options: ResourceClientOptions;

  constructor(type: ResourceType, options: ResourceClientOptions) {
    this.type = type;
    this.#options = options;
  }

  async list(selection: Selection, call: ApiCall): Promise<ObjectList<T>> {
    try {
      return await this.#list(selection, PAGE_SIZE, call);
    } catch (error) {
      // The pages of a long list outlived the version they belong to: one request for everything cannot.
      if (error instanceof KubernetesError && error.code === 410) return await this.#list(selection, undefined, call);
      throw error;
    }
  }

  async *watch(selection: Selection, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { resourceVersion, sendInitialEvents, timeoutSeconds, signal } = options;
    const path = withQuery(collectionPath(this.type, selection.namespace), {
      ...selectionQuery(selection),
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds,
      resourceVersion,
      ...(sendInitialEvents === true ? { sendInitialEvents, resourceVersionMatch: "NotOlderThan" } : {}),
    });
    for await (const frame of this.#options.watch({ path, timeoutSeconds, signal })) yield this.#event(frame);
  }

  async get(key: ObjectKey, call: ApiCall): Promise<T | undefined> {
    try {
      return this.#kept(await this.#request<Raw<T>>("GET", objectPath(this.type, key), call));
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 404) return undefined;
      throw error;
    }
  }

  async applyStatus<Status extends CommonStatus>(
    object: ObjectVersion,
    status: Status,
    call: ApiCall,
  ): Promise<T & CustomResource<unknown, Status>> {
    const { name, namespace, resourceVersion } = object;
    const body = { ...this.#header(), metadata: { name, namespace, resourceVersion }, status };
    const path = this.#applyPath(objectPath(this.type, object, "status"));
    const applied = await this.#request<Raw<T>>("PATCH", path, call, { body, contentType: APPLY });
    return this.#kept(applied) as T & CustomResource<unknown, Status>;
  }

  async patchMetadata(object: ObjectVersion, change: MetadataChange, call: ApiCall): Promise<T> {
    const body = { metadata: { resourceVersion: object.resourceVersion, ...change } };
    const path = this.#managedPath(objectPath(this.type, object));
    return this.#kept(await this.#request<Raw<T>>("PATCH", path, call, { body, contentType: MERGE }));
  }

  async createOwned(object: OwnedObject, call: ApiCall): Promise<T> {
    const path = this.#managedPath(collectionPath(this.type, object.metadata.namespace));
    return this.#kept(await this.#request<Raw<T>>("POST", path, call, { body: object }));
  }

  async replaceOwned(
    object: OwnedObject,
    { uid, resourceVersion }: ObjectIdentity & ObjectVersion,
    call: ApiCall,
  ): Promise<T> {
    const body = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
    const path = this.#managedPath(objectPath(this.type, object.metadata));
    return this.#kept(await this.#request<Raw<T>>("PUT", path, call, { body }));
  }

  async delete(object: ObjectIdentity & Partial<ObjectVersion>, call: ApiCall): Promise<void> {
    const { uid, resourceVersion } = object;
    const preconditions = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions };
    try {
      await this.#request("DELETE", objectPath(this.type, object), call, { body });
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.code === 404) return;
      // Another object stands under the name: the one meant is gone.
      const isOther = error.code === 409 && (await this.get(object, call))?.metadata.uid !== object.uid;
      if (!isOther) throw error;
    }
  }

  async #list(selection: Selection, limit: number | undefined, call: ApiCall): Promise<ObjectList<T>> {
    const items: T[] = [];
    let resourceVersion = "";
    let next: string | undefined;
    do {
      const query = { ...selectionQuery(selection), limit, continue: next };
      const path = withQuery(collectionPath(this.type, selection.namespace), query);
      const page: RawList<T> = await this.#request<RawList<T>>("GET", path, call);
      for (const item of page.items ?? []) items.push(this.#kept(item));
      ({ resourceVersion, continue: next } = page.metadata);
    } while (next !== undefined && next !== "");
    return { items, resourceVersion };
  }

  #event({ type, object }: WatchFrame): WatchEvent<T> {
    switch (type) {
      case "ADDED":
        return { type: "added", object: this.#kept(object as Raw<T>) };
      case "MODIFIED":
        return { type: "modified", object: this.#kept(object as Raw<T>) };
      case "DELETED":
        return { type: "deleted", object: this.#kept(object as Raw<T>) };
      case "BOOKMARK": {
        const { metadata } = object as KubernetesObject;
        const endsInitialEvents = metadata.annotations?.["k8s.io/initial-events-end"] === "true";
        return { type: "bookmark", resourceVersion: metadata.resourceVersion, endsInitialEvents };
      }
      case "ERROR":
        throw new KubernetesError(0, "BadPayload", `Watching ${this.type.plural} met an ERROR event out of place`);
    }
  }

  /** Items of lists of built-in kinds come without apiVersion and kind; managedFields may be most of an object. */
  #kept(object: Raw<T>): T {
    if (object.metadata === undefined) {
      throw new KubernetesError(0, "BadPayload", `The API server sent something without metadata as ${this.type.kind}`);
    }
    delete object.metadata.managedFields;
    return object.kind === undefined ? { ...this.#header(), ...object } : object;
  }

  #header(): { readonly apiVersion: string; readonly kind: string } {
    const { group, version, kind } = this.type;
    return { apiVersion: group === "" ? version : `${group}/${version}`, kind };
  }

  #managedPath(path: string): string {
    return withQuery(path, { fieldManager: this.#options.fieldManager });
  }

  #applyPath(path: string): string {
    return withQuery(path, { fieldManager: this.#options.fieldManager, force: true });
  }

  #request<R>(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    call: ApiCall,
    content: { readonly body?: unknown; readonly contentType?: string } = {},
  ): Promise<R> {
    return this.#options.transport.request<R>({ method, path, ...content }, call);
  }
}
