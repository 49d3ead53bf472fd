// The process edge: arguments, environment, exit codes. The only reader of process.env.

import { enableCompileCache } from "node:module";

import { Command } from "commander";

import { describeSettings } from "./settings.ts";
import { VERSION } from "./version.ts";

enableCompileCache();

const program = new Command("event-bus-operator")
  .description("Kubernetes operator for event-bus topics, consumer groups and retention on Kafka, alongside Strimzi.")
  .version(VERSION)
  .addHelpText(
    "after",
    `\nSettings (environment):\n${describeSettings()}\n\nExit codes: 0 stopped, 1 failed or lost the lease, 2 wrong settings.`,
  )
  .action(async () => {
    // Loaded here, so that --help and --version are immediate.
    const { runOperator } = await import("./cli/operator.ts");
    await runOperator({ environment: process.env, version: VERSION, exit: (code) => process.exit(code) });
  });

await program.parseAsync();
