// The record of creations, by which a topic is known for ours that a run made and could not tell. It stands in the status,
// where only the operator writes, since a topic found under it needs no adoption. Pure.

import type { StepResult } from "../plan.ts";
import type { TopicAction } from "./actions.ts";

/** Of `<uid>/<cluster id>/<name>,<name>…` the topics that it names, each with who recorded it. */
export function parseCreations(record = ""): string[] {
  const { creator, names } = partsOf(record);
  return names.map((name) => creator + name);
}

/** The record of topics that one object creates on one cluster. */
export function formatCreations(creator: string, names: Iterable<string>): string {
  return `${creator}/${[...names].join(",")}`;
}

/**
 * What of a record still explains something: creations of which nobody knows what came. One that was told (`boundIds`: by
 * name, what the object is bound to by now), or that certainly was not made, is struck out, or whoever makes a topic of
 * that name later would make it for this object.
 */
export function openCreations(
  record: string | undefined,
  boundIds: ReadonlyMap<string, string>,
  results: readonly StepResult<TopicAction, unknown>[],
  sourceName: string,
  declared: Pick<ReadonlyMap<string, unknown>, "has"> = new Set(),
): string | undefined {
  if (record === undefined) return undefined;
  const undone = new Set(
    results.flatMap(({ step: { action }, answer }) =>
      action.type === "createTopic" &&
      !declared.has(action.topic.name) &&
      isCertainlyUndone(answer, action.topic.name === sourceName)
        ? [action.topic.name]
        : [],
    ),
  );
  const { creator, names } = partsOf(record);
  const open = names.filter((recorded) => {
    const [name = "", lostId] = recorded.split("@");
    const isTold = boundIds.has(name) && boundIds.get(name) !== lostId;
    return !isTold && !undone.has(name);
  });
  return open.length === 0 ? undefined : creator + open.join(",");
}

// `exists` may be our own doing, and what is worth another try is tried under the same record. So are dead letters that
// Kafka refuses: each sweep tries them again, and nobody judges them before.
function isCertainlyUndone(answer: StepResult<TopicAction, unknown>["answer"], isSource: boolean): boolean {
  if (answer.status !== "failed") return answer.status === "notSent" || answer.status === "skipped";
  const { kind } = answer.failure;
  const isRefused = kind === "denied" || kind === "invalid" || kind === "unsupported";
  return isRefused ? isSource : kind === "unreachable" || kind === "authentication" || kind === "tls";
}

function partsOf(record: string): { readonly creator: string; readonly names: readonly string[] } {
  const end = record.lastIndexOf("/") + 1;
  const names = record.slice(end).split(",");
  return { creator: record.slice(0, end), names: names.map((name) => name.trim()).filter((name) => name !== "") };
}
