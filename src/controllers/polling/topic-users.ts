// Which consumer groups use which topics, as the polls of a bus found it. In memory, no I/O.

import type { GroupAnswer } from "./group-positions.ts";

/** As many as an EventTopic's status shows. */
const USERS_MOST = 20;

export class TopicUsers {
  #topicsOf = new Map<string, ReadonlySet<string>>();
  #shown: ReadonlyMap<string, readonly string[]> | undefined;

  /** Sorted; declared groups before others where there are more than can be shown. */
  of(topic: string): readonly string[] {
    return this.#shown?.get(topic) ?? [];
  }

  /**
   * Takes what was found and tells the topics whose users are others now. A group that could not be asked keeps what it
   * had; one that is not among them is gone, unless not all were asked. Undefined for the first, which knows nothing of
   * before: any topic's may be others.
   */
  update(
    answers: ReadonlyMap<string, GroupAnswer>,
    isPartial: boolean,
    isDeclared: (groupId: string) => boolean,
  ): readonly string[] | undefined {
    const before = this.#topicsOf;
    const found = [...answers].map(
      ([groupId, answer]) =>
        [groupId, answer.kind === "position" ? answer.topics : (before.get(groupId) ?? new Set<string>())] as const,
    );
    this.#topicsOf = new Map([...(isPartial ? before : []), ...found]);
    const users = new Map<string, string[]>();
    for (const [groupId, topics] of this.#topicsOf) {
      for (const topic of topics) users.set(topic, [...(users.get(topic) ?? []), groupId]);
    }
    const shownBefore = this.#shown;
    const shown = new Map([...users].map(([topic, groups]) => [topic, shownOf(groups, isDeclared)]));
    this.#shown = shown;
    if (shownBefore === undefined) return undefined;
    const topics = new Set([...shownBefore.keys(), ...shown.keys()]);
    return [...topics].filter((topic) => shownBefore.get(topic)?.join("\n") !== shown.get(topic)?.join("\n"));
  }
}

function shownOf(groups: readonly string[], isDeclared: (groupId: string) => boolean): readonly string[] {
  const sorted = groups.toSorted();
  const preferred = [...sorted.filter(isDeclared), ...sorted.filter((groupId) => !isDeclared(groupId))];
  return preferred.slice(0, USERS_MOST).toSorted();
}
