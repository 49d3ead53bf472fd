// The little Markdown that reference pages are made of.

export const GENERATED_NOTE = "<!-- Generated from src/api by hack/generate.ts; do not edit. -->\n";

/** A table; cells are Markdown on one line. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}

/** Text as code, safe within a table. */
export function code(text: string): string {
  return `\`${text}\``;
}

/** Plain text as Markdown: placeholders in angle brackets or braces are no markup. */
export function plain(text: string): string {
  return text.replaceAll(/[<>*_]/g, (mark) => `\\${mark}`);
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

function escapeCell(cell: string): string {
  return cell.replaceAll("|", "\\|").replaceAll("\n", " ");
}
