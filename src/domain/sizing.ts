// How many partitions a topic needs, from its class, its throughput and its consumers. Pure.

import { formatSize, parseSize } from "../api/quantity.ts";

/** `EventTopic.spec.sizing`. */
export interface Sizing {
  readonly class?: "small" | "medium" | "large" | undefined;
  readonly throughput?: string | number | undefined;
  readonly perPartitionThroughput?: string | number | undefined;
  readonly maxConsumers?: number | undefined;
}

/** The fields of a sizing in canonical units. */
export interface SizedBy {
  readonly class?: string | undefined;
  readonly throughput?: number | undefined;
  readonly perPartitionThroughput?: number | undefined;
  readonly maxConsumers?: number | undefined;
}

export type SizingResult =
  | { readonly kind: "partitions"; readonly count: number; readonly because: string }
  | { readonly kind: "exceeds"; readonly count: number; readonly message: string };

const CLASSES = {
  small: { least: 3, most: 5 },
  medium: { least: 10, most: 20 },
  large: { least: 30, most: Number.POSITIVE_INFINITY },
} as const;

/** 10 MiB/s, the usual conservative figure for one partition, unless bus or topic say otherwise. */
export const DEFAULT_PER_PARTITION_THROUGHPUT = "10Mi";

/** By these a topic is sized: while they stay, neither the bus nor a default changes it. */
export function sizedBy({ class: name, throughput, perPartitionThroughput, maxConsumers }: Sizing): SizedBy {
  return {
    class: name,
    throughput: bytes(throughput),
    perPartitionThroughput: bytes(perPartitionThroughput),
    maxConsumers,
  };
}

export function isSameSizing(a: SizedBy, b: SizedBy): boolean {
  const keys = ["class", "throughput", "perPartitionThroughput", "maxConsumers"] as const;
  return keys.every((key) => a[key] === b[key]);
}

function bytes(size: string | number | undefined): number | undefined {
  return size === undefined ? undefined : parseSize(size);
}

/** The largest of what class, throughput and consumers need; refused above the ceiling of the class. */
export function partitionsFor(sizing: Sizing, busPerPartitionThroughput?: string | number): SizingResult {
  const perPartition = parseSize(
    sizing.perPartitionThroughput ?? busPerPartitionThroughput ?? DEFAULT_PER_PARTITION_THROUGHPUT,
  );
  const needs: { count: number; because: string }[] = [];
  if (sizing.class !== undefined) {
    needs.push({ count: CLASSES[sizing.class].least, because: `class ${sizing.class}` });
  }
  if (sizing.throughput !== undefined) {
    const throughput = parseSize(sizing.throughput);
    needs.push({
      count: Math.max(1, Math.ceil(throughput / Math.max(1, perPartition))),
      because: `${formatSize(throughput)}/s at ${formatSize(perPartition)}/s a partition`,
    });
  }
  if (sizing.maxConsumers !== undefined) {
    needs.push({ count: sizing.maxConsumers, because: `${sizing.maxConsumers} consumers side by side` });
  }
  const largest = needs.reduce((most, need) => (need.count > most.count ? need : most), { count: 1, because: "one" });
  const ceiling = sizing.class === undefined ? Number.POSITIVE_INFINITY : CLASSES[sizing.class].most;
  if (largest.count <= ceiling) return { kind: "partitions", ...largest };
  return {
    kind: "exceeds",
    count: largest.count,
    message:
      `spec.sizing needs ${largest.count} partitions (${largest.because}), more than the ${ceiling} of class ` +
      `"${sizing.class}"; choose a larger class or set spec.partitions`,
  };
}
