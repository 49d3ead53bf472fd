// What the status of every kind of ours holds. Bounds only, no enums and no patterns: an older API server schema must
// never refuse what a newer operator reports.

import { z } from "zod";

import type { Condition } from "./custom-resource.ts";
import { count, keyedList, MAX_COUNT, setOf, text, whole } from "./fields.ts";

const condition = z.object({
  type: text(316, 1).describe("Aspect that the condition speaks of, such as Ready, Reconciling or Stalled."),
  // The type is narrower than the schema: these three words are all that Kubernetes knows.
  status: (text(16, 1) as z.ZodType<string> as z.ZodType<Condition["status"]>).describe("True, False or Unknown."),
  observedGeneration: whole(0, MAX_COUNT).optional().describe("Generation of the spec that the condition judges."),
  lastTransitionTime: timestamp().describe("When status last changed from one word to another."),
  reason: text(1024, 1).describe("One word for the situation; docs/reference/conditions.md explains each."),
  message: text(32_768).describe("What is the matter and what to do, for people."),
});

/** A moment, RFC 3339 in UTC. */
export function timestamp(): z.ZodString {
  return text(64);
}

/** Fields at the top of every status. */
export const commonStatus = {
  observedGeneration: whole(-1, MAX_COUNT)
    .optional()
    .describe("Generation of the spec that the last finished run judged; -1 before the first."),
  conditions: keyedList(condition, ["type"], 16)
    .optional()
    .describe(
      "State of the object after the kstatus conventions: Ready always; Reconciling and Stalled only while True.",
    ),
  lastHandledReconcileAt: text(256)
    .optional()
    .describe("The last eventbus.dev/requestedAt (or reconcile.fluxcd.io/requestedAt) annotation that was acted upon."),
};

/** Where an object's topic or group lives: recorded at first resolution, then kept. */
export const busRecord = z
  .object({
    name: text(253, 1).describe("Name of the EventBus."),
    clusterId: text(64)
      .optional()
      .describe("Id of the Kafka cluster that answered when the object was first resolved."),
  })
  .optional()
  .describe("The bus that was chosen and the Kafka cluster behind it; recorded once and kept.");

/** Progress of an edit that reaches many topics; the same for EventBus and RetentionPolicy. */
export const rollout = z
  .object({
    id: text(64, 1)
      .optional()
      .describe(
        "Approve what is held back with eventbus.dev/approve: <id> on this object. Absent where nothing is, and for a " +
          "moment while topics are still being judged.",
      ),
    pending: count().optional().describe("Topics that the edit has yet to reach or whose change waits for approval."),
    applied: count().optional().describe("Topics that the edit has reached."),
    deletableRecords: count()
      .optional()
      .describe("Records that become deletable in all pending topics together, rounded to two digits."),
    topics: setOf(text(317, 1), 20).optional().describe("The first twenty pending topics, as namespace/name."),
  })
  .optional()
  .describe("Progress of the last edit of this object through the existing topics; absent when nothing is under way.");
