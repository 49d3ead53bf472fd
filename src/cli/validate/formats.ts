// The forms in which `validate` tells its result; here, so that the command line need not load what renders them.

export const VALIDATION_FORMATS = ["human", "json", "github"] as const;
export type ValidationFormat = (typeof VALIDATION_FORMATS)[number];
