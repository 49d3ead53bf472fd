// The command line: which commands there are, with which options, and how each ends. Each command is loaded when it runs,
// so that --help and --version are immediate.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { describeSettings } from "../settings.ts";
import type { ExportOptions } from "./export.ts";
import type { PlanOptions } from "./plan.ts";
import { PLAN_FORMATS } from "./plan/formats.ts";
import { CommandError, EXIT, type ExitCode, type Terminal } from "./terminal.ts";
import { VALIDATION_FORMATS, type ValidationFormat } from "./validate/formats.ts";

/** What the process edge gives to the command line. */
export interface ProgramEdge {
  readonly terminal: Terminal;
  readonly version: string;
  /** The operator does not end with its command, so it ends the process itself. */
  operate(): Promise<void>;
}

type Ending = (code: ExitCode) => void;

/** What the image runs; the launchers of the command line show the help instead. */
const DEFAULT_COMMAND = ["operator"];

const PATHS = "files, folders (every *.yaml, *.yml and *.json in them), or - for stdin";

export function createProgram(edge: ProgramEdge, end: Ending): Command {
  const program = new Command("eventbus")
    .description("Topics, consumer groups and retention of an event bus on Kafka, declared as Kubernetes resources.")
    .version(edge.version)
    .helpCommand(false)
    .exitOverride();
  program.addCommand(operatorCommand(edge));
  program.addCommand(validateCommand(edge, end));
  program.addCommand(planCommand(edge, end));
  program.addCommand(exportCommand(edge, end));
  program.addCommand(crdsCommand(edge, end));
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** Reads the arguments and runs the command; resolves with the code to end with, undefined for one that ends by itself. */
export async function runProgram(args: readonly string[], edge: ProgramEdge): Promise<ExitCode | undefined> {
  let code: ExitCode | undefined;
  try {
    await createProgram(edge, (given) => {
      code = given;
    }).parseAsync(args.length === 0 ? DEFAULT_COMMAND : args, { from: "user" });
    return code;
  } catch (error) {
    // commander has said what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CommandError)) throw error;
    edge.terminal.err.write(`eventbus: ${error.message}\n`);
    return error.exitCode;
  }
}

function operatorCommand(edge: ProgramEdge): Command {
  return new Command("operator")
    .description("run the operator against the current kubeconfig, or the account of the pod")
    .addHelpText(
      "after",
      `\nSettings (environment):\n${describeSettings()}\n\nExit codes: 0 stopped, 1 failed or lost the lease, 2 wrong settings.`,
    )
    .action(() => edge.operate());
}

function validateCommand({ terminal }: ProgramEdge, end: Ending): Command {
  return new Command("validate")
    .description("judge manifests without a cluster, as the API server and the operator would, all problems at once")
    .argument("<paths...>", PATHS)
    .addOption(namespaceOption())
    .addOption(outputOption(VALIDATION_FORMATS))
    .option("--strict", "refuse objects of other kinds, instead of skipping them")
    .addHelpText("after", "\nExit codes: 0 valid, 1 invalid, 2 wrong usage.")
    .action(async (paths: string[], options: { namespace: string; output: ValidationFormat; strict?: boolean }) => {
      const { validate } = await import("./validate.ts");
      end(await validate(paths, options, terminal));
    });
}

function planCommand({ terminal, version }: ProgramEdge, end: Ending): Command {
  const command = new Command("plan")
    .description("tell what the operator would do if the manifests were applied; changes nothing")
    .argument("<paths...>", PATHS)
    .addOption(namespaceOption())
    .addOption(outputOption(PLAN_FORMATS));
  return connectionOptions(command)
    .option("--no-cluster", "do not ask the current Kubernetes cluster: what the files hold is everything there is")
    .addHelpText("after", "\nExit codes: 0 nothing to do, 3 changes, 1 refused, invalid or not known, 2 wrong usage.")
    .action(async (paths: string[], options: PlanOptions) => {
      const [{ plan }, { connectKafka }] = await Promise.all([
        import("./plan.ts"),
        import("../kafka/platformatic/kafka-admin.ts"),
      ]);
      end(await plan(paths, options, terminal, { version, connect: connectKafka }));
    });
}

function exportCommand({ terminal, version }: ProgramEdge, end: Ending): Command {
  const command = new Command("export")
    .description("write what a Kafka cluster holds as manifests that adopt it without changing anything")
    .addOption(namespaceOption())
    .option(
      "--bus <name>",
      'EventBus of the topics (default: the default one; with an address alone "main", written too)',
    );
  return connectionOptions(command)
    .option("--no-cluster", "do not ask the current Kubernetes cluster; needs --bootstrap-server")
    .option("--include <pattern>", "only topics of this name, or beginning with it: orders.* (repeatable)", collect, [])
    .option("--exclude <pattern>", "no topics of this name, or beginning with it (repeatable)", collect, [])
    .option("--policies", "write a RetentionPolicy for each retention that several topics have")
    .option("--declared", "also topics that EventTopics in the Kubernetes cluster hold already")
    .option(
      "--output-dir <folder>",
      "a file an object, instead of all to stdout; files of an earlier export are replaced",
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 written, 1 something cannot be read (then nothing is written), 2 wrong usage.",
    )
    .action(async (options: ExportOptions) => {
      const [{ exportManifests }, { connectKafka }] = await Promise.all([
        import("./export.ts"),
        import("../kafka/platformatic/kafka-admin.ts"),
      ]);
      end(await exportManifests(options, terminal, { version, connect: connectKafka }));
    });
}

/** Of an option that may be given several times. */
function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function connectionOptions(command: Command): Command {
  return command
    .option("--bootstrap-server <host:port>", "address of Kafka, several with commas, in place of the EventBus' own")
    .option(
      "--command-config <file>",
      "settings of the connection to Kafka, as its own tools read them (client.properties)",
    );
}

function crdsCommand({ terminal }: ProgramEdge, end: Ending): Command {
  return new Command("crds")
    .description("print the CustomResourceDefinitions, for kubectl apply -f -")
    .action(async () => {
      const { printCrds } = await import("./crds.ts");
      end(printCrds(terminal));
    });
}

function namespaceOption(): Option {
  return new Option("-n, --namespace <name>", "namespace of objects that name none")
    .default("default")
    .argParser((name: string) => {
      if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return name;
      throw new InvalidArgumentError("Use the name of a namespace.");
    });
}

function outputOption(formats: readonly string[]): Option {
  return new Option("-o, --output <format>", "how the result is written").choices(formats).default(formats[0]);
}
