// Store: the last seen objects of one kind, for everyone to read. It is written by reflectors, through feeds, and by
// the responses to our own writes. It asks the API server for nothing.

import type { KubernetesObject } from "../api/custom-resource.ts";
import type { Change, ChangeListener, ChangeSource } from "./change.ts";
import { ObjectIndex } from "./object-index.ts";
import { keyOf } from "./object-key.ts";
import { compareResourceVersions } from "./resource-version.ts";
import { StoreFeed } from "./store-feed.ts";

/** What readers of a store may do. */
export interface Store<T> {
  get(key: string): T | undefined;
  list(): T[];
  /** Objects that carry `value` in the index of this name. Throws a RangeError for an index that was not given. */
  byIndex(index: string, value: string): T[];
  readonly size: number;
  /** True while every feed has listed its objects; false before the first feed. */
  readonly hasSynced: boolean;
  /** The listener is called synchronously, after the whole change is visible. Returns the end of the subscription. */
  subscribe(listener: ChangeListener<T>): () => void;
  /**
   * Takes in at once what an answer of the API server holds: to our own write, or (`source: "watch"`) to a read. An older
   * one, or one of an object not held, is left to the watch.
   */
  accept(object: T, source?: ChangeSource): void;
}

export interface StoreOptions<T> {
  /** Functions from an object to the values by which `byIndex` finds it. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>> | undefined;
  /** Applied to every object before it is kept; tests freeze here. Default: kept as it is. */
  readonly onKeep?: ((object: T) => void) | undefined;
  /** A listener threw: a bug, which must not end the stream. */
  readonly onListenerError: (error: unknown) => void;
}

/**
 * Guarantees
 * - An object is never replaced by an older version of itself; versions of one object arrive in order.
 * - Another UID under a known name is told as two changes: the old object gone, then the new one there.
 * - A list is one step: listeners are told its changes when all of them are visible.
 * - A list is the truth for everything up to its version: what it misses is told as gone.
 *
 * Assumptions
 * - Readers do not change the objects.
 * - Feeds do not overlap: no object is selected by two of them.
 */
export class ObjectStore<T extends KubernetesObject> implements Store<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: ReadonlyMap<string, ObjectIndex<T>>;
  readonly #feeds = new Set<StoreFeed<T>>();
  readonly #listeners = new Set<ChangeListener<T>>();
  readonly #options: StoreOptions<T>;

  constructor(options: StoreOptions<T>) {
    this.#options = options;
    const indexes = Object.entries(options.indexes ?? {});
    this.#indexes = new Map(indexes.map(([name, valuesOf]) => [name, new ObjectIndex(valuesOf)]));
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  byIndex(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new RangeError(`Cannot look up "${value}": the store has no index "${index}"`);
    return Array.from(found.keys(value), (key) => this.#objects.get(key)).filter((object) => object !== undefined);
  }

  get size(): number {
    return this.#objects.size;
  }

  get hasSynced(): boolean {
    return this.#feeds.size > 0 && [...this.#feeds].every((feed) => feed.hasSynced);
  }

  subscribe(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  accept(object: T, source: ChangeSource = "own"): void {
    const key = keyOf(object.metadata);
    if (this.#objects.get(key)?.metadata.uid === object.metadata.uid) this.#tell(this.#put(key, object, source));
  }

  /** A way for one reflector to write its selection of the kind. */
  feed(): StoreFeed<T> {
    const feed: StoreFeed<T> = new StoreFeed<T>({
      get: (key) => this.#objects.get(key),
      put: (object, source, truthUpTo) => this.#put(keyOf(object.metadata), object, source, truthUpTo),
      remove: (key, source) => this.#remove(key, source),
      tell: (changes) => this.#tell(changes),
      close: () => this.#feeds.delete(feed),
    });
    this.#feeds.add(feed);
    return feed;
  }

  #put(key: string, object: T, source: ChangeSource, truthUpTo?: string): Change<T>[] {
    const before = this.#objects.get(key);
    if (before !== undefined && !replaces(object, before, truthUpTo)) return [];
    this.#options.onKeep?.(object);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) index.update(key, before, object);
    if (before === undefined) return [{ key, after: object, source }];
    if (before.metadata.uid === object.metadata.uid) return [{ key, before, after: object, source }];
    return [
      { key, before, source },
      { key, after: object, source },
    ];
  }

  #remove(key: string, source: ChangeSource): Change<T>[] {
    const before = this.#objects.get(key);
    if (before === undefined) return [];
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.update(key, before, undefined);
    return [{ key, before, source }];
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const listener of this.#listeners) {
        try {
          listener(change);
        } catch (error) {
          this.#options.onListenerError(error);
        }
      }
    }
  }
}

/** `truthUpTo`: the version of the list that holds `object`; it also replaces what a rewound API server never knew. */
function replaces(object: KubernetesObject, held: KubernetesObject, truthUpTo: string | undefined): boolean {
  const versions = [object.metadata.resourceVersion, held.metadata.resourceVersion] as const;
  const age = compareResourceVersions(...versions);
  return age > 0 || (age < 0 && truthUpTo !== undefined && compareResourceVersions(truthUpTo, versions[1]) >= 0);
}
