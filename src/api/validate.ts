// Judges an object as the API server would, offline: for the CLI, for tests, for anyone who holds a manifest. What
// needs another object, Kafka or a clock is not judged here.

import { z, type core } from "zod";

import { checkOf } from "./check.ts";
import { INITIAL_STATUS } from "./crd.ts";
import type { CustomResource } from "./custom-resource.ts";
import { explainIssue } from "./explain-issue.ts";
import { objectName } from "./fields.ts";
import { API_VERSION } from "./group.ts";
import type { Immutable, KindDefinition } from "./kind.ts";
import { isRecord, normalize } from "./normalize.ts";
import { readStructure } from "./read-structure.ts";
import { ruleOf } from "./rule.ts";
import type { ObjectStructure, Structure } from "./structure.ts";

/** One thing that is wrong with an object. */
export interface Problem {
  /** As the API server writes it: `spec.publishers[0].name`; empty for the object itself. */
  readonly path: string;
  /** What to do instead. */
  readonly message: string;
  /** What was found, where it is a scalar. */
  readonly value?: string | number | boolean | undefined;
  /** The kind has no field of this name. */
  readonly isUnknownField?: true | undefined;
}

export type Validation<T> =
  | { readonly kind: "valid"; readonly object: T }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

export interface ValidateOptions {
  /** The object before the change: rules on changes are judged against it. Absent: a creation. */
  readonly old?: unknown;
  /** `refuse` as kubectl and server-side apply do (default); `drop` as the API does when asked for no validation. */
  readonly unknownFields?: "refuse" | "drop" | undefined;
}

type ObjectOf<Kind> =
  Kind extends KindDefinition<infer Spec, infer Status>
    ? CustomResource<Immutable<z.infer<Spec>>, Immutable<z.infer<Status>>>
    : never;

/**
 * A validator of a kind: every problem at once, or the object as the API server would store it (undeclared and null
 * fields gone; status that of `old`, else the initial one).
 *
 * Caveats: of metadata only the name and the names of fields are judged; a value of `old` that breaks a rule which is
 * newer than itself is not excused, as the API server does while it stays unchanged (ratcheting, KEP-4008).
 */
export function validatorFor<Kind extends KindDefinition>(
  kind: Kind,
): (input: unknown, options?: ValidateOptions) => Validation<ObjectOf<Kind>> {
  const judges = judgesOf(kind);
  return (input, options = {}) => {
    const { object, problems } = judge(judges, input, options);
    if (problems.length > 0) return { kind: "invalid", problems };
    return { kind: "valid", object: object as ObjectOf<Kind> };
  };
}

interface Judges {
  readonly spec: ObjectStructure;
  readonly status: ObjectStructure;
  /** Only spec below it: nobody but the operator changes status. */
  readonly whole: ObjectStructure;
  readonly schema: z.ZodObject;
}

function judgesOf(kind: KindDefinition): Judges {
  const spec = readStructure(kind.spec, "spec");
  const rules = kind.rules.map(ruleOf).filter((rule) => rule !== undefined);
  const schema = z
    .object({
      apiVersion: z.literal(API_VERSION),
      kind: z.literal(kind.kind),
      metadata,
      spec: kind.spec,
      status: kind.status.optional(),
    })
    .check(...(kind.rules as readonly core.$ZodCheck<unknown>[]));
  return {
    spec,
    status: readStructure(kind.status, "status"),
    whole: { type: "object", properties: { spec }, required: [], isAtomic: false, rules },
    schema,
  };
}

const metadata = z
  .looseObject({ name: objectName().optional(), generateName: z.string().optional() })
  .check(
    checkOf<{ name?: string | undefined; generateName?: string | undefined }>({ check: "name" }, (self) =>
      self.name === undefined && (self.generateName ?? "") === ""
        ? { path: ["name"], message: "Required value" }
        : undefined,
    ),
  );

function judge(
  { spec, status, whole, schema }: Judges,
  input: unknown,
  { old, unknownFields = "refuse" }: ValidateOptions,
): { readonly object: unknown; readonly problems: readonly Problem[] } {
  const given = isRecord(input) ? input : {};
  const cleaned = normalize(spec, given["spec"], "spec");
  const unknown = [
    ...unknownEnvelopeFields(given),
    ...cleaned.unknownFields,
    ...normalize(status, given["status"], "status").unknownFields,
  ];
  const problems = unknownFields === "drop" ? [] : unknown.map(unknownField);
  const candidate = { ...given, spec: cleaned.value, status: statusAfter(old) };
  const parsed = schema.safeParse(candidate, { error: explainIssue, reportInput: true });
  if (!parsed.success) problems.push(...parsed.error.issues.map(problemOf));
  else if (old !== undefined) problems.push(...brokenByChange(whole, parsed.data, old, ""));
  return { object: parsed.data, problems };
}

/** A write of the main resource never changes status. */
function statusAfter(old: unknown): unknown {
  return isRecord(old) ? old["status"] : INITIAL_STATUS;
}

const TOP_FIELDS = ["apiVersion", "kind", "metadata", "spec", "status"];

const METADATA_FIELDS = [
  "name",
  "generateName",
  "namespace",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
];

function unknownEnvelopeFields(given: Readonly<Record<string, unknown>>): string[] {
  const metadata = isRecord(given["metadata"]) ? given["metadata"] : {};
  return [
    ...Object.keys(given).filter((field) => !TOP_FIELDS.includes(field)),
    ...Object.keys(metadata)
      .filter((field) => !METADATA_FIELDS.includes(field))
      .map((field) => `metadata.${field}`),
  ];
}

function unknownField(path: string): Problem {
  const message = "Remove this field, or correct its name: the kind has no such field";
  return { path, message, isUnknownField: true };
}

function problemOf(issue: core.$ZodIssue): Problem {
  const path = issue.path.reduce<string>(
    (parent, key) => (typeof key === "number" ? `${parent}[${key}]` : joined(parent, String(key))),
    "",
  );
  const { input, message } = issue;
  const isScalar = typeof input === "string" || typeof input === "number" || typeof input === "boolean";
  return { path, message, value: isScalar ? input : undefined };
}

function brokenByChange(structure: Structure, self: unknown, old: unknown, path: string): Problem[] {
  const broken = structure.rules.filter((rule) => rule.judges === "change" && !rule.holds(self, old));
  const problems = broken.map(({ fieldPath = "", message }) => ({ path: joined(path, fieldPath.slice(1)), message }));
  if (structure.type !== "object" || !isRecord(self) || !isRecord(old)) return problems;
  const inBoth = Object.entries(structure.properties).filter(
    ([name]) => self[name] !== undefined && old[name] !== undefined,
  );
  return [
    ...problems,
    ...inBoth.flatMap(([name, property]) => brokenByChange(property, self[name], old[name], joined(path, name))),
  ];
}

function joined(parent: string, name: string): string {
  return parent === "" || name === "" ? parent + name : `${parent}.${name}`;
}
