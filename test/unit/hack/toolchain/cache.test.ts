import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { keyOf } from "../../../../hack/toolchain/cache.mjs";
import { until } from "../../../environment/until.ts";

const OWNER = fileURLToPath(new URL("cache-owner.mjs", import.meta.url));

interface Owner {
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly lines: Interface;
}

describe("The toolchain's cache", () => {
  let folder: string;
  let root: string;
  let journal: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "toolchain-cache-"));
    root = join(folder, "event-bus-operator");
    journal = join(folder, "journal");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A process that fills the cache, which takes it so long. */
  function startOwner(seconds: number): Owner {
    const env = { ...process.env, XDG_CACHE_HOME: folder };
    const args = [OWNER, journal, String(seconds)];
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    return { child, lines: createInterface({ input: child.stdout }) };
  }

  it("holds nothing when a run is killed in the middle, and the next run starts afresh", async () => {
    const killed = startOwner(600);
    await once(killed.lines, "line");
    expect(await readdir(root)).to.have.length(2);
    killed.child.kill("SIGKILL");
    await until(async () => (await readdir(root)).join() === "locks");
    expect(await linesOf(startOwner(0))).to.deep.equal(["producing", `has ${join(root, "part-1")}`]);
    expect(readFileSync(join(root, "part-1", "binary"), "utf8")).to.equal("complete");
    expect(await readdir(join(root, "locks"))).to.deep.equal([]);
  });

  it("has one of two at once produce, while the other waits, says so, and uses the result", async () => {
    const first = startOwner(1);
    await once(first.lines, "line");
    const second = await linesOf(startOwner(0));
    expect(second).to.deep.equal([`waiting for ${first.child.pid}`, `has ${join(root, "part-1")}`]);
    expect(readFileSync(journal, "utf8").trim().split("\n")).to.deep.equal([String(first.child.pid)]);
  });

  it("names a part by all of its inputs", () => {
    expect(keyOf("a", "b")).to.match(/^[0-9a-f]{12}$/);
    expect(new Set([keyOf("a", "b"), keyOf("ab"), keyOf("b", "a"), keyOf("a", "b", "")]).size).to.equal(4);
  });
});

async function linesOf({ lines }: Owner): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
