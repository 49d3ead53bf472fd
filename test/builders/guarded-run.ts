// Runs of an EventTopic whose change is guarded: a wish for two days on a topic of seven, and what was measured.

import type { EventTopicStatus } from "../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../src/api/retention-policy.ts";
import { isConfigChange } from "../../src/controllers/event-topic/actions.ts";
import type { Measurement } from "../../src/domain/loss-extent.ts";
import { ok, type Answer } from "../../src/kafka/model/failure.ts";
import { aRetentionPolicy } from "./objects.ts";
import { bound } from "./planned-topic.ts";
import { runTopic, type RunGiven, type RunResult } from "./topic-run.ts";
import { aTopicInKafka } from "./topics.ts";

export const DAY_MS = 86_400_000;
export const SHORTER = { retention: { time: "2d" } };
const NAME = "billing.usage.events";
const LIVE = aTopicInKafka();

/** One partition in which every record is deletable by whatever is asked; `groups` with what they committed. */
export function records(count: number, groups: Readonly<Record<string, number>> = {}): Answer<Measurement> {
  const end = BigInt(count);
  const ages = [2, 3, 5, 6].map((days) => [days * DAY_MS, end] as const);
  const commits = Object.entries(groups).map(([groupId, offset]) => ({
    groupId,
    commits: new Map([[0, BigInt(offset)]]),
  }));
  const partition = { start: 0n, end, youngerFrom: new Map(ages), bytes: end * 1_000n };
  return ok({ partitions: new Map([[0, partition]]), groups: commits });
}

export function measured(answer: Answer<Measurement>): Pick<RunGiven, "evidence"> {
  return { evidence: { measured: new Map([[NAME, answer]]) } };
}

export function guardedBy(changeGuard: RetentionPolicySpec["changeGuard"]): Pick<RunGiven, "policy"> {
  return { policy: aRetentionPolicy({ bounds: { retentionTime: {} }, changeGuard }) };
}

/** Segments close in time for the wanted retention, whoever approves it: that deletes nothing more. */
export function writes({ written }: RunResult): string[] {
  return written.flatMap((action) =>
    isConfigChange(action) && action.key !== "segment.ms" ? [`${action.key}=${action.to ?? "inherited"}`] : [],
  );
}

export function held(given: RunGiven = {}): RunResult {
  return runTopic(LIVE, { spec: SHORTER, status: bound(), ...measured(records(12)), ...given });
}

export const statusOf = ({ status }: RunResult): EventTopicStatus => status ?? {};
