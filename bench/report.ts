// What every suite of the benchmark reports, and how it is shown: a table for people, JSON for machines, an SVG for
// pages. It measures nothing.

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";

import { barChart, type Bar } from "./bar-chart.ts";

export type Figure = number | string;

export interface BenchReport {
  readonly title: string;
  /** Under what this suite measured, beside what is true of the machine: versions, settings. */
  readonly conditions: Readonly<Record<string, Figure>>;
  readonly cases: readonly BenchCase[];
  /** Drawn below one another. */
  readonly charts: readonly { readonly title: string; readonly unit: string; readonly bars: readonly Bar[] }[];
}

/** One column of the table. */
export interface BenchCase {
  readonly name: string;
  /** By what was measured, with its unit: `"p50, ms"`. The first case decides the order; undefined: not asked here. */
  readonly figures: Readonly<Record<string, Figure | undefined>>;
}

/** Not kept. */
const RESULTS = join(import.meta.dirname, "results");
/** Committed, and shown by docs/performance.md. */
const DOCS = join(import.meta.dirname, "..", "docs", "bench");
const SIGNIFICANT_DIGITS = 3;
/** What is measured: as it was at the start, however long that takes. */
const COMMIT = commit();

/** Prints the table; writes `<suite>.json` and `.svg`, into docs/bench where the results are to be kept. */
export async function publish(suite: string, report: BenchReport, { isKept }: { isKept: boolean }): Promise<void> {
  const conditions = { ...machine(), ...report.conditions };
  console.log(`\n${report.title}\n\n${table(report.cases)}\n`);
  for (const { title, unit, bars } of report.charts) {
    console.log(`${title}, ${unit}: ${bars.map(({ label, value }) => `${label} ${show(value)}`).join(" · ")}`);
  }
  for (const [name, value] of Object.entries(conditions)) console.log(`${name}: ${value}`);
  const folder = isKept ? DOCS : RESULTS;
  await mkdir(folder, { recursive: true });
  const file = join(folder, suite);
  await writeFile(`${file}.json`, `${JSON.stringify({ suite, ...report, conditions }, undefined, 2)}\n`);
  const note = Object.values(conditions).join(" · ");
  await writeFile(`${file}.svg`, barChart({ title: report.title, note, charts: report.charts }));
  console.log(`\nWritten: ${file}.json, ${file}.svg`);
}

/** Figures as rows, cases as columns. */
export function table(cases: readonly BenchCase[]): string {
  const names = [...new Set(cases.flatMap(({ figures }) => Object.keys(figures)))];
  const rows = [
    ["", ...cases.map(({ name }) => name)],
    ...names.map((name) => [name, ...cases.map(({ figures }) => show(figures[name]))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))))
    .map((row) => row.join("  ").trimEnd())
    .join("\n");
}

/** Counts whole, measured figures to what can be trusted of them. */
export function show(figure: Figure | undefined): string {
  if (figure === undefined) return "–";
  if (typeof figure === "string" || Number.isInteger(figure)) return String(figure);
  const digits = Math.max(0, SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(figure))));
  return figure.toFixed(Math.min(digits, 4));
}

function machine(): Readonly<Record<string, Figure>> {
  return {
    date: new Date().toISOString(),
    commit: COMMIT,
    machine: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? "CPU"}, ${Math.round(totalmem() / 1024 ** 3)} GiB`,
    node: process.version,
  };
}

function commit(): string {
  try {
    const options = { cwd: import.meta.dirname, encoding: "utf8" } as const;
    const isChanged = execFileSync("git", ["status", "--porcelain"], options).trim() !== "";
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], options).trim() + (isChanged ? " with changes" : "");
  } catch {
    return "unknown";
  }
}

/** The value that `share` (0 to 1) of `values` do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
