// Every kind of this operator, in the order in which people meet them.

import { consumerGroup } from "./consumer-group.ts";
import { eventBus } from "./event-bus.ts";
import { eventTopic } from "./event-topic.ts";
import { retentionPolicy } from "./retention-policy.ts";

export const KINDS = [eventBus, eventTopic, retentionPolicy, consumerGroup] as const;
