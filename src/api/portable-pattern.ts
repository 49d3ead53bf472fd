// Regular expressions that JavaScript and RE2 (the API server's CEL) read alike. Checks only, rewrites nothing.

/** Escaped brackets, and whole classes: no negation (a class means UTF-16 units here, code points there). */
const PORTABLE_ATOM = /\\[[\]]|\[(?!\^|\])(?:\\[[\]]|[^\]\\])+\]/g;

/** What may stand around them: plain characters, groups, alternatives, anchors and counts. */
const REST = /^(?:\((?!\?)|[-A-Za-z0-9_:<>/,"'!@#%&;=~ ^$|){}?+*])*$/;

/**
 * The source of a pattern, once it is sure to mean the same in RE2.
 * @throws TypeError for flags, look-around, back references, `.`, `\d` and its kin, and negated classes.
 */
export function portablePattern(pattern: RegExp): string {
  const rest = pattern.source.replace(PORTABLE_ATOM, "");
  if (pattern.flags !== "" || !REST.test(rest)) {
    throw new TypeError(
      `Write /${pattern.source}/${pattern.flags} without what RE2 and JavaScript may read differently`,
    );
  }
  return pattern.source;
}
