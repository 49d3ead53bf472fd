// StoreFeed: the writing side of a store, for the one reflector that follows one selection of the kind.

import type { KubernetesObject } from "../api/custom-resource.ts";
import type { Change, ChangeSource } from "./change.ts";
import { keyOf } from "./object-key.ts";
import { compareResourceVersions, newestResourceVersion } from "./resource-version.ts";

/** What a feed may do to its store; only the store makes one. */
export interface StoreAccess<T> {
  get(key: string): T | undefined;
  put(object: T, source: ChangeSource, truthUpTo?: string): Change<T>[];
  remove(key: string, source: ChangeSource): Change<T>[];
  tell(changes: readonly Change<T>[]): void;
  close(): void;
}

/**
 * Guarantees
 * - What a list misses leaves the store, except what our own write made after the list was taken.
 * - Other feeds' objects are never touched.
 */
export class StoreFeed<T extends KubernetesObject> {
  readonly #store: StoreAccess<T>;
  readonly #keys = new Set<string>();
  #seenVersion: string | undefined;
  #isAbsent = false;
  /** A stream may still bring what it has read before it is told to end. */
  #isClosed = false;

  constructor(store: StoreAccess<T>) {
    this.#store = store;
  }

  /** The version up to which list and watch have told everything; undefined before the first list. */
  get seenVersion(): string | undefined {
    return this.#seenVersion;
  }

  get hasSynced(): boolean {
    return this.#seenVersion !== undefined || this.#isAbsent;
  }

  /** The API server does not know the kind: that counts as synced, with nothing. */
  declareAbsent(): void {
    this.#isAbsent = true;
  }

  /** True when a list of this version would lead the store back in time. */
  isBehind(resourceVersion: string): boolean {
    return this.#seenVersion !== undefined && compareResourceVersions(resourceVersion, this.#seenVersion) < 0;
  }

  /** Everything there is, as of `resourceVersion`. Returns how many changes it brought that no watch had told. */
  replace(items: readonly T[], resourceVersion: string): number {
    if (this.#isClosed) return 0;
    const isFirst = this.#seenVersion === undefined;
    const changes: Change<T>[] = [];
    const listed = new Set<string>();
    for (const item of items) {
      listed.add(keyOf(item.metadata));
      changes.push(...this.#store.put(item, "list", resourceVersion));
    }
    for (const key of this.#keys) {
      const held = this.#store.get(key);
      if (listed.has(key) || held === undefined) continue;
      if (compareResourceVersions(held.metadata.resourceVersion, resourceVersion) > 0) listed.add(key);
      else changes.push(...this.#store.remove(key, "list"));
    }
    this.#keys.clear();
    for (const key of listed) this.#keys.add(key);
    this.#seenVersion = resourceVersion;
    this.#store.tell(changes);
    return isFirst ? 0 : changes.length;
  }

  put(object: T): void {
    if (this.#isClosed) return;
    this.#keys.add(keyOf(object.metadata));
    this.bookmark(object.metadata.resourceVersion);
    this.#store.tell(this.#store.put(object, "watch"));
  }

  /** A deletion tells of the object as it last was; another object under its name stays. */
  remove(object: T): void {
    const key = keyOf(object.metadata);
    this.bookmark(object.metadata.resourceVersion);
    if (this.#store.get(key)?.metadata.uid !== object.metadata.uid) return;
    this.#keys.delete(key);
    this.#store.tell(this.#store.remove(key, "watch"));
  }

  /** Everything up to `resourceVersion` has been told. */
  bookmark(resourceVersion: string): void {
    this.#seenVersion = newestResourceVersion(this.#seenVersion, resourceVersion);
  }

  /** Nobody watches this selection any longer: its objects leave the store, and none comes any more. */
  close(): void {
    this.#isClosed = true;
    const changes = [...this.#keys].flatMap((key) => this.#store.remove(key, "list"));
    this.#keys.clear();
    this.#store.close();
    this.#store.tell(changes);
  }
}
