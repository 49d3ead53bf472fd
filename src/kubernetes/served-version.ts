// ServedVersion: one kind that API servers serve under one of several versions. It asks for the first that is there and
// keeps to it until it is not any longer. What is written is written under the version that is read.

import type { KubernetesObject, ObjectKey } from "../api/custom-resource.ts";
import {
  KubernetesError,
  type ApiCall,
  type ObjectIdentity,
  type ObjectList,
  type ObjectVersion,
  type OwnedObject,
  type Resources,
  type ResourceType,
  type Selection,
  type WatchEvent,
  type WatchOptions,
} from "./resources.ts";

/** What can be done with objects of a kind that is somebody else's. */
export type ForeignResources<T extends KubernetesObject> = Pick<
  Resources<T>,
  "type" | "list" | "watch" | "get" | "createOwned" | "replaceOwned" | "delete"
>;

/** An object without the version that it is written under. */
export type UnversionedObject = Omit<OwnedObject, "apiVersion" | "kind"> & Pick<OwnedObject, "metadata">;

/**
 * Guarantees
 * - A 404 is told only where no version is served.
 *
 * Assumptions
 * - All versions are views of one storage: a resourceVersion of one holds for the others.
 * - What is written has been read before, so that the version is known: writes do not look for another.
 */
export class ServedVersion<T extends KubernetesObject> implements Pick<Resources<T>, "type" | "list" | "watch"> {
  readonly #sources: readonly [ForeignResources<T>, ...ForeignResources<T>[]];
  #current = 0;

  /** In the order of preference. */
  constructor(sources: readonly [ForeignResources<T>, ...ForeignResources<T>[]]) {
    this.#sources = sources;
  }

  get type(): ResourceType {
    return this.#source.type;
  }

  async list(selection: Selection, call: ApiCall): Promise<ObjectList<T>> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#source.list(selection, call);
      } catch (error) {
        this.#passOver(error, tried);
      }
    }
  }

  async *watch(selection: Selection, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    for (let tried = 1; ; tried += 1) {
      try {
        yield* this.#source.watch(selection, options);
        return;
      } catch (error) {
        this.#passOver(error, tried);
      }
    }
  }

  async get(key: ObjectKey, call: ApiCall): Promise<T | undefined> {
    return await this.#source.get(key, call);
  }

  async create(object: UnversionedObject, call: ApiCall): Promise<T> {
    return await this.#source.createOwned(this.#versioned(object), call);
  }

  async replace(object: UnversionedObject, version: ObjectIdentity & ObjectVersion, call: ApiCall): Promise<T> {
    return await this.#source.replaceOwned(this.#versioned(object), version, call);
  }

  async delete(object: ObjectIdentity & Partial<ObjectVersion>, call: ApiCall): Promise<void> {
    await this.#source.delete(object, call);
  }

  #versioned(object: UnversionedObject): OwnedObject {
    const { group, kind, version } = this.type;
    return { ...object, apiVersion: `${group}/${version}`, kind };
  }

  get #source(): ForeignResources<T> {
    return this.#sources[this.#current] ?? this.#sources[0];
  }

  /** On to the next version; throws what cannot be got past by that. */
  #passOver(error: unknown, tried: number): void {
    const isUnserved = error instanceof KubernetesError && error.code === 404;
    if (isUnserved) this.#current = (this.#current + 1) % this.#sources.length;
    if (!isUnserved || tried >= this.#sources.length) throw error;
  }
}
