// What the suites that run the operator have in common: which of their cases are asked for, one after the other, under what
// conditions, and how they are drawn. What is measured is each suite's own.

import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

import { KUBERNETES_VERSION } from "../hack/toolchain/control-plane-pins.mjs";
import { table, type BenchCase, type BenchReport, type Figure } from "./report.ts";

const KAFKA_JARS = new URL("../hack/toolchain/kafka-jars.lock", import.meta.url);
const KAFKA_VERSION = /kafka-clients-([\d.]+)\.jar/.exec(readFileSync(KAFKA_JARS, "utf8"))?.[1] ?? "unknown";
/** More of the machine than this is not ours. */
const BUSY_SHARE = 0.25;

interface Case {
  readonly name: string;
  /** Only where it is asked for. */
  readonly isExtra?: boolean;
}

/** Those that are named, in the order of the table; without a name all but the extra ones. */
export function chosenCases<C extends Case>(cases: readonly C[], names: readonly string[]): readonly C[] {
  const unknown = names.filter((name) => !cases.some((known) => known.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no case "${unknown.join('", "')}"; cases: ${cases.map(({ name }) => name).join(", ")}`);
  }
  return cases.filter(({ name, isExtra }) => (names.length === 0 ? isExtra !== true : names.includes(name)));
}

/** To be asked for before anything is started: it tells how busy the machine is. */
export function operatorConditions(): BenchReport["conditions"] {
  const [lastMinute = 0] = loadavg();
  if (lastMinute / availableParallelism() > BUSY_SHARE) {
    console.error(`The machine is busy (load average ${lastMinute.toFixed(1)}): times will be too long`);
  }
  return {
    "load average at start": lastMinute.toFixed(2),
    form: "bundle as shipped, ServiceAccount with config/rbac, audit log on, etcd without fsync, Kafka on tmpfs",
    versions: `kube-apiserver ${KUBERNETES_VERSION}, Kafka ${KAFKA_VERSION}`,
  };
}

/** One after the other; what the others measured stays worth something where one fails. */
export async function measureCases<C extends Case>(
  cases: readonly C[],
  told: (options: C) => string,
  measure: (options: C) => Promise<Readonly<Record<string, Figure>>>,
): Promise<BenchCase[]> {
  const measured: BenchCase[] = [];
  for (const options of cases) {
    console.error(`${options.name}: ${told(options)}`);
    try {
      measured.push({ name: options.name, figures: await measure(options) });
      console.error(table(measured.slice(-1)));
    } catch (error) {
      console.error(`${options.name} failed:`, error);
      process.exitCode = 1;
    }
  }
  return measured;
}

/** One chart a figure, with a bar for each case that has it. */
export function chartsOf(
  cases: readonly BenchCase[],
  shown: readonly { readonly title: string; readonly unit: string; readonly figure: string }[],
): BenchReport["charts"] {
  return shown.flatMap(({ title, unit, figure }) => {
    const bars = cases.flatMap(({ name, figures }) => {
      const value = figures[figure];
      return typeof value === "number" ? [{ label: name, value }] : [];
    });
    return bars.length === 0 ? [] : [{ title, unit, bars }];
  });
}
