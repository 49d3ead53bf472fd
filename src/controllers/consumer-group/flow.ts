// The types that flow through a ConsumerGroup's phases. Types only.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { Story } from "../pipeline.ts";
import type { GroupAction } from "./actions.ts";
import type { Applied } from "./apply.ts";
import type { DesiredGroup, DesiredGroupAbsence } from "./desired.ts";
import type { GroupResolution, ResolvedGroup } from "./group-world.ts";
import type { ObservedGroup } from "./observed.ts";
import type { GroupPlan } from "./plan.ts";
import type { GroupEvidence } from "./prove.ts";
import type { RestrictedGroup } from "./restrict.ts";

export interface GroupFlow {
  readonly object: ConsumerGroup;
  readonly resolution: Exclude<GroupResolution, { kind: "resolved" }>;
  readonly resolved: ResolvedGroup;
  readonly desired: DesiredGroup | DesiredGroupAbsence;
  readonly observed: ObservedGroup;
  readonly plan: GroupPlan;
  readonly evidence: GroupEvidence;
  readonly restricted: RestrictedGroup;
  readonly action: GroupAction;
  readonly applied: Applied;
}

export type GroupStory = Story<GroupFlow>;
export type FinishedGroupStory = Extract<GroupStory, { stage: "finished" }>;
