// ConsumerGroup: this kind's phases, in their order. The folder's table of contents; what wakes its objects is in wakes.ts.

import type { ConsumerGroup, ConsumerGroupStatus } from "../../api/consumer-group.ts";
import { hasFinalizer } from "../../api/group.ts";
import { groupObjectives } from "../../domain/group-objectives.ts";
import type { GroupReading } from "../../domain/group-reading.ts";
import type { Call, WriteCall } from "../../kafka/admin.ts";
import { ok } from "../../kafka/model/failure.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Reconcile, Run } from "../../runtime/reconcile.ts";
import { isCalledOff } from "../../runtime/superseded.ts";
import { farewell, type LeftInKafka } from "../left-behind-teller.ts";
import { checkLiveObject } from "../live-objects.ts";
import { runPipeline, type Phases, type RunContext } from "../pipeline.ts";
import type { WatchedGroup } from "../polling/group-poll.ts";
import { withholdLate } from "../restrict.ts";
import { applyGroup, type GroupRecords } from "./apply.ts";
import { desiredAbsence, desiredGroup } from "./desired.ts";
import type { GroupFlow, GroupStory } from "./flow.ts";
import type { GroupWorld, ResolvedGroup } from "./group-world.ts";
import { leftBehind } from "./left-behind.ts";
import { checkLive, needsLiveCheck } from "./live-check.ts";
import { memoryOf, type GroupMemory } from "./memory.ts";
import type { NumbersWritten } from "./numbers-written.ts";
import { observeGroup } from "./observe.ts";
import { planGroup } from "./plan.ts";
import { proveGroup } from "./prove.ts";
import { resolveDeletion } from "./resolve-deletion.ts";
import { resolveGroup } from "./resolve.ts";
import { restrictGroup } from "./restrict.ts";
import { numbersHeldBackMs } from "./shown-lag.ts";
import { withIntent } from "./status.ts";
import { summarizeGroup } from "./summarize.ts";

export interface GroupContext extends RunContext {
  readonly memory: GroupMemory;
  readonly group: ConsumerGroup;
  readonly run: Omit<Run<ConsumerGroupStatus>, "id" | "log">;
}

/** Who hears of a run besides the object itself. */
export interface GroupListeners {
  /** Something failed that the bus' connection may be the reason of. */
  onOutage(busName: string): void;
  /** What the poller is to look at from now on; undefined: not at this object's group. */
  onWatched(key: string, busName: string, watched: WatchedGroup | undefined): void;
  /** The object lets go of its group, which stays in Kafka. True once that is told where it is found later. */
  onLeftBehind(group: ConsumerGroup, left: readonly LeftInKafka[]): boolean;
}

/** The reconcile function of ConsumerGroups. */
export function reconcileGroup(
  world: GroupWorld,
  numbers: NumbersWritten,
  nowMs: () => number,
  listeners: GroupListeners,
): Reconcile<ConsumerGroup, ConsumerGroupStatus> {
  const phases = groupPhases(world, listeners);
  return async (group, run) => {
    // Deleted, and waiting for others only: there is nothing left to say.
    if (group.metadata.deletionTimestamp !== undefined && !hasFinalizer(group.metadata)) return { outcome: settled() };
    const key = keyOf(group.metadata);
    const { signal, reading, priority } = run;
    const context = { signal, reading, priority, nowMs: nowMs(), memory: memoryOf(group), group, run };
    try {
      const story = await runPipeline<GroupFlow, GroupContext>(phases, group, context);
      if (story.stage === "unresolved") listeners.onWatched(key, "", undefined);
      const verdict = summarizeGroup(group, story, { ...context, sinceNumbersMs: numbers.sinceMs(key) });
      numbers.wrote(key, group.status, verdict.status);
      if (story.stage === "finished") {
        const heldBackMs = numbersHeldBackMs(verdict.status, story.observed.reading, numbers.sinceMs(key));
        world.poller.shows(story.resolved.identity.busName, key, { heldBackMs });
      }
      const left = leftBehind(group, story, world);
      if (left !== undefined) {
        await checkLiveObject(group, world.live.groups, context.priority);
        return farewell(listeners.onLeftBehind(group, left), context.nowMs);
      }
      if (verdict.outcome.kind === "failed" && !isCalledOff(reading)) tellOutage(story, listeners);
      return verdict;
    } finally {
      world.claims.release(key);
    }
  };
}

