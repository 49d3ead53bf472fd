// Docker for the image's test: the daemon that is there, else one of this test's own (dockerd on the PATH, root). Images
// cannot be pulled everywhere, so the base is put together from this machine: Node, npm, a shell, and their libraries.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { ControlledProcess } from "../environment/controlled-process.ts";
import { run, type Ran } from "../environment/helm.ts";
import { Sandbox } from "../environment/sandbox.ts";

const BASE = "event-bus-operator-test-base";
const AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

export class Docker implements AsyncDisposable {
  readonly #host: string | undefined;
  readonly #sandbox: Sandbox;
  #daemon: ControlledProcess | undefined;

  private constructor(host: string | undefined, sandbox: Sandbox) {
    this.#host = host;
    this.#sandbox = sandbox;
  }

  /** Rejects, with the remedy, where there is no Docker. */
  static async open(): Promise<Docker> {
    const sandbox = new Sandbox("docker");
    const given = new Docker(undefined, sandbox);
    if ((await given.run("info")).code === 0) return given;
    const own = new Docker(`unix://${join(sandbox.scratch, "docker.sock")}`, sandbox);
    await mkdir(sandbox.scratch, { recursive: true });
    const daemon = sandbox.process({
      name: "dockerd",
      command: "dockerd",
      // Neither overlays nor bridges can be had in every sandbox.
      args: [
        `--host=${own.#host}`,
        `--data-root=${join(sandbox.scratch, "data")}`,
        `--exec-root=${join(sandbox.scratch, "exec")}`,
        `--pidfile=${join(sandbox.scratch, "pid")}`,
        "--storage-driver=vfs",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
      ],
      isReady: async () => (await own.run("info")).code === 0,
      readyTimeoutMs: 60_000,
    });
    own.#daemon = daemon;
    try {
      await daemon.start();
    } catch (error) {
      await own[Symbol.asyncDispose]();
      throw new Error("There is no Docker: start it, or put dockerd on the PATH and be root", { cause: error });
    }
    return own;
  }

  run(...args: readonly string[]): Promise<Ran> {
    return run("docker", args, this.#host === undefined ? {} : { DOCKER_HOST: this.#host });
  }

  /** What it wrote to stdout; an exit code other than 0 is an error that says what Docker said. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0)
      throw new Error(`docker ${args[0]} ended with ${code}: ${stdout.slice(-2_000)}${stderr.slice(-4_000)}`);
    return stdout.trim();
  }

  /** Name of an image with Node 24 and npm, made of what this machine has; NODE_IMAGE names another. */
  async baseImage(): Promise<string> {
    const given = process.env["NODE_IMAGE"];
    if (given !== undefined && given !== "") return given;
    const folder = await mkdtemp(join(this.#sandbox.scratch, "base-"));
    await layOutBase(folder);
    const archive = `${folder}.tar`;
    execFileSync("tar", ["-C", folder, "-cf", archive, "."]);
    const changes = ["PATH=/usr/local/bin:/usr/bin:/bin", `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`];
    await this.succeed("import", ...changes.flatMap((line) => ["--change", `ENV ${line}`]), archive, BASE);
    await Promise.all([folder, archive].map((path) => rm(path, { recursive: true })));
    return BASE;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon?.stop();
    // What dockerd leaves mounted would keep the folder from being removed.
    const mounted = this.#daemon === undefined ? [] : ["exec/netns/default", "data"];
    for (const path of mounted) await run("umount", ["--lazy", join(this.#sandbox.scratch, path)]);
    await this.#sandbox.close();
  }
}

async function layOutBase(folder: string): Promise<void> {
  const node = process.execPath;
  const npmFolder = await findNpm();
  await copyProgram(folder, node, "/usr/local/bin/node");
  for (const program of ["/bin/sh", "/usr/bin/env"]) await copyProgram(folder, program, program);
  await cp(npmFolder, join(folder, "usr/local/lib/node_modules/npm"), { recursive: true, dereference: true });
  await symlink("../lib/node_modules/npm/bin/npm-cli.js", join(folder, "usr/local/bin/npm"));
  if (existsSync(AUTHORITIES)) await copy(folder, AUTHORITIES, AUTHORITIES);
  for (const empty of ["tmp", "root", "proc", "etc"]) await mkdir(join(folder, empty), { recursive: true });
  await writeFile(join(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(folder, "etc/os-release"), await readFile("/etc/os-release"));
}

/** Of the npm that started us; else of that on the PATH, which may be a script of somebody's own around it. */
async function findNpm(): Promise<string> {
  const started = process.env["npm_execpath"];
  const npm = started ?? execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
  const path = await realpath(npm);
  if (!path.endsWith("/npm/bin/npm-cli.js")) {
    throw new Error(
      `"${path}" is not npm itself: start the test by "npm run test:image", or name a base in NODE_IMAGE`,
    );
  }
  return dirname(dirname(path));
}

/** With the libraries that it is linked to. */
async function copyProgram(folder: string, from: string, to: string): Promise<void> {
  await copy(folder, from, to);
  const linked = execFileSync("ldd", [from], { encoding: "utf8" });
  for (const [library] of linked.matchAll(/\/\S+/g)) await copy(folder, library, library);
}

async function copy(folder: string, from: string, to: string): Promise<void> {
  await mkdir(dirname(join(folder, to)), { recursive: true });
  await cp(await realpath(from), join(folder, to));
}
