// Carries out what the restricted plan still holds. Asks no question of its own: permission was data before this.

import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { CommittedOffset } from "../../kafka/model/offsets.ts";
import { applySteps, recordFirst, type StepResult } from "../plan.ts";
import type { GroupAction, GroupConfigAction, SeedAction } from "./actions.ts";
import type { RestrictedGroup } from "./restrict.ts";

/** What came of a successful action. `postponed`: the group has members by now, who decide themselves. */
export type Applied = "done" | "postponed";

/** What is written in Kubernetes; each rejects when it could not be stored for certain. */
export interface GroupRecords {
  /** The finalizer. */
  own(): Promise<void>;
  /** In status. */
  intend(intent: Extract<GroupAction, { type: "recordIntent" }>): Promise<void>;
  writeBinding(action: Extract<GroupAction, { type: "writeBinding" }>): Promise<Answer<undefined>>;
  deleteBinding(action: Extract<GroupAction, { type: "deleteBinding" }>): Promise<Answer<undefined>>;
}

export async function applyGroup(
  { offsets, steps }: Pick<RestrictedGroup, "offsets" | "steps">,
  admin: KafkaAdmin,
  call: WriteCall,
  records: GroupRecords,
): Promise<StepResult<GroupAction, Applied>[]> {
  const commitsOf = new Map(
    steps.flatMap(({ id, action }) =>
      action.type === "seedOffsets" ? [[action, offsets.get(id) ?? []] as const] : [],
    ),
  );
  return await applySteps(steps, (action) => send(action, commitsOf, admin, call, records));
}

async function send(
  action: GroupAction,
  commitsOf: ReadonlyMap<SeedAction, readonly CommittedOffset[]>,
  admin: KafkaAdmin,
  call: WriteCall,
  records: GroupRecords,
): Promise<Answer<Applied>> {
  switch (action.type) {
    case "recordOwnership":
      return await recordFirst(() => records.own(), "done");
    case "recordIntent":
      return await recordFirst(() => records.intend(action), "done");
    case "seedOffsets": {
      const commits = commitsOf.get(action) ?? [];
      return joined(await Promise.all(commits.map((commit) => admin.commitOffset(action.groupId, commit, call))));
    }
    case "changeConfigs":
      return done(await changeConfigs(action, admin, call));
    case "deleteGroup":
      return gone(await admin.deleteGroup(action.groupId, call));
    case "writeBinding":
      return done(await records.writeBinding(action));
    case "deleteBinding":
      return done(await records.deleteBinding(action));
  }
}

function changeConfigs(
  { changes, groupId }: GroupConfigAction,
  admin: KafkaAdmin,
  call: WriteCall,
): Promise<Answer<void>> {
  const set = changes.flatMap(({ key, to }) => (to === undefined ? [] : [[key, to] as const]));
  const unset = changes.filter(({ to }) => to === undefined).map(({ key }) => key);
  return admin.alterConfigs({ kind: "group", name: groupId }, { set: Object.fromEntries(set), unset }, call);
}

/** All of a topic's commits; consumers that came first decide for themselves. */
function joined(answers: readonly Answer<void>[]): Answer<Applied> {
  const bad = answers.find((answer) => answer.status !== "ok" && !isActive(answer));
  if (bad !== undefined) return done(bad);
  return ok(answers.some((answer) => isActive(answer)) ? "postponed" : "done");
}

/** Gone already is what was wanted. */
function gone(answer: Answer<void>): Answer<Applied> {
  return answer.status === "failed" && answer.failure.kind === "missing" ? ok("done") : done(answer);
}

function done(answer: Answer<unknown>): Answer<Applied> {
  return answer.status === "ok" ? ok("done") : answer;
}

function isActive(answer: Answer<void>): boolean {
  return answer.status === "failed" && answer.failure.kind === "active";
}
