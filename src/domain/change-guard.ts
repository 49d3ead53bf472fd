// Which changes of a topic's configuration let Kafka delete records. Pure.
// Judged on what is live and what would be effective, never on which field was edited.

/** One configuration change as Kafka would see it; `to` undefined: what comes after a reset is not known. */
export interface EffectiveChange {
  readonly key: string;
  readonly from: string;
  readonly to: string | undefined;
}

/** Whether the change can make records deletable that are not deletable now. Unknown is destructive. */
export function isDestructive({ key, from, to }: EffectiveChange): boolean {
  switch (key) {
    case "retention.ms":
    case "retention.bytes":
    case "delete.retention.ms":
    case "max.compaction.lag.ms":
      return to === undefined || limit(to) < limit(from);
    case "cleanup.policy":
      return to === undefined || gainsDeletion(policies(from), policies(to));
    case "remote.storage.enable":
      return from === "true" && to !== "true";
    default:
      return false;
  }
}

// -1 is no limit.
function limit(value: string): number {
  const number = Number(value);
  return number < 0 ? Number.POSITIVE_INFINITY : number;
}

function policies(value: string): ReadonlySet<string> {
  return new Set(
    value
      .split(",")
      .map((policy) => policy.trim())
      .filter((policy) => policy !== ""),
  );
}

// Deleting by age where nothing was deleted, or compacting away older values of a key.
function gainsDeletion(from: ReadonlySet<string>, to: ReadonlySet<string>): boolean {
  return [...to].some((policy) => !from.has(policy));
}
