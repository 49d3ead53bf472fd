// What the libraries of a runtime weigh before it does anything: resident memory of a process that has loaded them, one
// after the other, each bundled with only what is used of it.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import type { Bar } from "./bar-chart.ts";
import { bundle } from "./null-operator-process.ts";

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

/** Megabytes, each part with all before it. */
export async function measureParts(folder: string): Promise<Bar[]> {
  const bars: Bar[] = [];
  const modules: string[] = [];
  for (const [index, part] of PARTS.entries()) {
    modules.push(...part.modules);
    const imports = modules.map((module, count) => `import * as m${count} from "../src/${module}";`);
    const used = modules.map((_, count) => `m${count}`);
    const text = `${imports.join("\n")}\nglobalThis.kept = [${used.join()}];\nconsole.log(process.memoryUsage.rss());`;
    const program = await bundle(folder, `part-${index}`, { text });
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    bars.push({ label: part.name, value: Number(stdout) / 1024 ** 2 });
  }
  return bars;
}
