// Rules beyond types and bounds: one declaration is the CEL text that the API server runs and the predicate that zod
// runs. No rule may need another object, a clock or Kafka.

import type { core } from "zod";

import { checkOf, definitionOf } from "./check.ts";

interface RuleText {
  /** CEL over `self` (and `oldSelf` in a transition rule), as written under x-kubernetes-validations. */
  readonly cel: string;
  /** For whoever applied the object: what to do instead. One line. */
  readonly message: string;
  /** The cause that the API server reports; without it `FieldValueInvalid`. */
  readonly reason?: RuleReason | undefined;
  /** Field that the message is about, below `self`: `.topicName`. */
  readonly fieldPath?: string | undefined;
}

export type RuleReason = "FieldValueInvalid" | "FieldValueForbidden" | "FieldValueRequired" | "FieldValueDuplicate";

/** Judges one state of an object. */
export interface StateRule<Self> extends RuleText {
  readonly holds: (self: Self) => boolean;
}

/** Judges a change; never runs when the object, or this part of it, is new. */
export interface TransitionRule<Self> extends RuleText {
  readonly holds: (self: Self, old: Self) => boolean;
}

/** A rule as found in a schema by those who walk it. */
export type DeclaredRule = RuleText &
  (
    | { readonly judges: "state"; readonly holds: (self: unknown) => boolean }
    | { readonly judges: "change"; readonly holds: (self: unknown, old: unknown) => boolean }
  );

interface RuleCheckDef extends core.$ZodCheckDef {
  readonly check: "rule";
  readonly rule: DeclaredRule;
}

/** Attaches a rule to a schema: `schema.check(rule({...}))`. zod enforces it, the CRD carries it. */
export function rule<Self>(declared: StateRule<Self>): core.$ZodCheck<Self> {
  const { holds, message, fieldPath = "" } = declared;
  const path = fieldPath.split(".").filter((segment) => segment !== "");
  const def: RuleCheckDef = {
    check: "rule",
    rule: { ...declared, judges: "state", holds: holds as (self: unknown) => boolean },
  };
  return checkOf<Self>(def, (self) => (holds(self) ? undefined : { message, path }));
}

/** Attaches a rule on changes: zod alone cannot judge it, `validate` and the API server do. */
export function transition<Self>(declared: TransitionRule<Self>): core.$ZodCheck<Self> {
  const holds = declared.holds as (self: unknown, old: unknown) => boolean;
  const def: RuleCheckDef = { check: "rule", rule: { ...declared, judges: "change", holds } };
  return checkOf<Self>(def, () => undefined);
}

/** A field that keeps what it had when the object was created, absence included; `advice` says what to do instead. */
export function unchangeable<Field extends string>(
  field: Field,
  advice: string,
): core.$ZodCheck<{ readonly [name in Field]?: string | undefined }> {
  return transition({
    cel: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed, added or removed: ${advice}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
    holds: (self, old) => self[field] === old[field],
  });
}

/** The rule behind a check of a schema; undefined for other checks. */
export function ruleOf(check: core.$ZodCheck): DeclaredRule | undefined {
  const def = definitionOf(check);
  return def.check === "rule" ? (def as RuleCheckDef).rule : undefined;
}
