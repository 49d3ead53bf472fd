// The objects that a preview sees, by kind: what files hold, laid over what a cluster holds. In memory, read-only once made.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { CustomResource, KubernetesObject, ObjectMeta } from "../../api/custom-resource.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { GROUP_STORE_INDEXES, type NamespaceObject } from "../../composition/caches.ts";
import { TOPIC_INDEXES } from "../../controllers/event-topic/wakes.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { ObjectStore, type Store, type StoreOptions } from "../../runtime/store.ts";

export interface PreviewObjects {
  readonly buses: Store<EventBus>;
  readonly topics: Store<EventTopic>;
  readonly policies: Store<RetentionPolicy>;
  readonly groups: Store<ConsumerGroup>;
  readonly namespaces: Store<NamespaceObject>;
}

export interface ObjectLists {
  readonly buses: readonly EventBus[];
  readonly topics: readonly EventTopic[];
  readonly policies: readonly RetentionPolicy[];
  readonly groups: readonly ConsumerGroup[];
  readonly namespaces: readonly NamespaceObject[];
}

export const NO_OBJECTS: ObjectLists = { buses: [], topics: [], policies: [], groups: [], namespaces: [] };

export function previewObjects(lists: ObjectLists): PreviewObjects {
  return {
    buses: storeOf(lists.buses),
    topics: storeOf(lists.topics, TOPIC_INDEXES),
    policies: storeOf(lists.policies),
    groups: storeOf(lists.groups, GROUP_STORE_INDEXES),
    namespaces: storeOf(lists.namespaces),
  };
}

export function storeOf<T extends KubernetesObject>(
  objects: readonly T[],
  indexes: NonNullable<StoreOptions<T>["indexes"]> = {},
): ObjectStore<T> {
  const store = new ObjectStore<T>({
    indexes,
    onListenerError: (error) => {
      throw error;
    },
  });
  store.feed().replace(objects, "1");
  return store;
}

/** Each object of files in place of its namesake; `now` is when those are taken to be created that are new. */
export function laidOver<T extends CustomResource<unknown>>(
  files: readonly T[],
  live: readonly T[],
  nowMs: number,
): readonly T[] {
  const byKey = new Map(live.map((object) => [keyOf(object.metadata), object]));
  files.forEach((object, index) => {
    const key = keyOf(object.metadata);
    byKey.set(key, asApplied(object, byKey.get(key), new Date(nowMs).toISOString(), index));
  });
  return [...byKey.values()];
}

/**
 * The object as it would be stored: the spec of the file, and of the live object what an apply leaves alone. Fields of
 * spec that others own there (another field manager) are not carried over.
 */
function asApplied<T extends CustomResource<unknown>>(file: T, live: T | undefined, now: string, index: number): T {
  const { metadata } = file;
  if (live === undefined) {
    // Files come in the order in which they are applied, and so do claims.
    const uid = `file-${String(index).padStart(9, "0")}`;
    const made: ObjectMeta = { ...metadata, uid, resourceVersion: "1", generation: 1, creationTimestamp: now };
    return { ...file, metadata: made, status: undefined };
  }
  const isSame = JSON.stringify(sorted(file.spec)) === JSON.stringify(sorted(live.spec));
  const generation = (live.metadata.generation ?? 1) + (isSame ? 0 : 1);
  const labels = { ...live.metadata.labels, ...metadata.labels };
  const annotations = { ...live.metadata.annotations, ...metadata.annotations };
  return { ...live, spec: file.spec, metadata: { ...live.metadata, generation, labels, annotations } };
}

/** Keys in order, at any depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sorted(field)]));
}
