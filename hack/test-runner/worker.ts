// A process that runs test files, one after the other, as it is ordered. All files share this process' environment
// (control plane, Kafka), which is started when a test first asks for it.

import { resolve } from "node:path";
import { inspect, stripVTControlCharacters } from "node:util";

import Mocha from "mocha";

import settings from "../../.mocharc.json" with { type: "json" };
import { environment, shownSecrets } from "../../test/environment/environment.ts";
import { knownSecrets } from "../../test/environment/known-secrets.ts";
import type { Order, Report } from "./messages.ts";

/** The runner process tells what happened, not this one. */
class SilentReporter extends Mocha.reporters.Base {}

// The preloaded module lets go of the channel; here it is what the process lives for.
process.channel?.ref();

// Mocha passes a rejection that nobody handles on to others; as an uncaught error it fails the test that runs.
process.on("unhandledRejection", (reason) => {
  throw reason;
});

function report(message: Report): void {
  process.send?.(message);
}

/** Nothing here may be forgotten or left out: pending and exclusive tests fail. */
async function run(file: string, grep: string | undefined): Promise<void> {
  const mocha = new Mocha({
    timeout: settings.timeout,
    forbidOnly: true,
    forbidPending: true,
    reporter: SilentReporter,
    ...(grep === undefined ? {} : { grep }),
  });
  mocha.addFile(resolve(file));
  try {
    await mocha.loadFilesAsync();
    await new Promise<void>((done) => observe(mocha.run(() => done())));
  } catch (error) {
    report({ kind: "failed", title: "(while loading the file)", error: describeError(error) });
  }
  await reportSecrets();
  report({ kind: "fileDone" });
}

/** Whatever the file is about, no operator in it may have shown a secret. */
async function reportSecrets(): Promise<void> {
  try {
    const shown = await shownSecrets();
    if (shown.length > 0) report({ kind: "failed", title: "(shows no secret)", error: shown.join("\n") });
  } catch (error) {
    report({ kind: "failed", title: "(shows no secret)", error: describeError(error) });
  }
}

/** Mocha starts on the next turn of the event loop, so nothing is missed. */
function observe(runner: Mocha.Runner): void {
  runner.on("pass", (test) => report({ kind: "passed", title: test.fullTitle() }));
  runner.on("fail", (test, error) => {
    const text = describeError(error);
    const shown = knownSecrets.foundIn(text).map((label) => `It told the ${label}, which is taken out here\n`);
    report({ kind: "failed", title: test.fullTitle(), error: shown.join("") + knownSecrets.hidden(text) });
  });
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const { actual, expected, showDiff } = error as { actual?: unknown; expected?: unknown; showDiff?: boolean };
  const text = error.cause === undefined ? (error.stack ?? error.message) : inspect(error);
  if (showDiff === false || expected === undefined) return text;
  const [was, wanted] = [actual, expected].map((value) =>
    typeof value === "string" ? value : inspect(value, { depth: 20, sorted: true, breakLength: 100 }),
  );
  const diff = Mocha.reporters.Base.generateDiff(was ?? "", wanted ?? "");
  return `${text}\n${stripVTControlCharacters(diff)}`;
}

// One order at a time, in their order.
let last = Promise.resolve();
process.on("message", (order: Order) => {
  last = last.then(async () => {
    if (order.kind === "run") {
      await run(order.file, order.grep);
      return;
    }
    await environment().stop();
    process.exit(0);
  });
});
