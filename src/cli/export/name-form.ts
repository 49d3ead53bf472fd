// In which form an EventTopic says its topic's name: by the parts that the bus' template has, where they render to the
// same name, else as a whole. Pure.

import { DEFAULT_TEMPLATE, renderTopicName, type NameParts, type NamingRules } from "../../domain/topic-name.ts";

export function nameForm(topicName: string, rules: NamingRules): NameParts {
  const parts = partsOf(topicName, rules);
  if (parts === undefined) return { topicName };
  const rendered = renderTopicName(parts, rules);
  return rendered.kind === "name" && rendered.name === topicName ? parts : { topicName };
}

const PART = "([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)";

function partsOf(topicName: string, { prefix, template = DEFAULT_TEMPLATE }: NamingRules): NameParts | undefined {
  const words: string[] = [];
  const pieces = template.split(/(\{\w+\})/).map((piece) => {
    if (piece === "{prefix}") return literally(prefix ?? "");
    if (!/^\{\w+\}$/.test(piece)) return literally(piece);
    const word = piece.slice(1, -1);
    const before = words.indexOf(word) + 1;
    if (before > 0) return `\\${before}`;
    words.push(word);
    return PART;
  });
  const found = new RegExp(`^${pieces.join("")}$`).exec(topicName);
  if (found === null) return undefined;
  return Object.fromEntries(words.map((word, index) => [word, found[index + 1]]));
}

/** Of what names hold only the dot means something in a regular expression. */
function literally(text: string): string {
  return text.replaceAll(".", String.raw`\.`);
}
