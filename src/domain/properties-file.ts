// Two formats of `key=value` lines: of java.util.Properties, and of what programs on librdkafka read. Pure.

export type Property = readonly [key: string, value: string];

/** As java.util.Properties loads it, from bytes as well as from characters: ASCII only, everything else escaped. */
export function javaProperties(comments: readonly string[], properties: readonly Property[]): string {
  const lines = properties.map(([key, value]) => `${escapeJava(key, /[ =:#!]/g)}=${escapeJava(value, /^ | $/g)}`);
  return [...commentLines(comments), ...lines, ""].join("\n");
}

/** Verbatim: programs on librdkafka split a line at its first "=" and know no escapes. */
export function plainProperties(comments: readonly string[], properties: readonly Property[]): string {
  return [...commentLines(comments), ...properties.map(([key, value]) => `${key}=${value}`), ""].join("\n");
}

function commentLines(comments: readonly string[]): string[] {
  return comments.map((comment) => `# ${escapeJava(comment, /$^/g)}`);
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `special`: what the place of the text makes special besides what always is. */
function escapeJava(text: string, special: RegExp): string {
  return text
    .replaceAll(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character)
    .replaceAll(special, (character) => `\\${character}`)
    .replaceAll(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
