// Judges one object as the API server would: the schema and rules of its kind, and the metadata that every kind has. Pure.

import type { KindDefinition } from "../../api/kind.ts";
import { isRecord } from "../../api/normalize.ts";
import { readStructure } from "../../api/read-structure.ts";
import type { Structure } from "../../api/structure.ts";
import { validatorFor, type Problem } from "../../api/validate.ts";
import { nearest } from "../../domain/nearest.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { findingAt, type Finding } from "./finding.ts";

const validators = new Map<string, ReturnType<typeof validatorFor>>();

export interface JudgedObject {
  readonly findings: readonly Finding[];
  /** As the API server would store it, where it would. */
  readonly object?: unknown;
}

export function judgeObject(manifest: Manifest, kind: KindDefinition): JudgedObject {
  const validate = validators.get(kind.kind) ?? validatorFor(kind);
  validators.set(kind.kind, validate);
  const result = validate(manifest.object);
  const problems = result.kind === "valid" ? [] : result.problems;
  const all = [...problems, ...metadataProblems(manifest.object["metadata"], kind)];
  const findings = all.map((problem) => findingAt(manifest, problem.path, messageOf(problem, kind)));
  return all.length === 0 && result.kind === "valid" ? { findings, object: result.object } : { findings };
}

function messageOf(problem: Problem, kind: KindDefinition): string {
  const { isUnknownField, message, path, value } = problem;
  if (isUnknownField === true) {
    const [, parent = "", name = path] = /^(.*)\.([^.]*)$/.exec(path) ?? [];
    const meant = nearest(name, fieldsAt(kind, parent));
    return meant === undefined ? message : `${message} (nearest: "${meant}")`;
  }
  const isShown = value === undefined || message.includes(JSON.stringify(value));
  return isShown ? message : `${message}, not ${JSON.stringify(value)}`;
}

const ROOT_FIELDS = ["apiVersion", "kind", "metadata", "spec"];
const METADATA_FIELDS = ["name", "generateName", "namespace", "labels", "annotations", "finalizers"];

function fieldsAt(kind: KindDefinition, parent: string): readonly string[] {
  if (parent === "") return ROOT_FIELDS;
  if (parent === "metadata") return METADATA_FIELDS;
  let structure: Structure | undefined = readStructure(kind.spec, "spec");
  const [root, ...segments] = parent.split(/\.|(?=\[)/);
  if (root !== "spec") return [];
  for (const segment of segments) {
    if (structure?.type === "list") structure = structure.items;
    else if (structure?.type === "map") structure = structure.values;
    else if (structure?.type === "object") structure = structure.properties[segment];
  }
  return structure?.type === "object" ? Object.keys(structure.properties) : [];
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^$|^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const QUALIFIED_NAME = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** What the API server says of metadata before it looks at the kind. */
function metadataProblems(metadata: unknown, { isNamespaced, kind }: KindDefinition): Problem[] {
  if (!isRecord(metadata)) return [];
  const { annotations, labels, namespace } = metadata;
  return [
    ...namespaceProblems(namespace, isNamespaced, kind),
    ...textProblems("metadata.labels", labels, true),
    ...textProblems("metadata.annotations", annotations, false),
  ];
}

function namespaceProblems(namespace: unknown, isNamespaced: boolean, kind: string): Problem[] {
  const path = "metadata.namespace";
  if (namespace === undefined || namespace === null || namespace === "") return [];
  if (!isNamespaced) return [{ path, message: `Remove it: an object of kind ${kind} belongs to the whole cluster` }];
  if (typeof namespace === "string" && LABEL.test(namespace)) return [];
  const message = 'Use lower-case letters, digits and "-", with a letter or digit at both ends, at most 63';
  return [{ path, message }];
}

function textProblems(path: string, map: unknown, isLabels: boolean): Problem[] {
  if (map === undefined || map === null) return [];
  if (!isRecord(map)) return [{ path, message: "Must be an object" }];
  return Object.entries(map).flatMap(([key, value]) => {
    const place = `${path}.${key}`;
    if (!QUALIFIED_NAME.test(key)) {
      return [{ path: place, message: 'Use a name of letters, digits, "-", "_" and ".", with an optional prefix/' }];
    }
    if (typeof value !== "string") return [{ path: place, message: `Must be text: write it as "${String(value)}"` }];
    if (!isLabels || LABEL_VALUE.test(value)) return [];
    const message = 'Use letters, digits, "-", "_" and ".", with a letter or digit at both ends, at most 63';
    return [{ path: place, message }];
  });
}
