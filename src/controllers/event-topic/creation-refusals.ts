// Asks what only the cluster can tell against topics that are yet to be made: configuration keys that are none, and more
// replicas in sync than it gives. Reads only, and nothing where all is said.

import type { EventTopicReason } from "../../api/conditions.ts";
import { CHAINED_KEYS, SOURCE } from "../../domain/defaults-chain.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { isFinal } from "../../kafka/model/failure.ts";
import type { NewTopic } from "../../kafka/model/topic.ts";
import type { CreationFacts } from "../creation-facts.ts";
import type { Refusal, Step } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import { unknownKey } from "./config-changes.ts";
import { couldNot, judgeAnswer } from "./judgement.ts";

type TopicRefusal = Refusal<EventTopicReason>;

interface Asked {
  readonly admin: KafkaAdmin;
  /** A topic whose creation Kafka may have refused when the object was last told. */
  readonly rejectedName?: string | undefined;
  readonly call: WriteCall;
  readonly creationFacts: CreationFacts;
}

/** None where the cluster does not tell: then it will judge itself. */
export async function creationRefusals(steps: readonly Step<TopicAction>[], asked: Asked): Promise<TopicRefusal[]> {
  const topics = steps.flatMap(({ action }) => (action.type === "createTopic" ? [action.topic] : []));
  const refusals = await Promise.all(
    topics.flatMap((topic) => [unknownKeys(topic, asked), tooManyInSync(topic, asked)]),
  );
  const known = refusals.flat();
  return known.length > 0 ? known : await rejectedAgain(steps, asked);
}

/**
 * A creation that is recorded first would cost two writes on the object each time that Kafka refuses it again: so it is
 * asked for its judgement before.
 */
async function rejectedAgain(steps: readonly Step<TopicAction>[], asked: Asked): Promise<TopicRefusal[]> {
  const isRecorded = steps.some(({ action }) => action.type === "recordOwnership" && action.creation !== undefined);
  if (!isRecorded) return [];
  const judged = steps.map(async ({ action }): Promise<TopicRefusal[]> => {
    if (action.type !== "createTopic" || action.topic.name !== asked.rejectedName) return [];
    const answer = await asked.admin.validateTopic(action.topic, asked.call);
    if (answer.status !== "failed" || !isFinal(answer.failure)) return [];
    const { message, reason } = judgeAnswer(answer, couldNot(action));
    return [{ reason, message }];
  });
  return (await Promise.all(judged)).flat();
}

async function unknownKeys(topic: NewTopic, { admin, call, creationFacts }: Asked): Promise<TopicRefusal[]> {
  const free = Object.keys(topic.configs).filter((key) => !CHAINED_KEYS.has(key));
  const known = free.length === 0 ? undefined : await creationFacts.configKeys(topic, admin, call);
  if (known === undefined) return [];
  return free.filter((key) => !known.has(key)).map((key) => unknownKey(key, SOURCE.spec, known));
}

/** Where the number of replicas is said, the plan has judged it. */
async function tooManyInSync(topic: NewTopic, { admin, call, creationFacts }: Asked): Promise<TopicRefusal[]> {
  const inSync = topic.configs["min.insync.replicas"];
  if (inSync === undefined || topic.replicationFactor !== undefined) return [];
  const replicas = await creationFacts.defaultReplicationFactor(topic, admin, call);
  if (replicas === undefined || Number(inSync) < replicas) return [];
  const message =
    `min.insync.replicas ${inSync} of topic "${topic.name}" must be lower than the replication factor ${replicas}, which ` +
    "the brokers give where nobody says it; set spec.replicationFactor or spec.minInSyncReplicas";
  return [{ reason: "ReplicationFactorInvalid", message }];
}
