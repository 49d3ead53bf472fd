// Fetches what a plan's actions must have proven: what changes of configuration make deletable, what a deletion would take
// with it, whether a new topic's keys are keys. Reads only, and nothing for a plan without such actions.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { GuardRules } from "../../domain/guard-rules.ts";
import { extentOf, type Measurement } from "../../domain/loss-extent.ts";
import { measurementNeeds, type MeasurementNeeds } from "../../domain/measurement-needs.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import type { Answer } from "../../kafka/model/failure.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import type { CreationFacts } from "../creation-facts.ts";
import type { GroupUsage } from "../group-usage.ts";
import type { Refusal, Step } from "../plan.ts";
import { changesByTopic, effectiveChange, isCorrection, type ConfigChangeAction, type TopicAction } from "./actions.ts";
import { creationRefusals } from "./creation-refusals.ts";
import { measureTopic } from "./measure.ts";
import { liveConfig, presentTopic, type ObservedTopics } from "./observe.ts";
import { NO_PACING, type Pacing } from "./paced-changes.ts";

export interface Evidence {
  /** By topic name: its log, where a change of its configuration may let Kafka delete records. */
  readonly measured: ReadonlyMap<string, Answer<Measurement>>;
  /** By step id: what a deletion would take. One that is absent could not be determined. */
  readonly usage: ReadonlyMap<string, TopicUsage>;
  /** By step id: how often within the last hour the same was corrected already. */
  readonly corrections: ReadonlyMap<string, number>;
  /** What waits for its turn in a rollout. */
  readonly pacing: Pacing;
  /** What only the cluster can tell against new topics. Where it does not tell, it will judge itself. */
  readonly creationRefusals: readonly Refusal<EventTopicReason>[];
}

/** What is undefined could not be determined, and counts as in use. */
export interface TopicUsage {
  readonly records: bigint | undefined;
  readonly groups: readonly string[] | undefined;
}

/** Where the measuring is done. */
export interface Laboratory {
  readonly admin: KafkaAdmin;
  readonly groups: GroupUsage;
  readonly rules: GuardRules;
  readonly creationFacts: CreationFacts;
  /** A topic whose creation Kafka may have refused when the object was last told. */
  readonly rejectedName?: string | undefined;
  /** Of a write, because only a creation that is judged tells which keys there are. */
  readonly call: WriteCall;
  readonly nowMs: number;
  /** How often within the last hour the same was corrected already. */
  correctionsOf(action: ConfigChangeAction): number;
  /** Takes the topic's turn in a rollout, where it is. */
  pacingOf(steps: readonly Step<TopicAction>[]): Pacing;
}

export const NO_EVIDENCE: Evidence = {
  measured: new Map(),
  usage: new Map(),
  corrections: new Map(),
  pacing: NO_PACING,
  creationRefusals: [],
};

const ENDS_ONLY: MeasurementNeeds = { agesMs: [], needsSizes: false, reachesEnd: false };

export async function proveTopics(
  steps: readonly Step<TopicAction>[],
  observed: ObservedTopics,
  laboratory: Laboratory,
): Promise<Evidence> {
  const used = await Promise.all(
    steps
      .filter((step) => isDeletion(step))
      .map(async ({ id, action }) => {
        const topic = presentTopic(observed, action.topicName)?.topic;
        return [id, topic === undefined ? undefined : await usageOf(topic, laboratory)] as const;
      }),
  );
  return {
    measured: await measureTopics(steps, observed, laboratory),
    usage: new Map(used.filter(isKnown)),
    corrections: new Map(
      steps.flatMap(({ id, action }) =>
        isCorrection(action) ? [[id, laboratory.correctionsOf(action)] as const] : [],
      ),
    ),
    creationRefusals: await creationRefusals(steps, laboratory),
    // Last, so that nothing that fails before it costs a turn.
    pacing: laboratory.pacingOf(steps),
  };
}

function isDeletion(step: Step<TopicAction>): step is Step<Extract<TopicAction, { type: "deleteTopic" }>> {
  return step.action.type === "deleteTopic";
}

function isKnown<T>(pair: readonly [string, T | undefined]): pair is readonly [string, T] {
  return pair[1] !== undefined;
}

/** Only topics of which something could be deleted. */
async function measureTopics(
  steps: readonly Step<TopicAction>[],
  observed: ObservedTopics,
  laboratory: Laboratory,
): Promise<Evidence["measured"]> {
  const measured = [...changesByTopic(steps)].map(async ([name, ofTopic]) => {
    const present = presentTopic(observed, name);
    if (present === undefined) return undefined;
    const changes = ofTopic.map(({ action }) => effectiveChange(action));
    const needs = measurementNeeds(changes, liveConfig(present.configs), laboratory.rules);
    return needs === undefined ? undefined : ([name, await measureTopic(present.topic, needs, laboratory)] as const);
  });
  return new Map((await Promise.all(measured)).filter((pair) => pair !== undefined));
}

async function usageOf(topic: TopicState, laboratory: Laboratory): Promise<TopicUsage> {
  const { admin, call, groups } = laboratory;
  const [log, uses] = await Promise.all([
    measureTopic(topic, ENDS_ONLY, laboratory),
    groups.of(topic.name, admin, call),
  ]);
  const all = log.status === "ok" ? extentOf([{ kind: "everything" }], log.value) : undefined;
  return { records: all?.records, groups: uses?.map(({ groupId }) => groupId).toSorted() };
}
