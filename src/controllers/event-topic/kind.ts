// EventTopic: this kind's phases, in their order. The folder's table of contents; what wakes its objects is in wakes.ts.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { hasFinalizer } from "../../api/group.ts";
import type { Call } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Mark, Reconcile, Run } from "../../runtime/reconcile.ts";
import { isCalledOff, isOutdated } from "../../runtime/superseded.ts";
import { farewell, type LeftInKafka } from "../left-behind-teller.ts";
import { checkLiveObject, outdated } from "../live-objects.ts";
import { runPipeline, type Phases, type RunContext, type Story } from "../pipeline.ts";
import type { Step, StepResult } from "../plan.ts";
import { withholdLate } from "../restrict.ts";
import type { RolloutPacer, TurnEnd } from "../rollout/rollout-pacer.ts";
import { isCorrection, type ConfigChangeAction, type TopicAction } from "./actions.ts";
import { applyTopics } from "./apply.ts";
import { giveUpKafkaTopics } from "./departure.ts";
import { desiredTopics, type DesiredTopics } from "./desired-topics.ts";
import type { SeenTopics } from "./fingerprint.ts";
import type { TopicFlow } from "./flow.ts";
import { newHolds } from "./guarded-changes.ts";
import type { TopicQuestion } from "./kept-looks.ts";
import { leftBehind } from "./left-behind.ts";
import { checkLive, needsLiveCheck } from "./live-check.ts";
import { memoryOf, type TopicMemory } from "./memory.ts";
import { observeTopics, type ObservedTopics, type PresentTopic } from "./observe.ts";
import { pacedChanges, paceOf, pacingOf, turnEndOf, type PacedChanges, type Pacing } from "./paced-changes.ts";
import { looksMoving } from "./partition-changes.ts";
import { planTopics } from "./plan-topics.ts";
import { priorRecords } from "./prior-records.ts";
import { proveTopics, type Laboratory } from "./prove.ts";
import { resolveDeletion } from "./resolve-deletion.ts";
import { resolveTopic, type ResolvedTopic, type TopicWorld } from "./resolve.ts";
import { restrictTopics } from "./restrict.ts";
import { seenAfter } from "./seen-after.ts";
import { summarizeDeparture, summarizeTopic } from "./summarize.ts";
import { underItsGuard } from "./takeover.ts";
import { topicEffects } from "./topic-effects.ts";

export interface TopicContext extends RunContext {
  /** Store key of the object. */
  readonly key: string;
  readonly memory: TopicMemory;
  /** Milliseconds until the run's deadline. */
  remainingMs(): number;
  saveStatus(status: EventTopicStatus): Promise<void>;
  /** The finalizer, before the first effect. */
  mark(mark: Mark): Promise<void>;
  /** How often the same was corrected lately. */
  readonly correctionsOf: (action: ConfigChangeAction) => number;
  /** Takes the topic's turn in a rollout, where it is. */
  readonly pacingOf: (steps: readonly Step<TopicAction>[], resolved: ResolvedTopic) => Pacing;
}

/** Who hears of a run besides the object itself. */
export interface TopicListeners {
  /** Something failed that the bus' connection may be the reason of. */
  onOutage(busName: string): void;
  /** What is to be seen after the run; undefined where that is not known. */
  onSeen(key: string, topics: SeenTopics | undefined): void;
  /** The object lets go of topics, which stay in Kafka. True once that is told where it is found later. */
  onLeftBehind(topic: EventTopic, left: readonly LeftInKafka[]): boolean;
}

