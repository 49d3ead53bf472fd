// The types that flow through an EventTopic's phases. Types only.

import type { EventTopic } from "../../api/event-topic.ts";
import type { TopicAction } from "./actions.ts";
import type { Applied } from "./apply.ts";
import type { DesiredTopics } from "./desired-topics.ts";
import type { ObservedTopics } from "./observe.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { Evidence } from "./prove.ts";
import type { ResolvedTopic, TopicResolution } from "./resolve.ts";
import type { RestrictedTopics } from "./restrict.ts";

export interface TopicFlow {
  readonly object: EventTopic;
  readonly resolution: Exclude<TopicResolution, { kind: "resolved" }>;
  readonly resolved: ResolvedTopic;
  readonly desired: DesiredTopics;
  readonly observed: ObservedTopics;
  readonly plan: TopicsPlan;
  readonly evidence: Evidence;
  readonly restricted: RestrictedTopics;
  readonly action: TopicAction;
  readonly applied: Applied;
}
