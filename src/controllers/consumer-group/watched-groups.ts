// Which groups of a bus are looked at by the poller: those whose objects a run has resolved. In memory, no I/O.

import type { WatchedGroup } from "../polling/group-poll.ts";

export class WatchedGroups {
  readonly #byKey = new Map<string, { readonly busName: string; readonly watched: WatchedGroup }>();

  put(busName: string, watched: WatchedGroup): void {
    this.#byKey.set(watched.key, { busName, watched });
  }

  remove(key: string): void {
    this.#byKey.delete(key);
  }

  onBus(busName: string): readonly WatchedGroup[] {
    return [...this.#byKey.values()].filter((entry) => entry.busName === busName).map(({ watched }) => watched);
  }
}
