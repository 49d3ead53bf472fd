// Prints results as they come, and at the end the slowest files, all failures once more, and the count.

import type { FileResult } from "./worker-process.ts";

const SLOWEST = 10;
/** A quick file that passed is not worth a line of its own. */
const QUICK_MS = 1_000;
const REPEATED_LINES = 30;

/** Collects the results of a run. */
export class Summary {
  readonly #results: FileResult[] = [];
  readonly #startedAt = performance.now();

  add(result: FileResult): void {
    this.#results.push(result);
    const { file, passed, failures, durationMs, output } = result;
    if (failures.length > 0) {
      console.log(`FAIL  ${file}: ${passed} passed, ${failures.length} failed in ${seconds(durationMs)}`);
      for (const failure of failures) console.log(indent(`${failure.title}\n${indent(failure.error)}`));
      if (output !== "") console.log(indent(`Output of the file:\n${indent(output.trimEnd())}`));
    } else if (durationMs >= QUICK_MS) {
      console.log(`ok    ${file}: ${passed} passed in ${seconds(durationMs)}`);
    }
  }

  /** The last line is exactly `N passed, N failed`. Returns whether all is well. */
  print(): boolean {
    const passed = this.#results.reduce((sum, result) => sum + result.passed, 0);
    const failed = this.#results.reduce((sum, result) => sum + result.failures.length, 0);
    this.#printSlowest();
    this.#printFailures();
    console.log(`\n${this.#results.length} files in ${seconds(performance.now() - this.#startedAt)}`);
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0;
  }

  #printSlowest(): void {
    const slowest = this.#results.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, SLOWEST);
    console.log("\nSlowest:");
    for (const { file, durationMs } of slowest) console.log(`${seconds(durationMs).padStart(9)}  ${file}`);
  }

  #printFailures(): void {
    const failed = this.#results.filter(({ failures }) => failures.length > 0);
    if (failed.length === 0) return;
    console.log("\nFailures:");
    for (const { file, failures } of failed) {
      for (const { title, error } of failures) console.log(`\n${file}\n  ${title}\n${indent(indent(shorten(error)))}`);
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** The whole of it stands where it happened. */
function shorten(text: string): string {
  const lines = text.split("\n");
  const left = lines.length - REPEATED_LINES;
  return left <= 0 ? text : [...lines.slice(0, REPEATED_LINES), `(${left} more lines above)`].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
