// Kafka's own two pattern types, for names of topics and groups. Pure.

/** As in Kafka's ACLs: `literal` is the whole name (or `*` for every name), `prefixed` its beginning. */
export interface NamePattern {
  readonly pattern: string;
  readonly patternType?: "literal" | "prefixed" | undefined;
}

export function matchesPattern(pattern: NamePattern, name: string): boolean {
  if (pattern.patternType === "prefixed") return name.startsWith(pattern.pattern);
  return pattern.pattern === "*" || pattern.pattern === name;
}

export function matchesAnyPattern(patterns: readonly NamePattern[], name: string): boolean {
  return patterns.some((pattern) => matchesPattern(pattern, name));
}

/** `orders` or `orders.*`, as people read it. */
export function describePattern(pattern: NamePattern): string {
  return pattern.patternType === "prefixed" ? `${pattern.pattern}*` : pattern.pattern;
}
