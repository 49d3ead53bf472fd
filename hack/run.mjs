#!/usr/bin/env node
// The door of every npm script: node hack/run.mjs <task> [arguments]. Makes sure of what the task needs, then runs it
// with the project's Node. Plain JavaScript for Node 20, without dependencies: a fresh clone has none.

const [, , task = "", ...args] = process.argv;
const [major = 0] = process.versions.node.split(".").map(Number);
if (major < 20) {
  console.error(
    `Node 20 or newer is needed to start (this is ${process.versions.node}): https://nodejs.org/en/download`,
  );
  process.exit(1);
}

// Only now, since an older Node could not even read it.
const { main } = await import("./toolchain/main.mjs");
await main(task, args);
