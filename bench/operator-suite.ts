// What the suites that run the operator have in common: which of their cases are asked for, and under what conditions they
// measure. It measures nothing.

import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

import { KUBERNETES_VERSION } from "../hack/toolchain/control-plane-pins.mjs";
import type { BenchReport } from "./report.ts";

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
