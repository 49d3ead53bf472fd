// When two spellings of a configuration value mean the same to Kafka. Pure.

import type { ConfigType } from "./topic-config.ts";

/** Compares values as the broker reads them: numbers by value, booleans without case, lists without order. */
export function isSameConfigValue(type: ConfigType, a: string, b: string): boolean {
  return a === b || canonical(type, a) === canonical(type, b);
}

function canonical(type: ConfigType, value: string): string {
  const text = value.trim();
  switch (type) {
    case "boolean":
      return text.toLowerCase();
    case "int":
    case "short":
    case "long":
      return /^[+-]?\d+$/.test(text) ? BigInt(text).toString() : text;
    case "double":
      return text !== "" && Number.isFinite(Number(text)) ? String(Number(text)) : text;
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
        .toSorted()
        .join(",");
    case "string":
    case "class":
    case "password":
    case "unknown":
      return text;
  }
}
