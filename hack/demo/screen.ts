// What the demo prints: steps with their time, and a table that redraws itself on a terminal. Knows no cluster.

import type { Shown } from "./world.ts";

const isTerminal = process.stdout.isTTY;
const style = (code: number, text: string): string => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text: string): string => style(1, text);
export const dim = (text: string): string => style(2, text);
export const green = (text: string): string => style(32, text);
export const red = (text: string): string => style(31, text);
const yellow = (text: string): string => style(33, text);

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

/** Does something, and says how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  if (isTerminal) process.stdout.write(dim(`  ${what} …`));
  const result = await work();
  const line = `  ${what} ${dim(`(${seconds(performance.now() - startedAt)})`)}`;
  say(isTerminal ? `\r\u001b[2K${line}` : line);
  return result;
}

export function seconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** A table of topics; on a terminal each drawing replaces the one before, else only the last one is printed. */
export class TopicTable {
  #lines = 0;

  draw(topics: readonly Shown[], isLast: boolean): void {
    if (!isTerminal && !isLast) return;
    if (this.#lines > 0) process.stdout.write(`\u001b[${this.#lines}A\u001b[J`);
    const rows = topics.map((topic) => rowOf(topic));
    const header = ["NAME", "READY", "REASON", "TOPIC", "PARTITIONS", "RETENTION"];
    const widths = header.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
    );
    const format = (cells: readonly string[]): string =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd();
    const lines = [dim(format(header)), ...rows.map((row) => coloured(format(row), row[1] ?? ""))];
    for (const line of lines) say(`  ${line}`);
    this.#lines = lines.length;
  }
}

function rowOf({ metadata, status = {} }: Shown): string[] {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  const retention = status.effectiveConfig?.find(({ key }) => key === "retention.ms")?.value;
  const days = retention === undefined ? "" : `${Number(retention) / 86_400_000}d`;
  return [metadata.name, ready?.status, ready?.reason, status.topicName, status.partitions, days].map((cell) =>
    String(cell ?? ""),
  );
}

function coloured(line: string, ready: string): string {
  if (ready === "True") return green(line);
  return ready === "False" ? red(line) : yellow(line);
}
