// `validate`: judges manifests without a cluster, as the API server and the operator would, all problems at once.

import { titleOf } from "./manifests/manifest.ts";
import { readManifests } from "./manifests/read-manifests.ts";
import { typedManifests, type TypedManifests } from "./manifests/typed-manifests.ts";
import { EXIT, type ExitCode, type Terminal } from "./terminal.ts";
import { findingAt, inOrder, type Finding } from "./validate/finding.ts";
import type { ValidationFormat } from "./validate/formats.ts";
import { judgeTogether } from "./validate/judge-together.ts";
import { renderValidation } from "./validate/render.ts";

export interface ValidateOptions {
  /** Of objects that name none. */
  readonly namespace: string;
  /** Refuse objects of other kinds. */
  readonly strict?: boolean | undefined;
  readonly output: ValidationFormat;
}

export async function validate(
  paths: readonly string[],
  { namespace, output, strict = false }: ValidateOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const read = await readManifests(paths, terminal);
  const typed = typedManifests(read, namespace);
  const together = await judgeTogether(typed.objects, (object) => typed.manifestOf(object), Date.now());
  const findings = inOrder([...typed.findings, ...(strict ? foreignFindings(typed) : []), ...together.findings]);
  const result = {
    findings,
    files: read.files,
    objects: typed.ours + (strict ? typed.foreign.length : 0),
    skipped: strict ? 0 : typed.foreign.length,
    undecided: together.undecided,
  };
  renderValidation(result, output, terminal);
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}

function foreignFindings({ foreign }: TypedManifests): Finding[] {
  return foreign.map((manifest) =>
    findingAt(
      manifest,
      "kind",
      `${manifest.apiVersion} ${titleOf(manifest)} is of no kind of this operator (--strict)`,
    ),
  );
}
