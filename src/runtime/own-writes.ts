// OwnWrites: tells the echo of our own write from a change by somebody else, whichever of response and watch is first.

import type { KubernetesObject } from "../api/custom-resource.ts";
import type { Change, ChangeListener } from "./change.ts";

/**
 * Guarantees
 * - While a write to a key is under way, changes of that key are held back; once the response is known, they are told
 *   in their order, the echo of the write marked as our own.
 * - When the write fails, all of them are told as they came.
 *
 * Assumptions
 * - One write a key at a time.
 */
export class OwnWrites<T extends KubernetesObject> {
  readonly #tell: ChangeListener<T>;
  readonly #held = new Map<string, Change<T>[]>();

  constructor(tell: ChangeListener<T>) {
    this.#tell = tell;
  }

  /** The listener to subscribe to the store. */
  readonly onChange = (change: Change<T>): void => {
    const held = this.#held.get(change.key);
    if (held === undefined) this.#tell(change);
    else held.push(change);
  };

  /** Makes a write, and hands its response to `accept` (the store) before anyone acts on the key again. */
  async during(key: string, write: () => Promise<T>, accept: (response: T) => void): Promise<T> {
    const held: Change<T>[] = [];
    this.#held.set(key, held);
    let version: string | undefined;
    try {
      const response = await write();
      version = response.metadata.resourceVersion;
      accept(response);
      return response;
    } finally {
      this.#held.delete(key);
      for (const change of held) {
        const isEcho = version !== undefined && change.after?.metadata.resourceVersion === version;
        this.#tell(isEcho ? { ...change, source: "own" } : change);
      }
    }
  }
}
