import { expect } from "chai";
import { describe, it } from "mocha";
import { z } from "zod";

import { configValue, keyedList, listOf, mapOf, setOf, text, whole } from "../../../src/api/fields.ts";
import { readStructure } from "../../../src/api/read-structure.ts";
import { rule, transition } from "../../../src/api/rule.ts";

function reading(field: z.ZodType): () => unknown {
  return () => readStructure(z.object({ field: field.describe("A field.") }), "spec");
}

describe("readStructure()", () => {
  it("tells type, bounds, identity, and which fields are required", () => {
    const item = z.object({
      name: text(9, 1).describe("Name."),
      ratio: z.number().min(0).max(1).optional().describe("R."),
    });
    const schema = z.object({
      items: keyedList(item, ["name"], 5).describe("Items."),
      values: mapOf(configValue(), 3).optional().describe("Values."),
    });
    const { required, properties } = readStructure(schema, "spec");
    expect(required).to.deep.equal(["items"]);
    expect(properties["items"]).to.include({ type: "list", maxItems: 5, minItems: 0 });
    expect(properties["items"]).to.have.nested.property("items.properties.ratio.type", "number");
    expect(properties["items"]).to.have.deep.property("list", { type: "map", keys: ["name"] });
    expect(properties["values"]).to.include({ type: "map", maxProperties: 3 });
    expect(properties["values"]).to.have.nested.property("values.type", "intOrString");
  });

  it("takes the outermost description, and keeps a title below it", () => {
    const inner = text(9).meta({ title: "a title", description: "Inner." });
    const { properties } = readStructure(z.object({ field: inner.optional().describe("Outer.") }), "spec");
    expect(properties["field"]).to.include({ description: "Outer.", title: "a title" });
  });

  const changing = z
    .object({ name: text(9).describe("Name.") })
    .check(transition({ cel: "self == oldSelf", message: "No", holds: () => false }));

  const holds = rule<string | undefined>({ cel: "true", message: "Never", holds: () => true });

  const inexpressible: readonly [why: string, field: z.ZodType, message: string][] = [
    ["a transform", text(9).transform((value) => value.length), "a schema of another kind"],
    ["a default: the CRD holds none but that of status", text(9).default("x"), "a schema of another kind"],
    ["null", text(9).nullable(), "a schema of another kind"],
    ["anything at all", z.unknown(), "a schema of another kind"],
    ["coercion", z.coerce.string().check(z.maxLength(9)), "coercion"],
    ["coercion of booleans", z.coerce.boolean(), "coercion"],
    [
      "a rule on an optional wrapper, where nobody would look for it",
      text(9).optional().check(holds),
      "a check beside optional",
    ],
    ["a format that is a schema of its own", z.email(), "a schema of another kind"],
    ["a date", z.iso.datetime(), "a schema of another kind"],
    ["a literal: an enum of one says the same", z.literal("a"), "a schema of another kind"],
    ["a strict object: unknown fields are the API server's affair", z.strictObject({}), "a rule for undeclared keys"],
    ["a tuple", z.tuple([text(9)]), "a schema of another kind"],
    ["a refinement that has no CEL twin", text(9).refine(() => true), 'the check "custom"'],
    ["a number format but int", z.int32().min(0).max(1), 'the number format "int32"'],
    ["a multiple", whole(0, 9).multipleOf(3), 'the check "multiple_of"'],
    ["an exclusive bound", z.int().gt(0).max(1), "an exclusive bound"],
    ["text in zod's own formats", text(9).check(z.email()), 'the string format "email"'],
    [
      "a pattern that does not say what to write",
      text(9).regex(/^a$/),
      'the string format "regex" without a pattern and a message',
    ],
    ["zod's length, which counts UTF-16 units", text(9).max(3), 'the check "max_length"'],
    ["undeclared keys", z.looseObject({}), "a rule for undeclared keys"],
    ["a rule on the keys of a map", z.record(text(9), text(9)), "a check of the keys"],
    ["an enum of numbers", z.enum({ a: 1 }), "an enum of anything but strings"],
    ["a union but int-or-string", z.union([text(9), z.boolean()]), "a union but of an integer and a string"],
    ["a rule on changes of list items", listOf(changing, 3), "a rule on changes of items"],
    ["a rule on changes of map values", mapOf(changing, 3), "a rule on changes of items"],
  ];
  for (const [why, field, message] of inexpressible) {
    it(`refuses ${why}`, () => {
      expect(reading(field))
        .to.throw(TypeError, 'Cannot express "spec.field')
        .with.property("message")
        .includes(message);
    });
  }

  const unbounded: readonly [why: string, field: z.ZodType][] = [
    ["text", z.string()],
    ["a list", z.array(text(9))],
    ["a map", z.record(z.string(), text(9))],
    ["a number", z.int().min(0)],
    ["the items of a list", setOf(z.string(), 3)],
  ];
  for (const [why, field] of unbounded) {
    it(`refuses ${why} without a bound: CEL could not be estimated`, () => {
      expect(reading(field)).to.throw(TypeError, 'Bound "spec.field');
    });
  }

  it("refuses a field without a description, which kubectl explain would show empty", () => {
    expect(() => readStructure(z.object({ silent: text(9) }), "spec")).to.throw(TypeError, 'Describe "spec.silent"');
  });
});
