// ObjectWriter: the only writes that a controller makes to the objects of its kind: status, and its own finalizer and
// annotations. Each only where something differs, each as the leader, each response into the store at once.

import type { CommonStatus, CustomResource } from "../api/custom-resource.ts";
import {
  KubernetesError,
  type ApiCall,
  type MetadataChange,
  type ObjectVersion,
  type Resources,
} from "../kubernetes/resources.ts";
import { NotLeading } from "./leader-election.ts";
import { keyOf, parseKey } from "./object-key.ts";
import type { OwnWrites } from "./own-writes.ts";
import type { Mark } from "./reconcile.ts";
import { isSameShare, omitEmpty } from "./status-share.ts";
import type { Store } from "./store.ts";

interface ObjectWriterOptions<T extends CustomResource<unknown>> {
  readonly resources: Resources<T>;
  readonly store: Pick<Store<T>, "get" | "accept">;
  readonly ownWrites: OwnWrites<T>;
  readonly conditionTypes: readonly string[];
  readonly finalizer?: string | undefined;
  /** Asked before each write. */
  readonly mayWrite: () => boolean;
  /** What the store holds of this key may be older than our own write. */
  readonly onUncertain: (key: string) => void;
}

/**
 * Guarantees
 * - No request when nothing differs from what the store holds.
 * - After a write that may or may not have happened (no answer, conflict, gone) the key is reported as uncertain.
 *
 * Assumptions
 * - One run a key at a time.
 */
export class ObjectWriter<T extends CustomResource<unknown, Status>, Status extends CommonStatus> {
  readonly #options: ObjectWriterOptions<T>;
  /** What was last put on an object, by the state of it that the run began with. */
  readonly #applied = new WeakMap<T, Status>();

  constructor(options: ObjectWriterOptions<T>) {
    this.#options = options;
  }

  /**
   * Newer metadata or spec do not make the status wrong: on a conflict it is put on the newest version, once. One that
   * was made in sight of an older status is (it may forget what that has recorded): then the conflict stands.
   */
  async saveStatus(object: T, status: Status, call: ApiCall): Promise<void> {
    const key = keyOf(object.metadata);
    await this.#reportingDoubt(key, async () => {
      const current = this.#latest(object);
      this.#requireSeen(object, current, status);
      this.#applied.set(object, status);
      try {
        await this.#applyStatus(current, status, call);
      } catch (error) {
        if (!(error instanceof KubernetesError && error.code === 409)) throw error;
        const live = await this.#options.resources.get(parseKey(key), call);
        if (live?.metadata.uid !== object.metadata.uid) throw error;
        this.#options.store.accept(live, "watch");
        // Our own write came through, and only its answer was lost.
        if (isSameShare(status, live.status, this.#options.conditionTypes)) return;
        if (!isSameShare(live.status, current.status, this.#options.conditionTypes)) throw error;
        await this.#applyStatus(live, status, call);
      }
    });
  }

  /** The store may hold a newer status than the run began with, that of a predecessor: then its own is none for it. */
  #requireSeen(object: T, current: T, status: Status): void {
    const { conditionTypes } = this.#options;
    if (current === object || isSameShare(status, current.status, conditionTypes)) return;
    if (isSameShare(this.#applied.get(object) ?? object.status, current.status, conditionTypes)) return;
    const message = `The status of "${keyOf(object.metadata)}" is another than the run has seen`;
    throw new KubernetesError(409, "Conflict", message);
  }

  async mark(object: T, { finalizer = false, annotations = {} }: Mark, call: ApiCall): Promise<void> {
    const current = this.#latest(object);
    const { finalizer: own } = this.#options;
    const finalizers = current.metadata.finalizers ?? [];
    const isAdded = finalizer && own !== undefined && !finalizers.includes(own);
    const differing = Object.entries(annotations).filter(
      ([name, value]) => (current.metadata.annotations?.[name] ?? null) !== value,
    );
    if (!isAdded && differing.length === 0) return;
    await this.#patch(current, call, {
      ...(isAdded ? { finalizers: [...finalizers, own] } : {}),
      ...(differing.length > 0 ? { annotations: Object.fromEntries(differing) } : {}),
    });
  }

  /** True when the finalizer was the last one of a deleted object, which is gone now. */
  async removeFinalizer(object: T, call: ApiCall): Promise<boolean> {
    const current = this.#latest(object);
    const finalizers = current.metadata.finalizers ?? [];
    const rest = finalizers.filter((name) => name !== this.#options.finalizer);
    if (rest.length === finalizers.length) return false;
    await this.#patch(current, call, { finalizers: rest });
    return rest.length === 0 && current.metadata.deletionTimestamp !== undefined;
  }

  /** What the store holds, if it is still the same object; our last response may be newer than what the run began with. */
  #latest(object: T): T {
    const held = this.#options.store.get(keyOf(object.metadata));
    return held?.metadata.uid === object.metadata.uid ? held : object;
  }

  async #applyStatus(current: T, status: Status, call: ApiCall): Promise<void> {
    const { resources, conditionTypes } = this.#options;
    if (isSameShare(status, current.status, conditionTypes)) return;
    // Whoever applies another writer's condition owns it from then on.
    const conditions = status.conditions?.filter(({ type }) => conditionTypes.includes(type));
    const share = omitEmpty({ ...status, conditions });
    await this.#write(current, () => resources.applyStatus(versionOf(current), share, call));
  }

  async #patch(current: T, call: ApiCall, change: MetadataChange): Promise<void> {
    const { resources } = this.#options;
    await this.#reportingDoubt(keyOf(current.metadata), () =>
      this.#write(current, () => resources.patchMetadata(versionOf(current), change, call)),
    );
  }

  async #write(current: T, send: () => Promise<T>): Promise<void> {
    const { ownWrites, store, mayWrite } = this.#options;
    const key = keyOf(current.metadata);
    if (!mayWrite()) throw new NotLeading(`Cannot write "${key}": this process does not lead`);
    await ownWrites.during(key, send, (response) => store.accept(response));
  }

  async #reportingDoubt(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isCertain = error instanceof KubernetesError && ![0, 404, 409].includes(error.code);
      if (!isCertain && !(error instanceof NotLeading)) this.#options.onUncertain(key);
      throw error;
    }
  }
}

function versionOf({ metadata: { namespace, name, resourceVersion } }: CustomResource<unknown>): ObjectVersion {
  return namespace === undefined ? { name, resourceVersion } : { namespace, name, resourceVersion };
}
