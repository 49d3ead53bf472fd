// StaleView: what an operator sees of the API when its watches tell nothing and its lists come from the past, while
// single reads and writes reach the real one: an API server behind the others, a cache that is not filled any more.

import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import { KubernetesError, type ObjectList, type Resources, type WatchEvent } from "../../src/kubernetes/resources.ts";

/** Lists of all kinds as they were at one moment, by plural. */
export type Snapshot = ReadonlyMap<string, ObjectList<KubernetesObject>>;

export class StaleView {
  #snapshot: Snapshot | undefined;
  #thawed = Promise.withResolvers<void>();

  /** From now on nothing is told; who lists sees `snapshot`. */
  freeze(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#thawed = Promise.withResolvers<void>();
  }

  /** The truth again; watches have fallen too far behind and must list anew. */
  thaw(): void {
    this.#snapshot = undefined;
    this.#thawed.resolve();
  }

  /** The view, between the operator and the real API. */
  readonly of = <T extends KubernetesObject>(truth: Resources<T>): Resources<T> => {
    const { plural } = truth.type;
    const past = (): ObjectList<T> | undefined => this.#snapshot?.get(plural) as ObjectList<T> | undefined;
    return {
      ...truth,
      list: async (selection, call) => past() ?? (await truth.list(selection, call)),
      watch: (selection, options) => this.#watch(past(), truth.watch(selection, options), options),
    };
  };

  async *#watch<T extends KubernetesObject>(
    past: ObjectList<T> | undefined,
    truth: AsyncIterable<WatchEvent<T>>,
    { sendInitialEvents, signal }: { readonly sendInitialEvents?: boolean | undefined; readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent<T>> {
    if (past === undefined) {
      for await (const event of truth) {
        if (this.#snapshot !== undefined) await this.#silence(signal);
        yield event;
      }
      return;
    }
    if (sendInitialEvents === true) {
      for (const object of past.items) yield { type: "added", object };
      yield { type: "bookmark", resourceVersion: past.resourceVersion, endsInitialEvents: true };
    }
    await this.#silence(signal);
  }

  /** Ends with the view, never with an event. */
  async #silence(signal: AbortSignal): Promise<never> {
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await Promise.race([this.#thawed.promise, aborted]);
    throw new KubernetesError(410, "Expired", "The view was stale for too long");
  }
}
