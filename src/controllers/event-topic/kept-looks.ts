// What outdated runs saw in Kafka, kept for the run that follows at once: an object that is edited faster than Kafka is
// read would otherwise never come to write. Used once, and only where it answers the very question of the next run.

import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { ObservedTopics, PresentTopic } from "./observe.ts";

/** What a run asks of Kafka. */
export interface TopicQuestion {
  /** Also: over which connection. */
  readonly admin: KafkaAdmin;
  readonly source: string;
  readonly deadLetters: readonly string[];
}

interface KeptLook extends TopicQuestion {
  readonly observed: ObservedTopics;
  readonly keptAtMs: number;
}

/** The next run begins at once; where it does not, it looks itself. */
const KEPT_MS = 1_000;

export class KeptLooks {
  readonly #looks = new Map<string, KeptLook>();

  /** Only of a run that changed nothing. What could not be read is not kept. */
  keep(key: string, question: TopicQuestion, observed: ObservedTopics, nowMs: number): void {
    if ([...observed.deadLetters.values()].some(({ status }) => status !== "ok")) return;
    this.#looks.set(key, { ...question, observed, keptAtMs: nowMs });
  }

  /** `looksMoving`: of such a topic more must be known than was asked. */
  take(
    key: string,
    { admin, deadLetters, source }: TopicQuestion,
    looksMoving: (topic: PresentTopic) => boolean,
    nowMs: number,
  ): ObservedTopics | undefined {
    const kept = this.#looks.get(key);
    this.#looks.delete(key);
    if (kept === undefined || Math.abs(nowMs - kept.keptAtMs) > KEPT_MS) return undefined;
    const isAnswer = kept.admin === admin && isSame([kept.source, ...kept.deadLetters], [source, ...deadLetters]);
    return isAnswer && !presentOf(kept.observed).some(looksMoving) ? kept.observed : undefined;
  }

  forget(key: string): void {
    this.#looks.delete(key);
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function presentOf({ deadLetters, source }: ObservedTopics): PresentTopic[] {
  const answers = [...deadLetters.values()].flatMap((answer) => (answer.status === "ok" ? [answer.value] : []));
  return [source, ...answers].filter((topic) => topic.kind === "present");
}
