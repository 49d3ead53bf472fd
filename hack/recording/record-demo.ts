// Plays `npm run demo -- --once` and keeps what it writes as docs/demo.svg.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { terminalSvg, type RecordedLine } from "./terminal-svg.ts";

const ROOT = join(import.meta.dirname, "../..");
const SIZE = { columns: 128, rows: 32 };

const demo = spawn("npm", ["run", "--silent", "demo", "--", "--once"], {
  cwd: ROOT,
  stdio: ["ignore", "pipe", "inherit"],
});
const startedAt = Date.now();
const lines: RecordedLine[] = [{ atMs: 0, text: "$ npm run demo -- --once" }];
createInterface({ input: demo.stdout }).on("line", (text) => {
  process.stdout.write(`${text}\n`);
  lines.push({ atMs: Date.now() - startedAt, text });
});
const [code] = (await once(demo, "close")) as [number | null];
if (code !== 0) throw new Error(`The demo ended with exit code ${code}, so nothing was kept`);
writeFileSync(join(ROOT, "docs/demo.svg"), terminalSvg(lines, SIZE));