/** The reconcile function of EventTopics. */
export function reconcileTopic(
  world: TopicWorld,
  nowMs: () => number,
  listeners: TopicListeners,
): Reconcile<EventTopic, EventTopicStatus> {
  const phases = topicPhases(world);
  return async (topic, run) => {
    // Deleted, and waiting for others only: there is nothing left to say.
    if (topic.metadata.deletionTimestamp !== undefined && !hasFinalizer(topic.metadata)) return { outcome: settled() };
    const context = contextOf(topic, run, world, nowMs());
    let turnEnd: TurnEnd = "unused";
    world.unwritten.begin(context.key, context.nowMs);
    try {
      const story = await runPipeline<TopicFlow, TopicContext>(phases, topic, context);
      keepLook(story, context, world);
      const verdict = summarizeTopic(topic, story, context.memory, context.nowMs);
      if (story.stage === "finished") bind(topic, verdict.status, world);
      noteCorrections(topic, story, world);
      if (story.stage === "finished") turnEnd = turnEndOf(story.evidence.pacing, story.restricted, story.results);
      listeners.onSeen(context.key, story.stage === "finished" ? seenAfter(story.observed, story.results) : undefined);
      const left = leftBehind(topic, story, world);
      if (left !== undefined) {
        await checkLiveObject(topic, world.live.topics, context.priority);
        const isDeleted = story.stage === "finished" && left.length === 0;
        const departure = await giveUpKafkaTopics({ topic, left, isDeleted }, world, writing(context), context.nowMs);
        if (departure.kind === "waiting") return summarizeDeparture(topic, departure.judgement, context.nowMs);
        return farewell(listeners.onLeftBehind(topic, departure.left), context.nowMs);
      }
      if (verdict.outcome.kind === "failed" && story.stage !== "unresolved" && !isCalledOff(run.reading)) {
        listeners.onOutage(story.resolved.identity.busName);
      }
      return verdict;
    } finally {
      world.unwritten.ended(context.key);
      world.pacer.conclude(keyOf(topic.metadata), turnEnd);
      world.claims.release(keyOf(topic.metadata));
    }
  };
}

/** The run that follows an outdated one need not read again what that one has just read. */
function keepLook(story: Story<TopicFlow>, context: TopicContext, { looks }: TopicWorld): void {
  if (story.stage !== "finished" || !isOutdated(context) || story.results.some(mayHaveActed)) return;
  looks.keep(context.key, questionOf(story.desired, story.resolved), story.observed, context.nowMs);
}

function mayHaveActed({ answer: { status } }: StepResult<unknown, unknown>): boolean {
  return status === "ok" || status === "unknown";
}

function questionOf({ source, deadLetters }: DesiredTopics, { admin }: ResolvedTopic): TopicQuestion {
  const asked = deadLetters.filter(({ obstacle }) => obstacle === undefined).map(({ name }) => name);
  return { admin, source: source.name, deadLetters: asked };
}

function noteCorrections(topic: EventTopic, story: Story<TopicFlow>, { corrections }: TopicWorld): void {
  for (const { step, answer } of story.stage === "finished" ? story.results : []) {
    const { action } = step;
    // Of a correction that goes in steps the first is not undone by the need for a second.
    if (answer.status === "ok" && isCorrection(action) && action.isPartial !== true) corrections.note(topic, action);
  }
}

/** From now on nobody goes before the object for the names that it is bound to. */
function bind({ metadata }: EventTopic, status: EventTopicStatus | undefined, { claims }: TopicWorld): void {
  const { bus, deadLetters = [] } = status ?? {};
  for (const { topicName, topicId } of [status ?? {}, ...deadLetters]) {
    if (bus?.clusterId === undefined || topicName === undefined || topicId === undefined) continue;
    claims.bind(keyOf(metadata), { clusterId: bus.clusterId, name: topicName }, topicId);
  }
}

/** What a run does, in its order; a preview leaves the last of it out. */
export function topicPhases(world: TopicWorld): Phases<TopicFlow, TopicContext> {
  return {
    resolve: (topic, { memory, nowMs }) =>
      memory.deletedAtMs === undefined
        ? resolveTopic(topic, memory, world)
        : resolveDeletion(topic, memory, world, nowMs),
    desired: (topic, resolved, { memory }) => desiredTopics(topic, resolved, memory),
    observe: (desired, resolved, context) => observe(desired, resolved, context, world),
    plan: (desired, observed, _topic, { memory }) => planTopics(desired, observed, memory),
    prove: (plan, observed, resolved, context) =>
      proveTopics(plan.steps, observed, laboratoryOf(underItsGuard(resolved, plan, context.memory), world, context)),
    restrict: restrictTopics,
    secure: async ({ steps, guarded }, topic, resolved, context) => {
      world.unwritten.judged(context.key, newHolds(guarded, context.memory));
      if (needsLiveCheck(steps, context.memory)) await checkLive(topic, resolved, context.memory, world, context);
      const records = priorRecords(topic.status, steps, guarded, resolved.identity.topicName);
      if (records !== undefined) await context.saveStatus({ ...topic.status, ...records });
    },
    apply: async ({ steps }, _topic, resolved, context) => {
      const call = { ...writing(context), clusterId: resolved.identity.clusterId };
      return await applyTopics(steps, topicEffects(resolved, world.kafkaTopicEditor, context), call);
    },
    withhold: withholdLate,
  };
}

