// Lays out the root file system of the image in a new folder: the bundle, the packages beside it, this very Node with the
// libraries that it has loaded, and a user. Run by the Dockerfile; nothing of the build gets into the image.

import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { bundleProgram, UNBUNDLED } from "../shipped-form.ts";
import { packageClosure, type LockedPackages } from "./package-closure.ts";

const PROJECT = join(import.meta.dirname, "..", "..");
const USER = 65532;
/** Of packages, what only people and compilers read. */
const UNREAD = /\.(d\.[cm]?ts|[cm]?ts|map|md|markdown|tsbuildinfo)$|\/(test|tests|__tests__|docs|benchmark)(\/|$)/;

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("Say where: node hack/image/main.ts <folder>");

const app = join(root, "app");
await mkdir(app, { recursive: true });
await bundleProgram("src/main.ts", join(app, "operator.mjs"));
await copyPackages();
await writeFile(join(app, "sbom.cdx.json"), billOfMaterials());
await copyNode();
await writeUser();

async function copyPackages(): Promise<void> {
  const lock = JSON.parse(await readFile(join(PROJECT, "package-lock.json"), "utf8")) as { packages: LockedPackages };
  for (const path of packageClosure(lock.packages, UNBUNDLED)) {
    // Optional ones for other platforms are locked but not installed. What lies in a package comes as a path of its own.
    const from = join(PROJECT, path);
    await cp(from, join(app, path), {
      recursive: true,
      filter: (file) => !UNREAD.test(file.slice(PROJECT.length)) && !file.slice(from.length).includes("/node_modules"),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
}

/** CycloneDX, of all that is in the bundle and beside it. */
function billOfMaterials(): string {
  const args = ["sbom", "--sbom-format=cyclonedx", "--sbom-type=application", "--omit=dev"];
  return execFileSync("npm", args, { cwd: PROJECT, encoding: "utf8", maxBuffer: 64 * 1024 ** 2 });
}

async function copyNode(): Promise<void> {
  const report = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  const libraries = report.sharedObjects.filter((path) => path.startsWith("/") && !path.startsWith(PROJECT));
  for (const library of libraries) await copyFollowing(library, library);
  await copyFollowing(process.execPath, "/usr/local/bin/node");
}

async function copyFollowing(from: string, to: string): Promise<void> {
  await mkdir(dirname(join(String(root), to)), { recursive: true });
  await cp(await realpath(from), join(String(root), to));
}

async function writeUser(): Promise<void> {
  for (const folder of ["etc", "home/nonroot", "tmp"]) await mkdir(join(String(root), folder), { recursive: true });
  // Whoever the cluster makes it run as may write there.
  await chmod(join(String(root), "tmp"), 0o1777);
  await writeFile(join(String(root), "etc/passwd"), `nonroot:x:${USER}:${USER}:nonroot:/home/nonroot:/sbin/nologin\n`);
  await writeFile(join(String(root), "etc/group"), `nonroot:x:${USER}:\n`);
}
