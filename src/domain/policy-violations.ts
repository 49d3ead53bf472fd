// How a topic that a RetentionPolicy governs differs from it, told from the EventTopic alone: its wishes, and its topic as
// its status shows it. Pure. The same rules as those by which a change is judged; what is there already is only told.

import type { EventBusSpec } from "../api/event-bus.ts";
import type { EventTopic } from "../api/event-topic.ts";
import type { RetentionPolicySpec } from "../api/retention-policy.ts";
import { isSameConfigValue } from "../kafka/model/config-value.ts";
import { chainedConfigs, POLICY_KEYS, policyValue, type Setting, type Speakers } from "./defaults-chain.ts";
import { derivedSegment } from "./derived-segment.ts";
import { objectionToConfig, objectionToReplicationFactor } from "./limits.ts";

/** As nobody but the policy and the topic have a say in what a policy decides. */
const NO_BUS: EventBusSpec = {};

export interface NamedPolicy {
  readonly name: string;
  readonly spec: RetentionPolicySpec;
}

/** What differs or breaks a bound, for people; undefined where nothing does, as far as the status tells. */
export function policyViolation(policy: NamedPolicy, { spec, status }: EventTopic): string | undefined {
  const speakers: Speakers = { topic: spec, policy, bus: { name: "", spec: NO_BUS } };
  const live = new Map((status?.effectiveConfig ?? []).map(({ key, value }) => [key, value]));
  const found: string[] = [];
  for (const [key, { value, objection }] of wantedConfigs(speakers, policy)) {
    const now = live.get(key);
    if (objection !== undefined) found.push(objection.message);
    else if (now !== undefined && !isSame(key, now, value))
      found.push(`${key} is "${now}", the policy wants "${value}"`);
  }
  const factor = status?.replicationFactor;
  const tooFew = factor === undefined ? undefined : objectionToReplicationFactor(factor, speakers);
  if (tooFew !== undefined) found.push(tooFew.message);
  return found.length === 0 ? undefined : found.join(". ");
}

/** Keys that a policy decides, in words of Kafka: what is listed of a topic although nobody enforces it. */
export function auditedKeys(policy: NamedPolicy, topic: EventTopic): string[] {
  const speakers: Speakers = { topic: topic.spec, policy, bus: { name: "", spec: NO_BUS } };
  return [...wantedConfigs(speakers, policy).keys()];
}

/** What would be wanted if the policy were enforced, with what speaks against it; of its own keys only. */
function wantedConfigs(speakers: Speakers, { name, spec }: NamedPolicy): Map<string, Setting<string>> {
  const wanted = new Map<string, Setting<string>>();
  for (const [key, setting] of chainedConfigs(speakers)) {
    if (!POLICY_KEYS.has(key) && policyValue(key, spec) === undefined) continue;
    wanted.set(key, { ...setting, objection: objectionToConfig(key, setting, speakers) });
  }
  const derived = derivedSegment(wanted, name);
  if (derived !== undefined) wanted.set(...derived);
  return wanted;
}

function isSame(key: string, one: string, other: string): boolean {
  if (key === "cleanup.policy") return isSameConfigValue("list", one, other);
  return isSameConfigValue(key === "min.cleanable.dirty.ratio" ? "double" : "long", one, other);
}
