// A terminal session as an animated picture: lines appear when they were written, the view scrolls with them. Pure.

/** A line, and when it was written. */
export interface RecordedLine {
  /** Milliseconds since the session began; ascending. */
  readonly atMs: number;
  readonly text: string;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const FONT_PX = 13;
const LINE_PX = 18;
const CHARACTER_PX = 7.83;
const MARGIN_PX = 16;
/** Nobody wants to watch a wait. */
const LONGEST_PAUSE_MS = 1_200;
/** Time to read a line before the next. */
const SHORTEST_PAUSE_MS = 60;

/** Plays once and stays at its end; readers that do not animate see its beginning. */
export function terminalSvg(lines: readonly RecordedLine[], { columns, rows }: TerminalSize): string {
  const wrapped = lines.flatMap(({ atMs, text }) => wrap(text, columns).map((part) => ({ atMs, text: part })));
  const times = paced(wrapped.map(({ atMs }) => atMs));
  const [width, height] = [2 * MARGIN_PX + columns * CHARACTER_PX, 2 * MARGIN_PX + rows * LINE_PX];
  const end = Math.max(1, times.at(-1) ?? 1);
  const hidden = Math.max(0, wrapped.length - rows);
  const steps = Array.from({ length: hidden }, (_, index) => {
    const percent = ((times[index + rows] ?? end) / end) * 100;
    return `${percent.toFixed(3)}%{transform:translateY(${-(index + 1) * LINE_PX}px)}`;
  });
  const texts = wrapped.map(({ text }, index) => {
    const y = MARGIN_PX + (index + 1) * LINE_PX - 5;
    return `<text x="${MARGIN_PX}" y="${y}" style="animation-delay:${seconds(times[index] ?? 0)}">${escaped(text)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${width.toFixed(0)} ${height}" width="${width.toFixed(0)}" height="${height}">`,
    "<style>",
    `text{font:${FONT_PX}px ui-monospace,Menlo,Consolas,monospace;fill:#d8dee9;white-space:pre;animation:appear 1ms step-end both}`,
    "@keyframes appear{from{opacity:0}to{opacity:1}}",
    `#page{animation:scroll ${seconds(end)} step-end both}`,
    `@keyframes scroll{${steps.join("")}}`,
    "</style>",
    `<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>`,
    `<svg y="${MARGIN_PX}" height="${rows * LINE_PX}" viewBox="0 ${MARGIN_PX} ${width.toFixed(0)} ${rows * LINE_PX}">`,
    `<g id="page">`,
    ...texts,
    "</g></svg></svg>",
    "",
  ].join("\n");
}

/** The same order with pauses that are neither too long to watch nor too short to read. */
function paced(times: readonly number[]): number[] {
  const paces = times.map((time, index) => {
    const pause = index === 0 ? 0 : time - (times[index - 1] ?? 0);
    return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pause));
  });
  let now = 0;
  return paces.map((pace) => (now += pace));
}

/** At spaces where there are any, as far right as they fit. */
function wrap(text: string, columns: number): string[] {
  if (text.length <= columns) return [text];
  const space = text.lastIndexOf(" ", columns);
  const isWord = space > 0 && text.slice(0, space).trim() !== "";
  const end = isWord ? space : columns;
  return [text.slice(0, end), ...wrap(text.slice(end).trimStart(), columns)];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)}s`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
