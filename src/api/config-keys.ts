// Free maps of Kafka configuration keys, and the keys that they must not hold because a field of ours speaks for them.

import type { core, z } from "zod";

import { configValue, mapOf, type IntOrString } from "./fields.ts";
import { rule } from "./rule.ts";

/** Topic configuration keys with a typed field of EventTopic, and that field's path in spec. */
export const TYPED_TOPIC_CONFIGS = {
  "retention.ms": "retention.time",
  "retention.bytes": "retention.bytesPerPartition",
  "cleanup.policy": "cleanupPolicy",
  "compression.type": "compressionType",
  "max.message.bytes": "maxMessageBytes",
  "min.insync.replicas": "minInSyncReplicas",
} as const;

/** Set by reassignment tools while they move replicas; never read as drift, never ours. */
export const THROTTLE_CONFIGS = [
  "leader.replication.throttled.replicas",
  "follower.replication.throttled.replicas",
] as const;

/** Consumer properties with a typed field of ConsumerGroup, and that field's path in spec. */
export const TYPED_CLIENT_PROPERTIES = {
  "group.id": "groupId",
  "group.protocol": "groupProtocol",
  "auto.offset.reset": "client.autoOffsetReset",
  "max.poll.records": "client.maxPollRecords",
  "max.poll.interval.ms": "client.maxPollInterval",
  "enable.auto.commit": "client.commitMode",
  "isolation.level": "client.isolationLevel",
} as const;

/** Configuration by Kafka's own keys, at most 64. */
export function configMap(typed: Readonly<Record<string, string>>, foreign: readonly string[] = []): ConfigMap {
  const rules = [
    ...Object.entries(typed).map(([key, field]) => refuseKey(key, `Set spec.${field} instead of "${key}"`)),
    ...foreign.map((key) =>
      refuseKey(key, `Remove "${key}": replication throttles belong to the tools that move replicas`),
    ),
  ];
  const map = rules.reduce((schema, check) => schema.check(check), mapOf(configValue(), 64));
  return map.meta({ title: "a map from Kafka's keys to whole numbers or text" });
}

type ConfigMap = z.ZodRecord<z.ZodString, IntOrString>;

function refuseKey(key: string, message: string): core.$ZodCheck<object> {
  return rule({
    cel: `!('${key}' in self)`,
    message,
    reason: "FieldValueForbidden",
    holds: (self) => !Object.hasOwn(self, key),
  });
}
