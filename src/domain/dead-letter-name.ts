// How the dead-letter topics of a topic get their names. Pure.

import { matchesAnyPattern, type NamePattern } from "./name-pattern.ts";
import { topicNameProblem } from "./topic-name.ts";

/** Of `EventTopic.spec.deadLetter`. */
export interface DeadLetterNaming {
  readonly nameTemplate?: string | undefined;
  readonly perGroup?: boolean | undefined;
}

export interface DeadLetterName {
  readonly name: string;
  /** The group that it belongs to, with perGroup. */
  readonly groupId?: string | undefined;
  /** The rule that the name breaks. */
  readonly problem?: string | undefined;
  /** It holds the source's name, so that whoever may have the one may have the other. */
  readonly isDerived: boolean;
}

/** Used where a topic names no template. */
const DEFAULT_TEMPLATE = "{topic}.dlq";
const DEFAULT_TEMPLATE_PER_GROUP = "{topic}.{group}.dlq";

/** One name, or with perGroup one for each group; each name once, sorted. */
export function deadLetterNames(
  { nameTemplate, perGroup = false }: DeadLetterNaming,
  topicName: string,
  groupIds: readonly string[],
  legacyNames: readonly NamePattern[],
): DeadLetterName[] {
  const template = nameTemplate ?? (perGroup ? DEFAULT_TEMPLATE_PER_GROUP : DEFAULT_TEMPLATE);
  const isDerived = template.includes("{topic}");
  const byName = new Map<string, DeadLetterName>();
  for (const groupId of perGroup ? groupIds.toSorted() : [undefined]) {
    const name = template.replaceAll("{topic}", () => topicName).replaceAll("{group}", () => groupId ?? "");
    const problem = isDerived ? derivedProblem(name, topicName) : freeProblem(name, template, legacyNames);
    byName.set(name, { name, groupId, problem, isDerived });
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function derivedProblem(name: string, topicName: string): string | undefined {
  if (name !== topicName) return topicNameProblem(name);
  return `The dead-letter topic would be the topic "${topicName}" itself; write a nameTemplate such as "${DEFAULT_TEMPLATE}"`;
}

// A name of its own is not bound to the topic's, so it needs the same permission as any whole name.
function freeProblem(name: string, template: string, legacyNames: readonly NamePattern[]): string | undefined {
  if (matchesAnyPattern(legacyNames, name)) return topicNameProblem(name);
  return (
    `spec.deadLetter.nameTemplate "${template}" does not hold {topic}, and the bus' spec.legacyNames do not permit ` +
    `"${name}"; use {topic}, or have the platform team add the name`
  );
}
