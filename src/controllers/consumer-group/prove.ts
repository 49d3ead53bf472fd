// Fetches the offsets at which a plan's beginnings lie. Reads only, and nothing for a plan without them.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { CommittedOffset, OffsetAt } from "../../kafka/model/offsets.ts";
import type { Step } from "../plan.ts";
import type { GroupAction, SeedAction } from "./actions.ts";

export interface GroupEvidence {
  /** By step id: what to commit. A beginning that is absent could not be found out on all of its partitions. */
  readonly offsets: ReadonlyMap<string, readonly CommittedOffset[]>;
}

export async function proveGroup(
  steps: readonly Step<GroupAction>[],
  admin: KafkaAdmin,
  call: Call,
): Promise<GroupEvidence> {
  const found = steps.map(async ({ id, action }) =>
    action.type === "seedOffsets" ? ([id, await offsetsOf(action, admin, call)] as const) : undefined,
  );
  const known = (await Promise.all(found)).flatMap((entry) => {
    const [id, offsets] = entry ?? [];
    return id === undefined || offsets === undefined ? [] : [[id, offsets] as const];
  });
  return { offsets: new Map(known) };
}

async function offsetsOf(
  { at, partitions, topicName: topic }: SeedAction,
  admin: KafkaAdmin,
  call: Call,
): Promise<readonly CommittedOffset[] | undefined> {
  const offsets = await Promise.all(
    partitions.map(async (partition) => {
      const offset = await offsetOf({ topic, partition }, at, admin, call);
      return offset === undefined ? undefined : { topic, partition, offset };
    }),
  );
  return offsets.every((offset) => offset !== undefined) ? offsets : undefined;
}

/** Where no record is that young the group begins at the end; undefined where no leader tells. */
async function offsetOf(
  partition: { readonly topic: string; readonly partition: number },
  at: OffsetAt,
  admin: KafkaAdmin,
  call: Call,
): Promise<bigint | undefined> {
  const [found, end] = await Promise.all([
    admin.listOffset(partition, at, call),
    admin.listOffset(partition, "latest", call),
  ]);
  if (found.status !== "ok" || end.status !== "ok") return undefined;
  return found.value.offset ?? end.value.offset;
}
