// Resources: the port to one kind of the Kubernetes API. Generic over the kind; no HTTP, no client library.

import type {
  CommonStatus,
  CustomResource,
  KubernetesObject,
  ObjectKey,
  OwnerReference,
} from "../api/custom-resource.ts";

/** Where a kind lives in the API. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
}

/** Which objects of a kind; everything when empty. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: T }
  | {
      readonly type: "bookmark";
      readonly resourceVersion: string;
      /** The last of the initial events of a WatchList stream. */
      readonly endsInitialEvents: boolean;
    };

export interface WatchOptions {
  /** Continue after this version; undefined only together with `sendInitialEvents`. */
  readonly resourceVersion?: string | undefined;
  /** WatchList (KEP-3157): current objects first, then a bookmark, then changes. */
  readonly sendInitialEvents?: boolean | undefined;
  /** The server ends the stream after this long, seconds. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/** How one request is made. */
export interface ApiCall {
  readonly signal: AbortSignal;
  /** Default `live`. `bulk` goes behind live requests, with one turn in eight. */
  readonly priority?: "live" | "bulk" | undefined;
}

/** Names one very object, not a re-created namesake. */
export interface ObjectIdentity extends ObjectKey {
  readonly uid: string;
}

/**
 * Names one state of one object: a write fails with a conflict when there is a newer one, or another object of the same
 * name. (For a patch of the status the API server ignores `metadata.uid`; only the version guards it.)
 */
export interface ObjectVersion extends ObjectKey {
  readonly resourceVersion: string;
}

export interface MetadataChange {
  /** The whole list wanted, with foreign entries kept by the caller; guarded by `resourceVersion`. */
  readonly finalizers?: readonly string[] | undefined;
  /** Merged; null removes. */
  readonly annotations?: Readonly<Record<string, string | null>> | undefined;
}

/**
 * Reading and writing the objects of one kind.
 *
 * Guarantees
 * - Every request has a deadline; transient refusals (429, 503 with Retry-After) are waited out within it.
 * - Failures reject with a KubernetesError that tells its status code and reason; an abort by the caller rejects with
 *   the signal's reason.
 * - Objects come without managedFields.
 *
 * Caveats
 * - After a KubernetesError of code 0 a write may or may not have happened.
 */
export interface Resources<T extends KubernetesObject> {
  readonly type: ResourceType;
  /** Everything selected, consistent (no resourceVersion sent), all pages. */
  list(selection: Selection, call: ApiCall): Promise<ObjectList<T>>;
  /** Ends by itself when the server ends the stream; throws a KubernetesError for an ERROR event. */
  watch(selection: Selection, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Undefined when there is no such object. */
  get(key: ObjectKey, call: ApiCall): Promise<T | undefined>;
  /** Server-side apply of the operator's whole share of the status subresource, to exactly this version. */
  applyStatus<Status extends CommonStatus>(
    object: ObjectVersion,
    status: Status,
    call: ApiCall,
  ): Promise<T & CustomResource<unknown, Status>>;
  /** Changes finalizers or annotations of exactly this object at exactly this version. */
  patchMetadata(object: ObjectVersion, change: MetadataChange, call: ApiCall): Promise<T>;
  /** Makes an object that the operator owns; a 409 (`AlreadyExists`) where one of this name is there, whoever made it. */
  createOwned(object: OwnedObject, call: ApiCall): Promise<T>;
  /** Replaces exactly this version of this very object; a 409 or 404 where another, a newer one or none is there. */
  replaceOwned(object: OwnedObject, version: ObjectIdentity & ObjectVersion, call: ApiCall): Promise<T>;
  /**
   * With the UID as precondition, and the version where it is given (a 409 where there is a newer one); an object already
   * gone counts as done.
   */
  delete(object: ObjectIdentity & Partial<ObjectVersion>, call: ApiCall): Promise<void>;
}

/** An object as the operator writes it, all of it: no server-set metadata. */
export interface OwnedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectKey & {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
    readonly finalizers?: readonly string[];
  };
  readonly [field: string]: unknown;
}

/** A refusal of the API server, or no answer from it. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  /** HTTP status; 0 when no answer came. */
  readonly code: number;
  /** Status.reason (`Conflict`, `Expired`, `Forbidden`, …) or a word of the transport (`Timeout`, `Unreachable`). */
  readonly reason: string;
  /** The server asked to wait this long, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: number,
    reason: string,
    message: string,
    options?: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
