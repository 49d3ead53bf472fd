// The few shapes that a Kubernetes structural schema knows, as data. Types only; read from zod by read-structure.ts,
// walked by whoever emits, validates, documents or generates objects.

import type { ListType } from "./fields.ts";
import type { DeclaredRule } from "./rule.ts";

interface Common {
  /** For people; every property has one. */
  readonly description?: string | undefined;
  /** How a value is written, where type and bounds do not tell: `a duration such as 7d12h`. */
  readonly title?: string | undefined;
  readonly rules: readonly DeclaredRule[];
}

export interface ObjectStructure extends Common {
  readonly type: "object";
  readonly properties: Readonly<Record<string, Structure>>;
  readonly required: readonly string[];
  /** Server-side apply replaces it as a whole. */
  readonly isAtomic: boolean;
}

/** Keys of the author's choice. */
export interface MapStructure extends Common {
  readonly type: "map";
  readonly values: Structure;
  readonly maxProperties: number;
}

export interface ListStructure extends Common {
  readonly type: "list";
  readonly items: Structure;
  readonly minItems: number;
  readonly maxItems: number;
  readonly list: ListType;
}

export interface StringStructure extends Common {
  readonly type: "string";
  readonly minLength: number;
  /** Code points. */
  readonly maxLength: number;
  readonly format?: { readonly pattern: string; readonly message: string } | undefined;
}

export interface EnumStructure extends Common {
  readonly type: "enum";
  readonly values: readonly string[];
}

export interface NumberStructure extends Common {
  readonly type: "integer" | "number";
  readonly minimum: number;
  readonly maximum: number;
}

export interface BooleanStructure extends Common {
  readonly type: "boolean";
}

/** Kubernetes' int-or-string. */
export interface IntOrStringStructure extends Common {
  readonly type: "intOrString";
  readonly integer: NumberStructure;
  readonly string: StringStructure;
}

export type Structure =
  | ObjectStructure
  | MapStructure
  | ListStructure
  | StringStructure
  | EnumStructure
  | NumberStructure
  | BooleanStructure
  | IntOrStringStructure;