async function observe(
  desired: DesiredTopics,
  resolved: ResolvedTopic,
  context: TopicContext,
  world: TopicWorld,
): Promise<Answer<ObservedTopics>> {
  const { source } = desired;
  const { admin, identity } = resolved;
  const question = questionOf(desired, resolved);
  const mayMove = (topic: PresentTopic): boolean => looksMoving(source, topic, context.memory);
  const last = world.looks.take(context.key, question, mayMove, context.nowMs);
  // What is to be deleted is looked at.
  const kept = source.presence === "absent" ? undefined : last;
  const answer =
    kept === undefined
      ? await observeTopics(source.name, question.deadLetters, admin, readCallOf(context), mayMove)
      : ok(kept);
  if (answer.status !== "ok" || answer.value.source.kind !== "present") return answer;
  const { configs, topic } = answer.value.source;
  world.creationFacts.learn(admin, configs.keys());
  const claim = { clusterId: identity.clusterId, name: source.name };
  const isOurs = source.presence === "absent" || world.claims.sawId(context.key, claim, topic.id);
  if (!isOurs) throw outdated(`EventTopic "${context.key}"`);
  return answer;
}

function laboratoryOf(resolved: ResolvedTopic, world: TopicWorld, context: TopicContext): Laboratory {
  const { admin, guard, identity } = resolved;
  return {
    ...world,
    admin,
    call: { ...readCallOf(context), clusterId: identity.clusterId },
    rules: guard.rules,
    rejectedName: context.memory.wasRejected ? identity.topicName : undefined,
    nowMs: context.nowMs,
    correctionsOf: context.correctionsOf,
    pacingOf: (steps) => context.pacingOf(steps, resolved),
  };
}

export function contextOf(
  topic: EventTopic,
  run: Omit<Run<EventTopicStatus>, "id" | "log">,
  { corrections, pacer }: TopicWorld,
  nowMs: number,
): TopicContext {
  const memory = memoryOf(topic, nowMs);
  return {
    key: keyOf(topic.metadata),
    signal: run.signal,
    reading: run.reading,
    priority: run.priority,
    remainingMs: () => run.remainingMs(),
    nowMs,
    memory,
    saveStatus: (status) => run.saveStatus(status),
    mark: (mark) => run.mark(mark),
    correctionsOf: (action) => corrections.count(topic, action),
    pacingOf: (steps, resolved) => {
      const changes = pacedChanges(steps, topic, resolved, memory);
      return takeTurn(changes, keyOf(topic.metadata), resolved.bus, pacer);
    },
  };
}

function takeTurn(changes: PacedChanges, key: string, bus: EventBus, pacer: RolloutPacer): Pacing {
  const { name } = bus.metadata;
  const causes = [...new Map([...changes.causes.values()].map((cause) => [cause.object, cause])).values()];
  const hasTurn = causes.length === 0 || pacer.turn(name, key, causes, paceOf(bus)) === "now";
  return pacingOf(changes, hasTurn, (cause) => pacer.isPaused(name, cause), bus);
}

/** Of what is only read; what is written ends with `signal`. */
function writing(context: TopicContext): Call {
  return { ...readCallOf(context), signal: context.signal };
}

function readCallOf(context: TopicContext): Call {
  return { signal: context.reading, priority: context.priority, deadlineMs: context.remainingMs() };
}
