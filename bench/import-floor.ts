// What the operator's process weighs before it does anything: loads all that the operator loads, and says so in bytes.

import { enableCompileCache } from "node:module";

enableCompileCache();
await import("../src/cli/operator.ts");
console.log(process.memoryUsage.rss());
