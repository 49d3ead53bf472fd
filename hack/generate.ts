// Writes everything that is generated from the sources. `--check` writes nothing and fails, naming what is stale.

import { parseArgs } from "node:util";

import { GENERATED_FILES, staleFiles, writeFiles } from "./generated-files.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const root = new URL("..", import.meta.url);

if (values.check) {
  const stale = await staleFiles(root);
  for (const path of stale) console.error(`Stale: ${path}`);
  if (stale.length > 0) {
    console.error("Run hack/generate.ts and commit the result");
    process.exitCode = 1;
  }
} else {
  await writeFiles(root);
  console.log(`Wrote ${GENERATED_FILES.length} files`);
}
