// Takes secrets out of what is about to be logged, and turns errors into plain data. Pure.

/** Field names whose values are never shown. */
const SECRET_NAME = /pass(word|wd)?$|secret$|token$|authorization|credential|private[-_]?key|jaas/i;
/** Secrets by their looks: bearer tokens, JSON web tokens, PEM blocks, passwords in URLs and JAAS lines. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) [\w.~+/=-]{8,}/gi, "$1 ***"],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, "***"],
  [/-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g, "***"],
  [/(\/\/[^\s/:@]+:)[^\s/@]+@/g, "$1***@"],
  [/(password\s*=\s*)("[^"]*"|[^\s;,]+)/gi, "$1***"],
];
const DEEPEST = 6;

/** A copy that may be shown: secrets replaced by `***`, errors as {name, message, …, cause}, cycles and depths cut. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEEPEST) return "…";
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) && field !== undefined ? "***" : redact(field, depth + 1),
    ]),
  );
}

/** `text` with whatever looks like a secret replaced. */
export function redactText(text: string): string {
  return SECRET_TEXT.reduce((shown, [pattern, replacement]) => shown.replace(pattern, replacement), text);
}

function redactError(error: Error, depth: number): unknown {
  // Own fields of library errors hold sockets, requests and headers; only these few tell what happened.
  const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown };
  return {
    name: error.name,
    message: redactText(error.message),
    ...(code === undefined ? {} : { code: redact(code, depth + 1) }),
    ...(reason === undefined ? {} : { reason: redact(reason, depth + 1) }),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
    // An error with a code is an answer of some system; its stack tells nothing. Without one it may be a bug of ours.
    ...(error.stack === undefined || code !== undefined ? {} : { stack: redactText(error.stack) }),
  };
}
