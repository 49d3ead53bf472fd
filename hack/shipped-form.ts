// The form in which the operator ships (docs/adr/0002): how its bundle is made and with which flags Node runs it. What the
// image holds and what benchmarks measure both come from here.

import { join } from "node:path";

import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** A young generation that suits small bursts, and an old one that is collected before it has doubled. */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=8", "--heap-growing-percent=50"];

/** Packages that read files of their own, or load others by name at run time: they are installed beside the bundle. */
export const UNBUNDLED: readonly string[] = ["@platformatic/kafka", "@opentelemetry/sdk-node"];

/** Bundles a program; `entry` is its path below the root of the repository. What stays outside must be installed. */
export async function bundleProgram(entry: string, outfile: string): Promise<void> {
  const require = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    external: [...UNBUNDLED],
    outfile,
    banner: { js: require },
    // The source stays in memory, and in twice as many bytes with one character beyond Latin-1, of which libraries'
    // comments are full. Names are kept, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    lineLimit: 200,
    logLevel: "error",
  });
}
