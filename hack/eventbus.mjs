#!/usr/bin/env node
// The command `eventbus`, and as kubectl-eventbus the plugin `kubectl eventbus`: finds the project's Node, and runs the
// command line with it where the user is.

// Without a command the user wants to know which there are; only a pod wants the operator then.
const given = process.argv.slice(2);
process.argv.splice(2, given.length, "eventbus", ...(given.length === 0 ? ["--help"] : given));
// Whatever npm script it may have been called by.
process.env["INIT_CWD"] = process.cwd();
await import("./run.mjs");
