// values.yaml, values.schema.json and the table of the chart's README, from the declaration of the values.

import { stringify } from "yaml";
import { z } from "zod";

import { code, table } from "../reference/markdown.ts";
import { VALUES } from "./values.ts";

interface Property {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Property>>;
}

const COMMENT_WIDTH = 100;

/** JSON schema that Helm checks values by. */
export function valuesSchema(): string {
  const schema = z.toJSONSchema(VALUES, { io: "input", target: "draft-7" });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** The defaults, each with what it means. */
export function valuesFile(): string {
  const head = ["# Generated from hack/chart/values.ts by hack/generate.ts; do not edit.", ""];
  return [...head, ...linesOf(properties(), ""), ""].join("\n");
}

/** A row for each value that can be set. */
export function valuesTable(): string {
  return table(["value", "default", "meaning"], rowsOf(properties(), ""));
}

function properties(): Readonly<Record<string, Property>> {
  return (z.toJSONSchema(VALUES, { io: "input" }) as Property).properties ?? {};
}

function linesOf(shape: Readonly<Record<string, Property>>, indent: string): string[] {
  return Object.entries(shape).flatMap(([key, property]) => {
    const { description = "", properties: inner, default: fallback } = property;
    const isGroup = inner !== undefined && isEmpty(fallback);
    if (!isGroup && fallback === undefined) return [];
    const comment = wrap(description, COMMENT_WIDTH - indent.length).map((line) => `${indent}# ${line}`);
    if (isGroup) return [...comment, `${indent}${key}:`, ...linesOf(inner, `${indent}  `)];
    return [...comment, ...yamlOf(key, fallback).map((line) => `${indent}${line}`)];
  });
}

function yamlOf(key: string, value: unknown): string[] {
  return stringify({ [key]: value }, { lineWidth: 0 })
    .trimEnd()
    .split("\n");
}

function rowsOf(shape: Readonly<Record<string, Property>>, path: string): string[][] {
  return Object.entries(shape).flatMap(([key, { description = "", properties: inner, default: fallback }]) => {
    if (inner !== undefined && isEmpty(fallback)) return rowsOf(inner, `${path}${key}.`);
    return fallback === undefined ? [] : [[code(path + key), code(JSON.stringify(fallback)), description]];
  });
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
