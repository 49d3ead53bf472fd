// The numbers of a ConsumerGroup's status that move all the time: rounded, and shown anew only where they are news or the
// status is written anyway. Pure.

import type { ConsumerGroupStatus } from "../../api/consumer-group.ts";
import { formatDuration, parseDuration } from "../../api/quantity.ts";
import { headroomMs, lostRecords, type GroupReading } from "../../domain/group-reading.ts";
import { shownNumbers, VOLATILE, type Showing } from "../../domain/shown-numbers.ts";
import type { GroupFacts } from "./status.ts";

type NumberByName = Record<string, number>;

const HEADROOM = "headroom";
const LOST = "lost";
const lagOf = (topic: string): string => `lag ${topic}`;
const ageOf = (topic: string): string => `age ${topic}`;

/** The facts with their numbers; `sinceMs` and `isWrittenAnyway` decide whether they are fresh. */
export function withNumbers(
  facts: GroupFacts,
  reading: GroupReading | undefined,
  before: ConsumerGroupStatus | undefined,
  showing: Showing,
): GroupFacts {
  if (reading?.kind !== "read") return facts;
  const shown = shownNumbers(numbersIn(before), numbersOf(reading), VOLATILE, showing);
  const topics = facts.topics?.map((topic) => {
    const age = shown[ageOf(topic.topic)];
    return {
      ...topic,
      lag: shown[lagOf(topic.topic)],
      timeLag: age === undefined ? undefined : formatDuration(age * 1_000),
    };
  });
  const headroom = { ...facts.headroom, seconds: shown[HEADROOM], lostRecords: shown[LOST] };
  const isKnown = Object.values(headroom).some((number) => number !== undefined);
  return { ...facts, topics, headroom: isKnown ? headroom : undefined };
}

/**
 * Milliseconds until numbers that the status does not show as they were read may be shown: they were written too lately.
 * Undefined where none is held back. `sinceMs`: since they were written.
 */
export function numbersHeldBackMs(
  status: Pick<ConsumerGroupStatus, "headroom" | "topics"> | undefined,
  reading: GroupReading | undefined,
  sinceMs: number,
): number | undefined {
  if (reading?.kind !== "read") return undefined;
  const current = numbersOf(reading);
  const isHeldBack = Object.entries(numbersIn(status)).some(([name, shown]) => {
    const now = current[name];
    return now !== undefined && VOLATILE.isNews(shown, now);
  });
  return isHeldBack ? Math.max(0, VOLATILE.intervalMs - sinceMs) : undefined;
}

/** What two statuses must have in common so that only numbers differ. */
export function wordsOf({ headroom, topics, ...words }: GroupFacts): object {
  const atRisk = headroom?.partitionsAtRisk;
  return { ...words, atRisk, topics: topics?.map(({ lag: _lag, timeLag: _timeLag, ...topic }) => topic) };
}

function numbersOf(reading: Extract<GroupReading, { kind: "read" }>): NumberByName {
  const numbers: NumberByName = {};
  for (const { topic, lag, unreadAge } of reading.topics) {
    if (lag !== undefined) numbers[lagOf(topic)] = lag;
    // In whole seconds; the lower end of what is known, which is all that is certain.
    if (unreadAge !== undefined) numbers[ageOf(topic)] = Math.floor(unreadAge.atLeastMs / 1_000);
  }
  const headroom = headroomMs(reading);
  if (headroom !== undefined) numbers[HEADROOM] = Math.max(0, Math.floor(headroom / 1_000));
  if (reading.topics.length > 0) numbers[LOST] = lostRecords(reading);
  return numbers;
}

/** What a status shows, by name. */
export function numbersIn(status: Pick<ConsumerGroupStatus, "headroom" | "topics"> | undefined): NumberByName {
  const numbers: NumberByName = {};
  for (const { topic, lag, timeLag } of status?.topics ?? []) {
    if (lag !== undefined) numbers[lagOf(topic)] = lag;
    if (timeLag !== undefined) numbers[ageOf(topic)] = Math.floor(parseDuration(timeLag) / 1_000);
  }
  const { seconds, lostRecords: lost } = status?.headroom ?? {};
  if (seconds !== undefined) numbers[HEADROOM] = seconds;
  if (lost !== undefined) numbers[LOST] = lost;
  return numbers;
}
