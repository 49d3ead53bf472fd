// LossyView: what an operator sees of the API when one event gets lost on its way to a watch, and nobody notices.

import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import type { Resources, WatchEvent } from "../../src/kubernetes/resources.ts";

export class LossyView {
  readonly #lost: number;
  #told = 0;

  /** `lost`: which of all events that tell a change, from 1. */
  constructor(lost: number) {
    this.#lost = lost;
  }

  get hasLost(): boolean {
    return this.#told >= this.#lost;
  }

  readonly of = <T extends KubernetesObject>(truth: Resources<T>): Resources<T> => ({
    ...truth,
    watch: (selection, options) => this.#watch(truth.watch(selection, options), options.sendInitialEvents === true),
  });

  async *#watch<T>(truth: AsyncIterable<WatchEvent<T>>, hasInitialEvents: boolean): AsyncIterable<WatchEvent<T>> {
    let isListing = hasInitialEvents;
    for await (const event of truth) {
      if (event.type === "bookmark") isListing &&= !event.endsInitialEvents;
      else if (!isListing) this.#told += 1;
      if (isListing || event.type === "bookmark" || this.#told !== this.#lost) yield event;
    }
  }
}
