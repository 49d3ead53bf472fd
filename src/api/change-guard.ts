// changeGuard: what must happen before a change that lets Kafka delete records; the same on EventBus and
// RetentionPolicy. Shape only: controllers judge.

import { z } from "zod";

import { duration, oneOf } from "./fields.ts";
import { rule } from "./rule.ts";

const stepDown = z.object({
  by: duration().describe("How much retention.ms goes down with each step."),
  every: duration().describe("Pause between two steps."),
});

/** Judges what would happen in Kafka, not which field was edited. */
export const changeGuard = z
  .object({
    onShorten: oneOf("RequireApproval", "Deny", "StepDown", "Allow")
      .optional()
      .describe(
        "What happens to a change that makes records deletable. RequireApproval: held back until somebody " +
          "approves its id; Deny: refused; StepDown: lowered in steps (a size limit, which has no steps, needs " +
          "approval); " +
          "Allow: applied at once. Default: RequireApproval.",
      ),
    approver: oneOf("Platform", "Owner")
      .optional()
      .describe(
        "Who may approve. Platform: by annotation on the RetentionPolicy or EventBus only; Owner: also by " +
          "annotation on the EventTopic. Default: Platform.",
      ),
    stepDown: stepDown.optional().describe("The steps of onShorten: StepDown."),
    blockIfUnread: z
      .boolean()
      .optional()
      .describe(
        "Hold the change back, even if approved, while a consumer group has not read the records. Default: false.",
      ),
  })
  .check(
    rule({
      cel: "has(self.stepDown) == (has(self.onShorten) && self.onShorten == 'StepDown')",
      message: "Give stepDown together with onShorten: StepDown, and only then",
      fieldPath: ".stepDown",
      holds: (self) => (self.stepDown !== undefined) === (self.onShorten === "StepDown"),
    }),
  );
