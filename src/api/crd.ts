// From a kind to its CustomResourceDefinition: structural schema, CEL rules, columns, selectable fields. Pure; the one
// default it ever writes is the status that a fresh object begins with.

import type { KindDefinition, PrinterColumn } from "./kind.ts";
import { readStructure } from "./read-structure.ts";
import { ruleOf, type DeclaredRule } from "./rule.ts";
import type {
  IntOrStringStructure,
  ListStructure,
  NumberStructure,
  ObjectStructure,
  StringStructure,
  Structure,
} from "./structure.ts";

/** Groups our kinds for `kubectl get <category>`. */
export const CATEGORY = "eventbus-all";

/** What status reads as before the first run: kstatus then says InProgress, not Current. */
export const INITIAL_STATUS = { observedGeneration: -1 } as const;

/** JSONSchemaProps, as far as we write it. */
export interface SchemaProps {
  readonly [keyword: string]: unknown;
}

/** The CustomResourceDefinition of a kind, ready to be serialised. */
export function crdOf(kind: KindDefinition): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
        categories: [CATEGORY],
      },
      scope: kind.isNamespaced ? "Namespaced" : "Cluster",
      versions: [versionOf(kind)],
    },
  };
}

function versionOf(kind: KindDefinition): Readonly<Record<string, unknown>> {
  const selectable = kind.selectableFields.map((jsonPath) => ({ jsonPath }));
  return {
    name: kind.version,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: rootSchema(kind) },
    subresources: { status: {} },
    additionalPrinterColumns: kind.columns.map(column),
    ...(selectable.length === 0 ? {} : { selectableFields: selectable }),
  };
}

function column({ name, type, jsonPath, description, priority }: PrinterColumn): SchemaProps {
  return { name, type, jsonPath, description, ...(priority === undefined ? {} : { priority }) };
}

function rootSchema(kind: KindDefinition): SchemaProps {
  const spec = schemaOf(readStructure(kind.spec, "spec"));
  const status = schemaOf(readStructure(kind.status, "status"));
  return {
    description: kind.description,
    type: "object",
    required: ["spec"],
    properties: {
      apiVersion: { type: "string", description: `${kind.group}/${kind.version}` },
      kind: { type: "string", description: kind.kind },
      metadata: { type: "object" },
      spec: {
        ...spec,
        description: "What is wanted. Defaults are resolved when the object is reconciled and shown in status.",
      },
      status: { ...status, description: "What is the case; written by the operator only.", default: INITIAL_STATUS },
    },
    ...validations(kind.rules.map(ruleOf).filter((rule) => rule !== undefined)),
  };
}

/** The structural schema of one node. */
function schemaOf(structure: Structure): SchemaProps {
  return {
    ...descriptionOf(structure),
    ...keywordsOf(structure),
    ...validations(structure.rules, formatRules(structure)),
  };
}

function descriptionOf({ description, title }: Structure): SchemaProps {
  if (description === undefined) return {};
  return { description: title === undefined ? description : `${description} Written as ${title}.` };
}

function keywordsOf(structure: Structure): SchemaProps {
  switch (structure.type) {
    case "object":
      return objectKeywords(structure);
    case "map":
      return {
        type: "object",
        additionalProperties: schemaOf(structure.values),
        maxProperties: structure.maxProperties,
      };
    case "list":
      return listKeywords(structure);
    case "string":
      return { type: "string", ...stringBounds(structure) };
    case "enum":
      return { type: "string", enum: structure.values };
    case "integer":
    case "number":
      return { type: structure.type, ...numberBounds(structure) };
    case "boolean":
      return { type: "boolean" };
    case "intOrString":
      return intOrStringKeywords(structure);
  }
}

function objectKeywords({ properties, required, isAtomic }: ObjectStructure): SchemaProps {
  const schemas = Object.entries(properties).map(([name, property]) => [name, schemaOf(property)] as const);
  return {
    type: "object",
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(schemas),
    ...(isAtomic ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
}

function listKeywords({ items, minItems, maxItems, list }: ListStructure): SchemaProps {
  return {
    type: "array",
    items: schemaOf(items),
    ...(minItems === 0 ? {} : { minItems }),
    maxItems,
    "x-kubernetes-list-type": list.type,
    ...(list.type === "map" ? { "x-kubernetes-list-map-keys": list.keys } : {}),
  };
}

function intOrStringKeywords({ integer, string }: IntOrStringStructure): SchemaProps {
  const { minimum, ...otherBounds } = numberBounds(integer);
  return {
    "x-kubernetes-int-or-string": true,
    anyOf: [{ type: "integer" }, { type: "string" }],
    ...(string.format === undefined ? { minimum } : {}),
    ...otherBounds,
    ...stringBounds(string),
  };
}

function stringBounds({ minLength, maxLength }: StringStructure): SchemaProps {
  return { ...(minLength === 0 ? {} : { minLength }), maxLength };
}

/** Without `format`: its bounds say more, and newer API servers warn of formats of numbers, which they never checked. */
function numberBounds({ minimum, maximum }: NumberStructure): SchemaProps {
  return { minimum, maximum };
}

/**
 * A pattern becomes a CEL rule: its message is for people, that of the keyword `pattern` quotes the expression. The
 * least number that may stand in place of the text is refused by the same rule.
 */
function formatRules(structure: Structure): SchemaProps[] {
  if (structure.type === "intOrString") {
    return formatRules(structure.string).map(({ rule, message }) => ({
      rule: `type(self) == int ? self >= ${structure.integer.minimum} : ${String(rule)}`,
      message,
    }));
  }
  if (structure.type !== "string" || structure.format === undefined) return [];
  const { pattern, message } = structure.format;
  return [{ rule: `self.matches(${celLiteral(pattern)})`, message }];
}

function celLiteral(text: string): string {
  const quote = text.includes("'") ? '"' : "'";
  if (text.includes(quote)) throw new TypeError(`Write /${text}/ with one kind of quote at most`);
  return `r${quote}${text}${quote}`;
}

function validations(rules: readonly DeclaredRule[], formats: readonly SchemaProps[] = []): SchemaProps {
  const all = [...formats, ...rules.map(validation)];
  return all.length === 0 ? {} : { "x-kubernetes-validations": all };
}

function validation({ cel, message, reason, fieldPath }: DeclaredRule): SchemaProps {
  return {
    rule: cel,
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}
