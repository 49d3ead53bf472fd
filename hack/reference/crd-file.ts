// A kind's CustomResourceDefinition as YAML.

import { stringify } from "yaml";

import { crdOf } from "../../src/api/crd.ts";
import type { KindDefinition } from "../../src/api/kind.ts";

/** No anchors and no folded lines: every tool reads it alike, and a changed sentence is one changed line. */
export function crdFile(kind: KindDefinition): string {
  const yaml = stringify(crdOf(kind), { aliasDuplicateObjects: false, lineWidth: 0 });
  return `# Generated from src/api by hack/generate.ts; do not edit.\n${yaml}`;
}
