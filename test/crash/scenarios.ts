// All scenarios: everything that people do with topics, groups, buses and policies and that has side effects.

import type { Scenario } from "./scenario.ts";
import { ACCESS } from "./scenarios/access.ts";
import { ADOPTION } from "./scenarios/adoption.ts";
import { CHANGES } from "./scenarios/changes.ts";
import { CREATION } from "./scenarios/creation.ts";
import { DEAD_LETTERS } from "./scenarios/dead-letters.ts";
import { DELETION } from "./scenarios/deletion.ts";
import { GROUPS } from "./scenarios/groups.ts";
import { GUARD } from "./scenarios/guard.ts";
import { LOSSES } from "./scenarios/losses.ts";
import { POLICIES } from "./scenarios/policies.ts";
import { STRIMZI_TOPICS } from "./scenarios/strimzi-topics.ts";
import { STRIMZI_USERS } from "./scenarios/strimzi-users.ts";

export const SCENARIOS: readonly Scenario[] = [
  ...CREATION,
  ...ADOPTION,
  ...CHANGES,
  ...POLICIES,
  ...DELETION,
  ...LOSSES,
  ...DEAD_LETTERS,
  ...GUARD,
  ...GROUPS,
  ...ACCESS,
  ...[...STRIMZI_TOPICS, ...STRIMZI_USERS].map((scenario): Scenario => ({ ...scenario, isRare: true })),
];
