// What the runtime itself costs: N objects through a reconciler that does nothing, on a real API server, seen by an
// independent watcher, against the rate at which the same API server takes the same writes from a dumb generator.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleProgram } from "../hack/shipped-form.ts";
import { KUBERNETES_VERSION } from "../hack/toolchain/control-plane-pins.mjs";
import { startControlPlane } from "../test/environment/control-plane.ts";
import { WIDGET_CRD } from "../test/fakes/widget.ts";
import { measureParts } from "./memory-parts.ts";
import type { BenchReport } from "./report.ts";
import { measureRuntime, type RuntimeCase } from "./runtime-case.ts";

const ONE_BY_ONE = 200;
const SIZES = [1_000, 10_000];

/** `args`: numbers of objects. */
export async function benchRuntime(args: readonly string[]): Promise<BenchReport> {
  const sizes = args.length > 0 ? args.map(Number) : SIZES;
  if (sizes.some((size) => !(Number.isInteger(size) && size > 0))) {
    throw new RangeError(`Cannot measure ${args.join(" ")} objects: write numbers, for example "1000 10000"`);
  }
  const cases: readonly RuntimeCase[] = [
    { mode: "one by one", objects: ONE_BY_ONE },
    ...sizes.flatMap((objects) => (["present", "arriving"] as const).map((mode) => ({ mode, objects }))),
  ];
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const program = join(folder, "null-operator.mjs");
    await bundleProgram("bench/null-operator.ts", program);
    const results = [];
    for (const wanted of cases) {
      // A fresh one each: the API server slows down with its history.
      await using controlPlane = await startControlPlane();
      await controlPlane.applyManifests([WIDGET_CRD]);
      results.push(await measureRuntime(controlPlane, program, wanted));
    }
    const bulk = results.filter(({ totalSeconds }) => totalSeconds !== undefined);
    return {
      title: "Objects through a reconciler that does nothing",
      conditions: { kubernetes: `kube-apiserver ${KUBERNETES_VERSION} and etcd on the same machine` },
      cases: results,
      charts: [
        {
          title: "Until all statuses were seen",
          unit: "seconds",
          bars: bulk.map(({ name, totalSeconds = 0 }) => ({ label: name, value: totalSeconds })),
        },
        { title: "Resident memory after loading", unit: "MB", bars: await measureParts(folder) },
      ],
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
