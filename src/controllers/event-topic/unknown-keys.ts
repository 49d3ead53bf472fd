// Asks whether the configuration keys of topics that are yet to be made are keys at all. Reads only, and nothing where all
// keys have typed fields.

import type { EventTopicReason } from "../../api/conditions.ts";
import { CHAINED_KEYS, SOURCE } from "../../domain/defaults-chain.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import type { KnownConfigs } from "../known-configs.ts";
import type { Refusal, Step } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import { unknownKey } from "./config-changes.ts";

interface Asked {
  readonly admin: KafkaAdmin;
  readonly call: WriteCall;
  readonly knownConfigs: KnownConfigs;
}

/** Refusals of such keys; none where the cluster does not tell which it knows, for it will judge itself. */
export async function unknownKeys(
  steps: readonly Step<TopicAction>[],
  { admin, call, knownConfigs }: Asked,
): Promise<Refusal<EventTopicReason>[]> {
  const refusals: Refusal<EventTopicReason>[] = [];
  for (const { action } of steps) {
    const topic = action.type === "createTopic" ? action.topic : undefined;
    const free = Object.keys(topic?.configs ?? {}).filter((key) => !CHAINED_KEYS.has(key));
    if (topic === undefined || free.length === 0) continue;
    const known = await knownConfigs.forCreating(topic, admin, call);
    const unknown = known === undefined ? [] : free.filter((key) => !known.has(key));
    refusals.push(...unknown.map((key) => unknownKey(key, SOURCE.spec, known ?? [])));
  }
  return refusals;
}
