// `crds`: prints the CustomResourceDefinitions that this version knows.

import { stringify } from "yaml";

import { crdOf } from "../api/crd.ts";
import { KINDS } from "../api/kinds.ts";
import { EXIT, type ExitCode, type Terminal } from "./terminal.ts";

export function printCrds({ out }: Terminal): ExitCode {
  const documents = KINDS.map((kind) => stringify(crdOf(kind), { aliasDuplicateObjects: false, lineWidth: 0 }));
  out.write(documents.map((document) => `---\n${document}`).join(""));
  return EXIT.ok;
}
