// Questions that go to several brokers at once and whose answer may be partial.

import type { Call } from "../admin.ts";

// A broker that hangs must not use up the time of those that answered.
const share = 0.8;

/** The same call with a little less time, so that what came in can still be answered inside the deadline. */
export function spareTime(call: Call): Call {
  return { ...call, deadlineMs: call.deadlineMs * share };
}
