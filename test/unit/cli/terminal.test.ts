import { expect } from "chai";
import { describe, it } from "mocha";

import { runProgram } from "../../../src/cli/program.ts";
import { paintFor, progressOn } from "../../../src/cli/terminal.ts";
import { recordedTerminal, type RecordedTerminal } from "../../fakes/recorded-terminal.ts";

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number | undefined; readonly terminal: RecordedTerminal }> {
  const terminal = recordedTerminal();
  const operate = (): Promise<void> => Promise.resolve(terminal.out.write("operates"));
  return { code: await runProgram(args, { terminal, version: "1.2.3", operate }), terminal };
}

function paint(isTerminal: boolean, environment: Readonly<Record<string, string>> = {}): string {
  return paintFor({ write: () => {}, isTerminal }, environment)("red", "x");
}

describe("The terminal", () => {
  it("has colours where somebody looks and wants them", () => {
    expect(paint(true)).to.equal("\u001b[31mx\u001b[0m");
    expect([paint(false), paint(true, { NO_COLOR: "1" }), paint(true, { TERM: "dumb" })]).to.deep.equal([
      "x",
      "x",
      "x",
    ]);
    expect(paint(true, { NO_COLOR: "" })).to.equal("\u001b[31mx\u001b[0m");
  });

  it("shows progress to people only, on stderr, and takes it away", () => {
    const watched = recordedTerminal({ isTerminal: true });
    const progress = progressOn(watched);
    progress.say("1 of 2");
    progress.end();
    expect([watched.stdout(), watched.stderr()]).to.deep.equal(["", "\r\u001b[K1 of 2\r\u001b[K"]);
    const piped = recordedTerminal();
    progressOn(piped).say("1 of 2");
    expect(piped.stderr()).to.equal("");
  });
});

describe("The program", () => {
  it("runs the operator without a command, which ends by itself", async () => {
    const { code, terminal } = await run();
    expect([code, terminal.stdout()]).to.deep.equal([undefined, "operates"]);
    expect((await run("operator")).terminal.stdout()).to.equal("operates");
  });

  it("ends with 2 for a wrong usage, in one clear line", async () => {
    const { code, terminal } = await run("validate", "nowhere.yaml");
    expect([code, terminal.stderr()]).to.deep.equal([
      2,
      'eventbus: Cannot read "nowhere.yaml": there is no such file or folder\n',
    ]);
  });

  it("prints definitions that kubectl can apply", async () => {
    const { code, terminal } = await run("crds");
    expect(code).to.equal(0);
    expect(terminal.stdout().match(/^kind: CustomResourceDefinition$/gm)).to.have.length(4);
  });
});
