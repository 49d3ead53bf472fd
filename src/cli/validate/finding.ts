// What is wrong with manifests, as told to people and machines. Types and order; judges nothing.

import { titleOf, type Manifest, type Place } from "../manifests/manifest.ts";

export interface Finding extends Place {
  /** `EventTopic/orders/paid`; absent for what is no object. */
  readonly object?: string | undefined;
  /** `spec.publishers[0].name`; absent where the whole object is meant. */
  readonly path?: string | undefined;
  /** As the operator would give it in a condition; absent for what the API server refuses. */
  readonly reason?: string | undefined;
  readonly message: string;
}

/** Without a path it stands where the object is named. */
export function findingAt(manifest: Manifest, path: string, message: string, reason?: string): Finding {
  const place = manifest.placeOf(path === "" ? "metadata.name" : path);
  return { ...place, object: titleOf(manifest), path: path === "" ? undefined : path, reason, message };
}

/** As they stand in the files. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const files = [...new Set(findings.map(({ file }) => file))];
  return findings.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
