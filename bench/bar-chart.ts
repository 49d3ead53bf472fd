// Draws figures as horizontal bars, in an SVG that reads well on light and dark pages. It knows nothing of what they mean.

export interface Bar {
  readonly label: string;
  readonly value: number;
}

interface Drawing {
  readonly title: string;
  readonly note: string;
  readonly charts: readonly { readonly title: string; readonly unit: string; readonly bars: readonly Bar[] }[];
}

const WIDTH = 860;
const LABELS = 260;
const VALUES = 110;
const LINE = 24;
/** Of small text: what fits in a line of the widest of the usual fonts, and how high it is. */
const NOTE_CHARACTERS = 120;
const NOTE_LINE = 16;
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #57606a } .title { font-size: 16px; font-weight: 600 }
.head { font-weight: 600 } .note { font-size: 11px } rect { fill: #2f81f7 }
@media (prefers-color-scheme: dark) { text { fill: #9ea7b3 } }`;

export function barChart({ title, note, charts }: Drawing): string {
  const shapes: string[] = [text(0, 20, title, "title")];
  let y = 52;
  for (const chart of charts) {
    shapes.push(text(0, y, `${chart.title}, ${chart.unit}`, "head"));
    const longest = Math.max(...chart.bars.map(({ value }) => value));
    for (const { label, value } of chart.bars) {
      y += LINE;
      const length = longest > 0 ? (value / longest) * (WIDTH - LABELS - VALUES) : 0;
      shapes.push(
        text(0, y, label),
        `<rect x="${LABELS}" y="${y - 12}" width="${length.toFixed(1)}" height="14" rx="2"/>`,
        text(LABELS + length + 8, y, Number(value.toPrecision(3)).toLocaleString("en")),
      );
    }
    y += 2 * LINE;
  }
  const notes = lines(note, NOTE_CHARACTERS);
  shapes.push(...notes.map((line, index) => text(0, y + index * NOTE_LINE, line, "note")));
  const height = y + (notes.length - 1) * NOTE_LINE + 12;
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n<style>${STYLE}</style>\n${shapes.join("\n")}\n</svg>\n`;
}

/** Broken between words: SVG does not. */
function lines(content: string, width: number): string[] {
  const broken = [""];
  for (const word of content.split(" ")) {
    const line = broken.at(-1) ?? "";
    if (line === "") broken[broken.length - 1] = word;
    else if (line.length + 1 + word.length <= width) broken[broken.length - 1] = `${line} ${word}`;
    else broken.push(word);
  }
  return broken;
}

function text(x: number, y: number, content: string, style?: string): string {
  const kind = style === undefined ? "" : ` class="${style}"`;
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y}"${kind}>${safe}</text>`;
}
