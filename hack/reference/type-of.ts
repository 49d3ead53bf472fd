// The type and bounds of a field in a few words.

import type { Structure } from "../../src/api/structure.ts";
import { code } from "./markdown.ts";

export function typeOf(structure: Structure): string {
  if (structure.title !== undefined) return structure.title;
  switch (structure.type) {
    case "object":
      return "object";
    case "map":
      return `map of text to ${typeOf(structure.values)}, at most ${structure.maxProperties}`;
    case "list":
      return listType(structure);
    case "string":
      return `text of ${structure.minLength > 0 ? `${structure.minLength} to` : "at most"} ${structure.maxLength} characters`;
    case "enum":
      return structure.values.map(code).join(", ");
    case "integer":
      return `integer, ${range(structure.minimum, structure.maximum)}`;
    case "number":
      return `number, ${range(structure.minimum, structure.maximum)}`;
    case "boolean":
      return "boolean";
    case "intOrString":
      return "integer or text";
  }
}

function listType({ items, minItems, maxItems, list }: Extract<Structure, { type: "list" }>): string {
  const count = minItems === 0 ? `at most ${maxItems}` : `${minItems} to ${maxItems}`;
  const identity = list.type === "map" ? `, each ${list.keys.map(code).join(" and ")} once` : "";
  return `list of ${count}: ${typeOf(items)}${list.type === "set" ? ", each once" : identity}`;
}

function range(minimum: number, maximum: number): string {
  return maximum === Number.MAX_SAFE_INTEGER ? `at least ${minimum}` : `${minimum} to ${maximum}`;
}
