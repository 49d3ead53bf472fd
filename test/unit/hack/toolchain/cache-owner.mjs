// A process that fills a cache folder or holds a lock until it is told otherwise; see cache.test.ts.

import { appendFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { cachedFolder } from "../../../../hack/toolchain/cache.mjs";
import { runProgram } from "../../../../hack/toolchain/run-program.mjs";

const [, , journal = "", seconds = "0"] = process.argv;
const wanted = {
  name: "part-1",
  files: ["binary"],
  onWait: (/** @type {number} */ pid) => console.log(`waiting for ${pid}`),
};
const folder = await cachedFolder(wanted, async (draft, _missing, reaper) => {
  appendFileSync(journal, `${process.pid}\n`);
  await writeFile(join(draft, "half"), "not yet");
  console.log("producing");
  await runProgram(reaper, "sleep", [seconds]);
  await writeFile(join(draft, "binary"), "complete");
});
console.log(`has ${folder}`);
