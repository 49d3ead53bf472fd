// The closed list of what the operator itself wrote on a ConsumerGroup and a run may read. Everything else is derived
// anew each time. Pure.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import { hasFinalizer } from "../../api/group.ts";
import { findCondition } from "../../runtime/conditions.ts";

/** What is on record of a group's beginning on one topic. */
export interface Beginning {
  /** Settled: initialOffsets is never applied there again. */
  readonly isDone: boolean;
  /** Partitions that have a beginning. */
  readonly partitions?: number | undefined;
  /** It was about to be applied then, milliseconds since the epoch; whether it was is not on record. */
  readonly startedAtMs?: number | undefined;
}

export interface GroupMemory {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
  /** The object was observed as the holder of its group id on that cluster. */
  readonly isHolder: boolean;
  /** By topic, also of topics that are not declared any longer. */
  readonly beginnings: ReadonlyMap<string, Beginning>;
  /** Keys of the group's configuration that we have set and not yet returned to the broker. */
  readonly managedKeys: ReadonlySet<string>;
  /** Name of the Secret that was written. */
  readonly bindingName?: string | undefined;
  /** The object is being deleted, since then (milliseconds since the epoch). */
  readonly deletedAtMs?: number | undefined;
  readonly hasFinalizer: boolean;
}

export function memoryOf({ metadata, status }: ConsumerGroup): GroupMemory {
  const { bus, binding, conditions, managedKeys, state, topics } = status ?? {};
  const { deletionTimestamp } = metadata;
  const isObserved = bus?.clusterId !== undefined && state !== undefined;
  const beginnings = (topics ?? []).map(
    ({ topic, initialized, initializedPartitions, initializing }) =>
      [
        topic,
        {
          isDone: initialized === true,
          partitions: initializedPartitions,
          startedAtMs: initializing === undefined ? undefined : Date.parse(initializing),
        },
      ] as const,
  );
  return {
    busName: bus?.name,
    clusterId: bus?.clusterId,
    isHolder: isObserved && findCondition(conditions, "Conflict")?.status !== "True",
    beginnings: new Map(beginnings.filter(([, { isDone, startedAtMs }]) => isDone || startedAtMs !== undefined)),
    managedKeys: new Set(managedKeys),
    bindingName: binding?.name,
    deletedAtMs: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    hasFinalizer: hasFinalizer(metadata),
  };
}
