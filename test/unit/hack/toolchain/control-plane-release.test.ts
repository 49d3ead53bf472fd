import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { Reaper } from "../../../../hack/reaper/reaper.mjs";
import { releaseForPlatform, unpackRelease } from "../../../../hack/toolchain/control-plane-release.mjs";
import { download } from "../../../../hack/toolchain/download.mjs";
import { Part, Progress } from "../../../../hack/toolchain/progress.mjs";

let folder: string;
let server: Server;
let respond: (path: string, response: ServerResponse) => void;

/** For every test of the suite that calls it. */
function useServer(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "toolchain-release-"));
    server = createServer((request, response) => respond(request.url ?? "", response)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
}

function url(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
}

describe("A download", () => {
  useServer();

  it("is kept only when its sum is right", async () => {
    respond = (_path, response) => response.end("content");
    const file = join(folder, "file");
    await download(url("file"), file, { algorithm: "sha512", sum: sha512("content") });
    expect(readFileSync(file, "utf8")).to.equal("content");
    const message = await failureOf(download(url("file"), file, { algorithm: "sha512", sum: sha512("other") }));
    expect(message).to.contain(`Its sha512 is ${sha512("content")} instead of ${sha512("other")}`);
    expect(existsSync(file)).to.equal(false);
  });

  it("fails when the server has no such file, breaks off, or is not there", async () => {
    respond = (path, response) => {
      if (path === "/missing") response.writeHead(404).end();
      else response.writeHead(200, { "content-length": "100" }).write("part", () => response.destroy());
    };
    const expected = { algorithm: "sha512", sum: sha512("content") } as const;
    expect(await failureOf(download(url("missing"), join(folder, "a"), expected))).to.contain("HTTP status 404");
    expect(await failureOf(download(url("broken"), join(folder, "b"), expected))).to.contain("Cannot download");
    const nobody = url("file");
    server.close();
    server.closeAllConnections();
    expect(await failureOf(download(nobody, join(folder, "c"), expected))).to.contain("ECONNREFUSED");
    expect(await readdir(folder)).to.deep.equal([]);
  });
});

describe("A release of the control plane", () => {
  useServer();

  it("gives its binaries", async () => {
    const content = archive();
    respond = (_path, response) => response.end(content);
    const { names, files, said } = await unpack(sha512(content));
    expect(names).to.deep.equal(["etcd", "kube-apiserver", "kubectl"]);
    expect(files).to.have.members([...names]);
    expect(said).to.deep.equal([]);
  });

  it("gives nothing, says why and leaves nothing when its sum is wrong", async () => {
    const content = archive();
    respond = (_path, response) => response.end(content);
    const { names, files, said } = await unpack(sha512("pinned"));
    expect({ names, files }).to.deep.equal({ names: [], files: [] });
    expect(said.join()).to.contain(sha512(content)).and.to.contain(sha512("pinned"));
  });

  it("gives nothing when a binary does not run here", async () => {
    const content = archive({ etcd: "\u007fELF for another machine" });
    respond = (_path, response) => response.end(content);
    expect((await unpack(sha512(content))).names).to.deep.equal([]);
  });

  it("is pinned by a SHA-512 wherever there is one", () => {
    const release = releaseForPlatform();
    if (release !== undefined) expect(release.sum).to.match(/^[0-9a-f]{128}$/);
  });
});

/** An archive in the form of envtest, of programs that print a version. */
function archive(contents: Readonly<Record<string, string>> = {}): Buffer {
  const inner = join(folder, "archive", "controller-tools", "envtest");
  mkdirSync(inner, { recursive: true });
  for (const name of ["etcd", "kube-apiserver", "kubectl"]) {
    writeFileSync(join(inner, name), contents[name] ?? `#!/bin/sh\necho ${name} 1\n`, { mode: 0o755 });
  }
  const file = join(folder, "archive.tar.gz");
  execFileSync("tar", ["-czf", file, "-C", join(folder, "archive"), "."]);
  return readFileSync(file);
}

async function unpack(sum: string): Promise<{ names: readonly string[]; files: string[]; said: string[] }> {
  const draft = join(folder, "draft");
  const reaper = new Reaper(draft);
  const progress = new Progress();
  const said: string[] = [];
  progress.say = (text) => said.push(text);
  try {
    const part = new Part("test", undefined);
    const names = await unpackRelease({ url: url("release.tar.gz"), sum }, { draft, reaper, part, progress });
    return { names, files: await readdir(draft), said };
  } finally {
    await reaper.close();
  }
}

function sha512(content: Buffer | string): string {
  return createHash("sha512").update(content).digest("hex");
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "none",
    (error: unknown) => (error as Error).message,
  );
}
