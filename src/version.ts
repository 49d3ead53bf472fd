// The version of this build. Named here once, because a bundle has no package.json beside it.

/** Kept equal to package.json by test/generated.test.ts. */
export const VERSION = "0.1.0";