function tellOutage(story: GroupStory, listeners: GroupListeners): void {
  if (story.stage !== "unresolved") listeners.onOutage(story.resolved.identity.busName);
}

/** What a run does, in its order; a preview leaves the last of it out. */
export function groupPhases(
  world: GroupWorld,
  listeners: Pick<GroupListeners, "onWatched">,
): Phases<GroupFlow, GroupContext> {
  return {
    resolve: (group, { memory, nowMs }) =>
      memory.deletedAtMs === undefined
        ? resolveGroup(group, memory, world)
        : resolveDeletion(group, memory, world, nowMs),
    desired: (group, resolved, { memory }) =>
      memory.deletedAtMs === undefined ? desiredGroup(group, resolved) : desiredAbsence(resolved),
    observe: async (desired, resolved, context) => {
      const { admin } = resolved;
      const { group } = context;
      const call = readCallOf(context);
      return ok(
        await observeGroup(desired, {
          admin,
          call,
          memory: context.memory,
          hasGroupConfigs: resolved.capabilities.includes("groupConfigs"),
          readReading: () => readGroup(group, resolved, world, listeners, call),
          lookAtSecret: (secretName, content) => world.secrets.look(group, secretName, content, context),
        }),
      );
    },
    plan: (desired, observed, group, { memory }) => planGroup(desired, observed, { group, memory }),
    prove: ({ steps }, _observed, { admin }, context) => proveGroup(steps, admin, readCallOf(context)),
    restrict: (plan, { resolved, evidence }, group) => restrictGroup(plan, group, resolved.bus, evidence),
    secure: async ({ steps }, group, resolved, context) => {
      if (needsLiveCheck(steps)) await checkLive(group, resolved, world, context);
    },
    apply: async (restricted, group, resolved, context) => {
      const { signal } = context;
      const call: WriteCall = { ...readCallOf(context), signal, clusterId: resolved.identity.clusterId };
      return await applyGroup(restricted, resolved.admin, call, recordsOf(group, world, context));
    },
    withhold: withholdLate,
  };
}

/** The poller's latest; where there is none, or it could not be read, it is read now. */
async function readGroup(
  { metadata, spec }: ConsumerGroup,
  { identity, topics }: ResolvedGroup,
  { poller }: GroupWorld,
  listeners: Pick<GroupListeners, "onWatched">,
  call: Call,
): Promise<GroupReading> {
  const areDeclared = spec.topics !== undefined && spec.topics.length > 0;
  const watched: WatchedGroup = {
    key: keyOf(metadata),
    groupId: identity.groupId,
    topics: areDeclared ? topics.flatMap((topic) => (topic.kind === "found" ? [topic.topicName] : [])) : undefined,
    objectives: groupObjectives(spec),
  };
  listeners.onWatched(watched.key, identity.busName, watched);
  const known = poller.reading(identity.busName, watched);
  return known?.kind === "read" ? known : await poller.read(identity.busName, watched, call);
}

function recordsOf(group: ConsumerGroup, { secrets }: GroupWorld, context: GroupContext): GroupRecords {
  const { nowMs, run } = context;
  return {
    own: () => run.mark({ finalizer: true }),
    intend: ({ beginnings, configKeys }) => run.saveStatus(withIntent(group, beginnings, configKeys, nowMs)),
    writeBinding: ({ secretName, content, seen }) => secrets.write(group, secretName, content, seen, context),
    deleteBinding: ({ secretName, seen }) => secrets.delete(group, secretName, seen, context),
  };
}

/** Of what is only read; what is written ends with `signal`. */
function readCallOf({ priority, reading, run }: GroupContext): Call {
  return { signal: reading, priority, deadlineMs: run.remainingMs() };
}
