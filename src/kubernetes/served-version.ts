// ServedVersion: one kind that API servers serve under one of several versions. It asks for the first that is there and
// keeps to it until it is not any longer. It looks at objects no further.

import type { KubernetesObject } from "../api/custom-resource.ts";
import {
  KubernetesError,
  type ApiCall,
  type ObjectList,
  type Resources,
  type ResourceType,
  type Selection,
  type WatchEvent,
  type WatchOptions,
} from "./resources.ts";

type Source<T extends KubernetesObject> = Pick<Resources<T>, "type" | "list" | "watch">;

/**
 * Guarantees
 * - A 404 is told only where no version is served.
 *
 * Assumptions
 * - All versions are views of one storage: a resourceVersion of one holds for the others.
 */
export class ServedVersion<T extends KubernetesObject> implements Source<T> {
  readonly #sources: readonly [Source<T>, ...Source<T>[]];
  #current = 0;

  /** In the order of preference. */
  constructor(sources: readonly [Source<T>, ...Source<T>[]]) {
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

  get #source(): Source<T> {
    return this.#sources[this.#current] ?? this.#sources[0];
  }

  /** On to the next version; throws what cannot be got past by that. */
  #passOver(error: unknown, tried: number): void {
    const isUnserved = error instanceof KubernetesError && error.code === 404;
    if (isUnserved) this.#current = (this.#current + 1) % this.#sources.length;
    if (!isUnserved || tried >= this.#sources.length) throw error;
  }
}
