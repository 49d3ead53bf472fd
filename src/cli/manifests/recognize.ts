// Which manifests are ours: by apiVersion and kind, with mistyped ones told from those of others. Pure.

import { API_VERSION, GROUP } from "../../api/group.ts";
import type { KindDefinition } from "../../api/kind.ts";
import { KINDS } from "../../api/kinds.ts";
import { nearest } from "../../domain/nearest.ts";
import type { Manifest } from "./manifest.ts";

export type Recognition =
  | { readonly kind: "ours"; readonly definition: KindDefinition }
  /** Of this operator by its apiVersion or nearly so, but none of its kinds. */
  | { readonly kind: "mistyped"; readonly path: "apiVersion" | "kind"; readonly message: string }
  /** Another's: not judged. */
  | { readonly kind: "foreign" };

const NAMES = KINDS.map(({ kind }) => kind);

export function recognize({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">): Recognition {
  const definition = KINDS.find((known) => known.kind === kind);
  if (apiVersion === API_VERSION) {
    if (definition !== undefined) return { kind: "ours", definition };
    const meant = nearest(kind, NAMES);
    const hint = meant === undefined ? `its kinds are ${NAMES.join(", ")}` : `write "${meant}"`;
    return { kind: "mistyped", path: "kind", message: `There is no kind "${kind}" in ${API_VERSION}; ${hint}` };
  }
  const group = apiVersion.split("/")[0] ?? "";
  const isNear = group === GROUP || (definition !== undefined && nearest(group, [GROUP]) !== undefined);
  if (!isNear) return { kind: "foreign" };
  return {
    kind: "mistyped",
    path: "apiVersion",
    message: `There is no apiVersion "${apiVersion}" of ${GROUP}; write "${API_VERSION}"`,
  };
}
