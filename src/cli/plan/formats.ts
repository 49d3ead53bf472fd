// The forms in which `plan` tells its result; here, so that the command line need not load what renders them.

export const PLAN_FORMATS = ["human", "json"] as const;
export type PlanFormat = (typeof PLAN_FORMATS)[number];
