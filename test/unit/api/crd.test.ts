import { expect } from "chai";
import { describe, it } from "mocha";

import { CATEGORY, crdOf, INITIAL_STATUS } from "../../../src/api/crd.ts";
import { KINDS } from "../../../src/api/kinds.ts";
import { readStructure } from "../../../src/api/read-structure.ts";
import type { Structure } from "../../../src/api/structure.ts";

interface Node {
  readonly path: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Every schema below, with the path of field names that leads to it. */
function nodesOf(schema: Readonly<Record<string, unknown>>, path: string): Node[] {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Node["schema"]>);
  const others = [schema["items"], schema["additionalProperties"]].filter((inner) => inner !== undefined);
  return [
    { path, schema },
    ...properties.flatMap(([name, inner]) => nodesOf(inner, `${path}.${name}`)),
    ...others.flatMap((inner) => nodesOf(inner as Node["schema"], `${path}[]`)),
  ];
}

function rootOf(kind: (typeof KINDS)[number]): Node["schema"] {
  const { spec } = crdOf(kind) as { spec: { versions: [{ schema: { openAPIV3Schema: Node["schema"] } }] } };
  return spec.versions[0].schema.openAPIV3Schema;
}

function everyStructure(structure: Structure): Structure[] {
  const below =
    structure.type === "object"
      ? Object.values(structure.properties)
      : structure.type === "list"
        ? [structure.items]
        : structure.type === "map"
          ? [structure.values]
          : [];
  return [structure, ...below.flatMap(everyStructure)];
}

for (const kind of KINDS) {
  describe(`crdOf(): ${kind.kind}`, () => {
    const nodes = nodesOf(rootOf(kind), "");

    it("holds one default, on status, so that a fresh object reads as in progress", () => {
      const defaulted = nodes.filter(({ schema }) => "default" in schema);
      expect(defaulted.map(({ path, schema }) => [path, schema["default"]])).to.deep.equal([
        [".status", INITIAL_STATUS],
      ]);
    });

    it("bounds every text, list, map and number", () => {
      const unbounded = nodes.filter(({ path, schema }) => {
        if ([".apiVersion", ".kind"].includes(path)) return false;
        switch (schema["type"]) {
          case "string":
            return !("maxLength" in schema || "enum" in schema);
          case "array":
            return !("maxItems" in schema && "x-kubernetes-list-type" in schema);
          case "integer":
          case "number":
            return !("minimum" in schema && "maximum" in schema);
          default:
            return "additionalProperties" in schema && !("maxProperties" in schema);
        }
      });
      expect(unbounded.map(({ path }) => path)).to.deep.equal([]);
    });

    it("describes every field in sentences, and a default in the last one", () => {
      const fields = nodes.filter(
        ({ path }) => !path.endsWith("[]") && !["", ".metadata", ".apiVersion", ".kind"].includes(path),
      );
      const bad = fields.filter(({ schema }) => {
        const text = describedAs(schema).replace(/ Written as [^.]*\.$/, "");
        return !/^[A-Za-z].*\.$/.test(text) || /Default: .*\. [A-Z]/.test(text) || /[Dd]efault\)/.test(text);
      });
      expect(bad.map(({ path, schema }) => `${path}: ${describedAs(schema)}`)).to.deep.equal([]);
    });

    it("judges nothing in status but types and bounds: an older schema must take what a newer operator reports", () => {
      const judged = nodes.filter(({ path, schema }) => path.startsWith(".status") && hasOpinion(schema));
      expect(judged.map(({ path }) => path)).to.deep.equal([]);
    });

    it("keeps the keys of every keyed list required, else the API server refuses the definition", () => {
      for (const { schema } of nodes.filter((node) => "x-kubernetes-list-map-keys" in node.schema)) {
        const { required } = schema["items"] as { required: string[] };
        expect(required).to.include.members(schema["x-kubernetes-list-map-keys"] as string[]);
      }
    });

    it("says in every rule what to do, on one line", () => {
      const rules = [kind.spec, kind.status].flatMap((schema) =>
        everyStructure(readStructure(schema, "x")).flatMap(({ rules }) => rules),
      );
      for (const { message, cel } of rules) {
        expect(message).to.match(/^[A-Za-z"'.][^\n]*[^.\n]$/);
        expect(cel).to.not.include("\n");
      }
    });

    it("begins its columns with Ready and Reason and ends them with Age", () => {
      const names = kind.columns.map(({ name }) => name);
      expect([...names.slice(0, 2), names.at(-1)]).to.deep.equal(["Ready", "Reason", "Age"]);
    });
  });
}

function describedAs({ description }: Node["schema"]): string {
  return typeof description === "string" ? description : "";
}

function hasOpinion(schema: Node["schema"]): boolean {
  return ["enum", "pattern", "x-kubernetes-validations"].some((keyword) => keyword in schema);
}

describe("CATEGORY", () => {
  it("is no name of a kind: kubectl would take `get <name> x` for a request of all kinds", () => {
    const names = KINDS.flatMap((kind) => [kind.kind.toLowerCase(), kind.plural, kind.singular, ...kind.shortNames]);
    expect(names).to.not.include(CATEGORY);
    expect(new Set(KINDS.flatMap(({ shortNames }) => shortNames)).size).to.equal(KINDS.length);
  });
});
