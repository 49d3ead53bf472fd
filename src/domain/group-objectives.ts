// What lag is acceptable for a ConsumerGroup: what it declares, else the presets of its purpose. Pure.

import type { ConsumerGroupSpec } from "../api/consumer-group.ts";
import { parseDuration } from "../api/quantity.ts";
import type { GroupObjectives } from "./group-reading.ts";

type Purpose = NonNullable<ConsumerGroupSpec["purpose"]>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Processors serve somebody who waits; the others may be late, but must not lose what retention takes away. */
export const PRESETS: Readonly<Record<Purpose, GroupObjectives>> = {
  processor: { maxTimeLagMs: 5 * MINUTE_MS, minHeadroomMs: 12 * HOUR_MS },
  analytics: { maxTimeLagMs: HOUR_MS, minHeadroomMs: 12 * HOUR_MS },
  audit: { maxTimeLagMs: HOUR_MS, minHeadroomMs: 24 * HOUR_MS },
  backup: { maxTimeLagMs: 24 * HOUR_MS, minHeadroomMs: 24 * HOUR_MS },
  other: {},
};

export function groupObjectives({ purpose = "other", slo = {} }: ConsumerGroupSpec): GroupObjectives {
  const preset = PRESETS[purpose];
  return {
    maxTimeLagMs: msOf(slo.maxTimeLag) ?? preset.maxTimeLagMs,
    maxRecordLag: slo.maxRecordLag,
    minHeadroomMs: msOf(slo.minRetentionHeadroom) ?? preset.minHeadroomMs,
    allowedLag: slo.allowedLag,
  };
}

function msOf(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : parseDuration(duration);
}
