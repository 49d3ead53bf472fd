// What a kind declares about itself: everything that its CRD, its reference page and its validation need.

import type { core, z } from "zod";

import { GROUP, VERSION } from "./group.ts";

/** A type that nobody may write to, at any depth: objects in the stores are shared. */
export type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  /** JSONPath from the object's root. */
  readonly jsonPath: string;
  readonly description: string;
  /** Above 0: shown with `-o wide` only. */
  readonly priority?: number;
}

/** An object as far as the rules of its root may see it (Kubernetes shows them nothing else of metadata). */
export interface WholeObject<Spec, Status> {
  /** Before the API server made a name there is only `generateName`. */
  readonly metadata: { readonly name?: string | undefined; readonly generateName?: string | undefined };
  readonly spec: Spec;
  readonly status?: Status | undefined;
}

/** One kind of this operator; also says where it lives in the API (`ResourceType` of kubernetes/resources.ts). */
export interface KindDefinition<Spec extends z.ZodObject = z.ZodObject, Status extends z.ZodObject = z.ZodObject> {
  readonly group: typeof GROUP;
  readonly version: typeof VERSION;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  /** What `kubectl explain <kind>` says first. */
  readonly description: string;
  readonly spec: Spec;
  readonly status: Status;
  /** Rules that see spec, status and name together. */
  readonly rules: readonly core.$ZodCheck<WholeObject<z.infer<Spec>, z.infer<Status>>>[];
  readonly columns: readonly PrinterColumn[];
  /** JSONPaths for `--field-selector` and filtered watches (KEP-4358); at most 8. */
  readonly selectableFields: readonly string[];
}

/** Declares a kind of our group and version. */
export function defineKind<Spec extends z.ZodObject, Status extends z.ZodObject>(
  kind: Omit<KindDefinition<Spec, Status>, "group" | "version">,
): KindDefinition<Spec, Status> {
  return { group: GROUP, version: VERSION, ...kind };
}

/** The columns that every kind begins with. */
export const READY_COLUMNS: readonly PrinterColumn[] = [
  conditionColumn("Ready", "status", "Whether Kafka is as declared."),
  conditionColumn("Reason", "reason", "Why Ready is what it is."),
];

/** The column that every kind ends with. */
export const AGE_COLUMN: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since the object was created.",
};

function conditionColumn(name: string, field: "status" | "reason", description: string): PrinterColumn {
  return { name, type: "string", jsonPath: `.status.conditions[?(@.type=="Ready")].${field}`, description };
}
