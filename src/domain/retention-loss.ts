// Which changes of a topic's configuration let Kafka delete records, and which records. Pure.
// Judged on what is live and what would be effective, never on which field was edited.

/** One configuration change as Kafka would see it; `to` undefined: what comes after a reset is not known. */
export interface EffectiveChange {
  readonly key: string;
  readonly from: string;
  readonly to: string | undefined;
}

/** Values by key; a key that is absent is not known. */
export type LiveConfig = ReadonlyMap<string, string>;

/**
 * The records that may go.
 * - `olderThan`: by retention.ms, those before the first that is young enough.
 * - `beyondSize`: by retention.bytes, of partitions that are larger.
 * - `everything`: by compaction or with remote storage, any of them.
 * - `unknown`: what would be effective is not known.
 */
export type Loss =
  | { readonly kind: "olderThan"; readonly ms: number }
  | { readonly kind: "beyondSize"; readonly bytes: number }
  | { readonly kind: "everything" }
  | { readonly kind: "unknown" };

/** Every key by which a change can let Kafka delete records. A RetentionPolicy may decide each of them. */
export const GUARDED_KEYS: ReadonlySet<string> = new Set([
  "cleanup.policy",
  "retention.ms",
  "retention.bytes",
  "delete.retention.ms",
  "max.compaction.lag.ms",
  "remote.storage.enable",
]);

const EVERYTHING: Loss = { kind: "everything" };
const UNKNOWN: Loss = { kind: "unknown" };

/**
 * What each change lets Kafka delete once all of them are in effect together; harmless changes are absent. It is the
 * cleanup.policy in effect afterwards that decides: a topic that is only compacted deletes nothing by age or size.
 */
export function lossesOf(changes: readonly EffectiveChange[], live: LiveConfig): ReadonlyMap<string, readonly Loss[]> {
  const after = configAfter(changes, live);
  const losses = changes
    .map((change): [string, readonly Loss[]] => [change.key, lossesOfChange(change, live, after)])
    .filter(([, ofChange]) => ofChange.length > 0);
  return new Map(losses);
}

/** As it is live with the changes in effect; what a reset leads to may be unknown, and is then absent. */
export function configAfter(changes: readonly EffectiveChange[], live: LiveConfig): LiveConfig {
  const after = new Map(live);
  for (const { key, to } of changes) {
    if (to === undefined) after.delete(key);
    else after.set(key, to);
  }
  return after;
}

function lossesOfChange(change: EffectiveChange, live: LiveConfig, after: LiveConfig): readonly Loss[] {
  const { key, from, to } = change;
  switch (key) {
    case "cleanup.policy":
      return lossesOfPolicy(from, to, after);
    case "retention.ms":
      return isShorter(change, "delete", live, after) ? [byAge(to)] : [];
    case "retention.bytes":
      return isShorter(change, "delete", live, after) ? [bySize(to, live)] : [];
    case "delete.retention.ms":
    case "max.compaction.lag.ms":
      return isShorter(change, "compact", live, after) ? [anywhere(to)] : [];
    case "remote.storage.enable":
      return isTrue(from) && !isTrue(to) ? [anywhere(to)] : [];
    default:
      return [];
  }
}

/** Lower, on a topic that does what the limit is for, before and after; where it only begins to, its policy is judged. */
function isShorter(
  { from, to }: EffectiveChange,
  word: "delete" | "compact",
  live: LiveConfig,
  after: LiveConfig,
): boolean {
  const isLower = to === undefined || limitOf(to) < limitOf(from);
  return isLower && mayDo(word, live) && mayDo(word, after);
}

/** What a policy that begins to delete or to compact makes of the retention that is in effect then. */
function lossesOfPolicy(from: string, to: string | undefined, after: LiveConfig): readonly Loss[] {
  if (to === undefined) return [UNKNOWN];
  const [before, wanted] = [policiesOf(from), policiesOf(to)];
  const losses: Loss[] = [];
  if (wanted.has("delete") && !before.has("delete")) {
    const [time, bytes] = [after.get("retention.ms"), after.get("retention.bytes")];
    if (!isUnlimited(time)) losses.push(byAge(time));
    if (!isUnlimited(bytes)) losses.push(bySize(bytes, after));
  }
  if (wanted.has("compact") && !before.has("compact")) losses.push(EVERYTHING);
  return losses;
}

function anywhere(to: string | undefined): Loss {
  return to === undefined ? UNKNOWN : EVERYTHING;
}

function byAge(retentionMs: string | undefined): Loss {
  return retentionMs === undefined ? UNKNOWN : { kind: "olderThan", ms: limitOf(retentionMs) };
}

/** Brokers tell the size of what lies on their disks: of a tiered topic that is only a part. */
function bySize(retentionBytes: string | undefined, config: LiveConfig): Loss {
  if (retentionBytes === undefined) return UNKNOWN;
  return isTrue(config.get("remote.storage.enable"))
    ? EVERYTHING
    : { kind: "beyondSize", bytes: limitOf(retentionBytes) };
}

function isTrue(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === "true";
}

/** A limit as Kafka reads it: -1, and anything negative, is none. */
export function limitOf(value: string): number {
  const number = Number(value);
  return number < 0 ? Number.POSITIVE_INFINITY : number;
}

function isUnlimited(value: string | undefined): boolean {
  return value !== undefined && !Number.isFinite(limitOf(value));
}

/** A cleanup.policy that is not known may do anything. */
function mayDo(word: "delete" | "compact", config: LiveConfig): boolean {
  const policy = config.get("cleanup.policy");
  return policy === undefined || policiesOf(policy).has(word);
}

function policiesOf(value: string): ReadonlySet<string> {
  return new Set(
    value
      .split(",")
      .map((policy) => policy.trim().toLowerCase())
      .filter((policy) => policy !== ""),
  );
}
