// What an EventTopic's status says of its dead-letter topics, and which names it has released. Pure.

import type { EventTopicStatus } from "../../api/event-topic.ts";
import { MAX_TOPIC_NAME } from "../../api/fields.ts";
import { topicNameOf } from "./actions.ts";
import type { DeadLetterWish } from "./dead-letters.ts";
import { driftChanges } from "./drift-changes.ts";
import { judgeFindings } from "./judgement.ts";
import type { DeadLetterPlan } from "./plan-topics.ts";
import { creationTime, resultingTopic, type ResultingTopic } from "./resulting-topic.ts";
import type { FinishedStory } from "./story.ts";

type Entries = NonNullable<EventTopicStatus["deadLetters"]>;
type Entry = Entries[number];

export interface DeadLetterFacts {
  readonly deadLetters: Entries | undefined;
  readonly released: EventTopicStatus["released"];
}

/** As many names as a status lists. */
const MOST = 256;

export function deadLetterFacts(
  story: FinishedStory,
  status: EventTopicStatus | undefined,
  nowMs: number,
): DeadLetterFacts {
  const { deadLetters: wishes } = story.desired;
  const before = new Map((status?.deadLetters ?? []).map((entry) => [entry.topicName, entry]));
  const listed = wishes.filter(({ name }) => name.length <= MAX_TOPIC_NAME).slice(0, MOST);
  const entries = listed.flatMap((wish) => entryOf(wish, before.get(wish.name), story, nowMs));
  const wanted = new Set(wishes.map(({ name }) => name));
  const gone = [...before.values()].filter(({ topicName, topicId }) => topicId !== undefined && !wanted.has(topicName));
  const bound = new Set(entries.filter(({ topicId }) => topicId !== undefined).map(({ topicName }) => topicName));
  const released = [...(status?.released ?? []), ...gone.map(({ topicName }) => topicName)];
  const kept = [...new Set(released)].filter((name) => !bound.has(name)).slice(-MOST);
  return {
    deadLetters: entries.length === 0 ? undefined : entries.toSorted((a, b) => (a.topicName < b.topicName ? -1 : 1)),
    released: kept.length === 0 ? undefined : kept.toSorted(),
  };
}

function entryOf(wish: DeadLetterWish, before: Entry | undefined, story: FinishedStory, nowMs: number): Entry[] {
  const { name, groupId } = wish;
  const plan = story.plan.deadLetters.get(name);
  const answer = story.observed.deadLetters.get(name);
  const isUndecided = wish.obstacle === undefined && answer?.status === "ok" && plan === undefined;
  // Its source is not (yet) ours, so nothing was asked of it.
  if (isUndecided) return before === undefined ? [] : [before];
  const kept = { ...before, topicName: name, groupId, state: stateOf(wish, story, nowMs) };
  const live = answer?.status === "ok" ? answer.value : undefined;
  const result = live === undefined ? undefined : resultingTopic(name, live, story.results);
  const isBound = result !== undefined && (result.isCreated || plan?.binding !== undefined);
  if (!isBound || plan === undefined) return [kept];
  const config = configOf(name, plan, result, story);
  const { id: topicId, partitions } = result;
  return [{ ...kept, topicId, partitions, createdAt: creationTime(result, before, nowMs), config }];
}

/** Ready, or the reason why not. */
function stateOf({ name, obstacle }: DeadLetterWish, story: FinishedStory, nowMs: number): string {
  const { observed, plan, restricted, results } = story;
  const answer = observed.deadLetters.get(name);
  const judgement = judgeFindings(
    {
      refusals: obstacle === undefined ? (plan.deadLetters.get(name)?.refusals ?? []) : [obstacle],
      results: results.filter(({ step }) => topicNameOf(step.action) === name),
      deadLetters: new Map(answer === undefined ? [] : [[name, answer]]),
    },
    nowMs,
  );
  const withheld = restricted.withheld.find(({ step }) => topicNameOf(step.action) === name);
  return judgement?.cause ?? judgement?.reason ?? withheld?.reason ?? "Ready";
}

/** As it was found or made; but where drift is not changed back, as it is wanted, since that is what drift is told by. */
function configOf(
  name: string,
  { desired }: DeadLetterPlan,
  result: ResultingTopic,
  story: FinishedStory,
): Entry["config"] {
  if (desired.presence === "absent") return undefined;
  const drift = driftChanges(story).filter(({ topicName }) => topicName === name);
  const reported = new Map(drift.map(({ key, to }) => [key, to]));
  const keys = [...desired.configs.keys()].toSorted();
  return keys.map((key) => ({ key, value: reported.get(key) ?? result.configs.get(key)?.value ?? "" }));
}
