// How the result of `validate` is shown: to people, to programs, to the pages of a pull request. Words only.

import { counted, paintFor, type Paint, type Terminal } from "../terminal.ts";
import type { Finding } from "./finding.ts";
import type { ValidationFormat } from "./formats.ts";

/** Version of the JSON: fields may be added to it, none changed or removed. */
const JSON_FORMAT = "eventbus.dev/validation/v1";

export interface Validation {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly objects: number;
  /** Objects of other kinds. */
  readonly skipped: number;
  /** Objects that refer to what is not among the files. */
  readonly undecided: number;
}

export function renderValidation(validation: Validation, format: ValidationFormat, terminal: Terminal): void {
  const { out } = terminal;
  switch (format) {
    case "json":
      out.write(`${JSON.stringify(jsonOf(validation), null, 2)}\n`);
      return;
    case "github":
      for (const finding of validation.findings) out.write(`${annotationOf(finding)}\n`);
      return;
    case "human":
      renderForPeople(validation, terminal);
  }
}

function jsonOf({ findings, files, objects, skipped, undecided }: Validation): object {
  return { format: JSON_FORMAT, valid: findings.length === 0, files, objects, skipped, undecided, problems: findings };
}

/** A line each. */
export function describeFindings(findings: readonly Finding[], paint: Paint = (_colour, text) => text): string {
  const lines = findings.map(({ column, file, line, message, object, path }) => {
    const subject = [object, path].filter((part) => part !== undefined).join(": ");
    const place = paint("bold", `${file}:${line}:${column}:`);
    return `${place} ${subject === "" ? "" : `${subject}: `}${paint("red", message)}`;
  });
  return lines.join("\n");
}

function renderForPeople({ findings, files, objects, skipped, undecided }: Validation, terminal: Terminal): void {
  const { environment, out } = terminal;
  const paint = paintFor(out, environment);
  if (findings.length > 0) out.write(`${describeFindings(findings, paint)}\n`);
  const broken = new Set(findings.flatMap(({ object }) => object ?? [])).size;
  const unread = new Set(findings.flatMap(({ file, object }) => (object === undefined ? file : []))).size;
  const verdict =
    findings.length === 0
      ? paint("green", `${counted(objects, "object")} in ${counted(files, "file")}: all valid`)
      : paint("red", `${counted(findings.length, "problem")} in ${broken} of ${counted(objects, "object")}`);
  const rest = [
    unread === 0 ? [] : [`${counted(unread, "file")} not readable in full`],
    skipped === 0 ? [] : [`${counted(skipped, "object")} of other kinds skipped`],
    undecided === 0
      ? []
      : [
          `${counted(undecided, "object")} not judged in full: the EventBus, policy or namespace is not among the files`,
        ],
  ].flat();
  out.write(`${[verdict, ...rest].join("; ")}\n`);
}

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions: what each part may not hold is escaped. */
function annotationOf({ column, file, line, message, object, path }: Finding): string {
  const title = [object, path].filter((part) => part !== undefined).join(" ");
  const properties = { file, line, col: column, title };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escaped(String(value), /[%\r\n:,]/g)}`);
  return `::error ${written.join(",")}::${escaped(message, /[%\r\n]/g)}`;
}

function escaped(text: string, characters: RegExp): string {
  return text.replaceAll(characters, (found) => encodeURIComponent(found));
}
