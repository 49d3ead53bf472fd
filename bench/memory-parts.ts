// What the libraries of a runtime weigh before it does anything: resident memory of a process that has loaded them, one
// after the other, each bundled with only what is used of it.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";

import { bundleProgram, NODE_FLAGS } from "../hack/shipped-form.ts";
import type { Bar } from "./bar-chart.ts";

const ROOT = join(import.meta.dirname, "..");

const PARTS: readonly { readonly name: string; readonly modules: readonly string[] }[] = [
  { name: "Node alone", modules: [] },
  {
    name: "+ log and metrics (winston, prom-client)",
    modules: ["telemetry/logger.ts", "telemetry/prometheus-metrics.ts"],
  },
  { name: "+ sockets (undici)", modules: ["kubernetes/client/connections.ts"] },
  { name: "+ kubeconfig (client-node, yaml)", modules: ["kubernetes/client/kubeconfig.ts"] },
  { name: "+ the runtime", modules: ["kubernetes/client/kubernetes-client.ts", "runtime/controller.ts"] },
];

/** Megabytes, each part with all before it. `folder`: for the programs that are made. */
export async function measureParts(folder: string): Promise<Bar[]> {
  const bars: Bar[] = [];
  const modules: string[] = [];
  for (const [index, part] of PARTS.entries()) {
    modules.push(...part.modules);
    const imports = modules.map((module, count) => `import * as m${count} from "${join(ROOT, "src", module)}";`);
    const used = modules.map((_, count) => `m${count}`);
    const entry = join(folder, `part-${index}.ts`);
    await writeFile(
      entry,
      `${imports.join("\n")}\nglobalThis.kept = [${used.join()}];\nconsole.log(process.memoryUsage.rss());`,
    );
    const program = join(folder, `part-${index}.mjs`);
    await bundleProgram(relative(ROOT, entry), program);
    const { stdout } = await promisify(execFile)(process.execPath, [...NODE_FLAGS, program]);
    bars.push({ label: part.name, value: Number(stdout) / 1024 ** 2 });
  }
  return bars;
}
