// Kubernetes' label selector semantics. Pure.

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly LabelRequirement[] | undefined;
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[] | undefined;
}

/** All requirements must hold; an empty selector matches everything (callers decide what an absent one means). */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    equal && (selector.matchExpressions ?? []).every((requirement) => satisfies(requirement, labels[requirement.key]))
  );
}

function satisfies(requirement: LabelRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/**
 * Reads a selector as kubectl's `-l` writes it: `a=b,c!=d,e in (f,g),h notin (i),j,!k`.
 * @throws RangeError for text that is no such selector.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim());
  return { matchExpressions: terms.filter((term) => term !== "").map((term) => parseRequirement(term)) };
}

const KEY = "[A-Za-z0-9](?:[-_./A-Za-z0-9]*[A-Za-z0-9])?";
const EQUALITY = new RegExp(`^(${KEY})\\s*(=|==|!=)\\s*([-_.A-Za-z0-9]*)$`);
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]+)\\)$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

function parseRequirement(term: string): LabelRequirement {
  const [, equalKey, sign, value] = EQUALITY.exec(term) ?? [];
  if (equalKey !== undefined) return { key: equalKey, operator: sign === "!=" ? "NotIn" : "In", values: [value ?? ""] };
  const [, setKey, word, list = ""] = SET.exec(term) ?? [];
  if (setKey !== undefined) {
    return {
      key: setKey,
      operator: word === "in" ? "In" : "NotIn",
      values: list.split(",").map((item) => item.trim()),
    };
  }
  const [, negation, presentKey] = PRESENCE.exec(term) ?? [];
  if (presentKey !== undefined) return { key: presentKey, operator: negation === "!" ? "DoesNotExist" : "Exists" };
  throw new RangeError(`Cannot read "${term}" as a label selector: write it like "a=b,c in (d,e),!f"`);
}
