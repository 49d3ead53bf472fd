// Helm of the toolchain, as an administrator runs it; its own state lies in a temporary folder.

import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import { findControlPlaneBinary } from "../../hack/toolchain/control-plane.mjs";
import type { Manifest } from "./apply-manifests.ts";

export const CHART = join(import.meta.dirname, "..", "..", "charts", "event-bus-operator");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; never rejects for its exit code. */
export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 ** 2 };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

export class Helm implements AsyncDisposable {
  readonly binary: string;
  readonly #folder: string;
  readonly #kubeconfig: string | undefined;
  #files = 0;

  private constructor(binary: string, folder: string, kubeconfig: string | undefined) {
    this.binary = binary;
    this.#folder = folder;
    this.#kubeconfig = kubeconfig;
  }

  /** Without a kubeconfig only for what needs no cluster. */
  static async open(kubeconfig?: string): Promise<Helm> {
    const binary = findControlPlaneBinary("helm");
    if (binary === undefined) throw new Error("There is no helm: the name of the test file must have helm in it");
    return new Helm(binary, await mkdtemp(join(tmpdir(), "helm-")), kubeconfig);
  }

  /** What Helm and kubectl need of the environment. */
  get env(): NodeJS.ProcessEnv {
    const homes = ["CACHE", "CONFIG", "DATA"].map((home) => [`HELM_${home}_HOME`, join(this.#folder, home)]);
    return { ...Object.fromEntries(homes), KUBECONFIG: this.#kubeconfig ?? "/dev/null" };
  }

  async run(args: readonly string[], values?: object): Promise<Ran> {
    return await run(this.binary, [...args, ...(await this.#valuesArgs(values))], this.env);
  }

  /** As `run`, but an exit code other than 0 is an error that says what Helm said. */
  async succeed(args: readonly string[], values?: object): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, values);
    if (code !== 0) throw new Error(`helm ${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** The objects of the chart, as one release of its own name in event-bus-system. */
  async render(values: object = {}, args: readonly string[] = []): Promise<Manifest[]> {
    const release = ["template", "event-bus-operator", CHART, "--namespace", "event-bus-system", ...args];
    return manifestsIn(await this.succeed(release, values));
  }

  async #valuesArgs(values: object | undefined): Promise<string[]> {
    if (values === undefined) return [];
    const file = join(this.#folder, `values-${(this.#files += 1)}.json`);
    await writeFile(file, JSON.stringify(values));
    return ["--values", file];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The objects in a stream of YAML documents. */
export function manifestsIn(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });
}
