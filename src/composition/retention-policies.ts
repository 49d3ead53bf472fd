// The part of the composition root that is about RetentionPolicies: their controller. Decides nothing itself.

import { ANNOTATION } from "../api/group.ts";
import { retentionPolicy, type RetentionPolicy, type RetentionPolicyStatus } from "../api/retention-policy.ts";
import { onTopicChange, reconcilePolicy } from "../controllers/retention-policy/kind.ts";
import { createController, type Controller } from "../runtime/controller.ts";
import type { TopicLedgers } from "./event-topics.ts";
import { sharedOptions, type Parts } from "./parts.ts";

export function createPolicyController(parts: Parts, ledgers: Pick<TopicLedgers, "pacer" | "unwritten">): Controller {
  const { caches } = parts;
  return createController<RetentionPolicy, RetentionPolicyStatus>({
    ...sharedOptions(parts, "RetentionPolicy"),
    name: "retention-policy",
    resources: parts.kubernetes.resources<RetentionPolicy>(retentionPolicy),
    store: caches.policies,
    reconcile: reconcilePolicy(caches.topics, caches.buses, ledgers, () => parts.clock.now()),
    annotations: [ANNOTATION.approve],
    dependencies: [onTopicChange(caches.topics)],
    maxInFlight: 100,
  });
}
