// Reads what a ConsumerGroup's plan looks at: how its group is doing (from the poller), and, where something is to be done,
// the group, its commits, topics and configuration in Kafka, and its Secret. Each part is its own answer, so that one
// that cannot be read does not hide the others. Writes nothing.

import type { GroupReading } from "../../domain/group-reading.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import { isUnsettled } from "./beginning-changes.ts";
import type { SecretState } from "./binding-secrets.ts";
import type { DesiredGroup, DesiredGroupAbsence } from "./desired.ts";
import type { GroupMemory } from "./memory.ts";
import type { LivePositions, LiveTopic, ObservedGroup } from "./observed.ts";

/** What observing needs besides what is wanted. */
interface Surroundings {
  readonly admin: KafkaAdmin;
  readonly call: Call;
  readonly memory: GroupMemory;
  readonly hasGroupConfigs: boolean;
  readonly readReading: () => Promise<GroupReading>;
  /** `content`: undefined where the Secret should not be there. */
  readonly lookAtSecret: (
    secretName: string,
    content: Readonly<Record<string, string>> | undefined,
  ) => Promise<SecretState>;
}

export async function observeGroup(
  desired: DesiredGroup | DesiredGroupAbsence,
  surroundings: Surroundings,
): Promise<ObservedGroup> {
  const { groupId } = desired;
  if (desired.presence === "absent") {
    const [positions, configs] = await Promise.all([
      observePositions(groupId, surroundings),
      observeConfigs(groupId, surroundings, false),
    ]);
    return { positions, configs, topics: new Map(), secrets: {} };
  }
  const isHeld = desired.heldBy === undefined;
  const [reading, onTopics, configs, secrets] = await Promise.all([
    surroundings.readReading(),
    observeTopics(desired, surroundings),
    isHeld ? observeConfigs(groupId, surroundings, desired.configs.size > 0) : undefined,
    isHeld ? observeSecrets(desired, surroundings) : {},
  ]);
  return { reading, ...onTopics, configs, secrets };
}

/** That an EventTopic's topic exists is known, how many partitions it has now is not; of others nobody else tells. */
async function observeTopics(
  desired: DesiredGroup,
  surroundings: Surroundings,
): Promise<Pick<ObservedGroup, "topics" | "positions">> {
  const { admin, call, memory } = surroundings;
  const begins = desired.heldBy === undefined && desired.begin !== undefined;
  const asked = desired.topics.filter(({ isManaged }) => begins || !isManaged);
  const answers = asked.map(async ({ name }): Promise<readonly [string, Answer<LiveTopic>]> => {
    const answer = await admin.describeTopic({ name }, call);
    if (answer.status === "failed" && answer.failure.kind === "missing") return [name, ok({ kind: "absent" })];
    return [name, answer.status === "ok" ? ok({ kind: "present", topic: answer.value }) : answer];
  });
  const topics = new Map(await Promise.all(answers));
  if (!begins || !isUnsettled(topics, memory)) return { topics };
  return { topics, positions: await observePositions(desired.groupId, surroundings) };
}

/** Absence is concluded only where the group's coordinator says so. */
async function observePositions(groupId: string, { admin, call }: Surroundings): Promise<LivePositions> {
  const [answer, commits] = await Promise.all([admin.describeGroup(groupId, call), admin.fetchOffsets(groupId, call)]);
  if (answer.status === "failed" && answer.failure.kind === "missing")
    return { group: ok({ kind: "absent" }), commits };
  return { group: answer.status === "ok" ? ok({ kind: "present", group: answer.value }) : answer, commits };
}

async function observeConfigs(
  groupId: string,
  { admin, call, hasGroupConfigs, memory }: Surroundings,
  isDeclared: boolean,
): Promise<ObservedGroup["configs"]> {
  if (!hasGroupConfigs || (!isDeclared && memory.managedKeys.size === 0)) return undefined;
  const answer = await admin.describeConfigs({ kind: "group", name: groupId }, call);
  return answer.status === "ok" ? ok(new Map(answer.value.map((entry) => [entry.key, entry]))) : answer;
}

async function observeSecrets(
  { binding }: DesiredGroup,
  { lookAtSecret, memory }: Surroundings,
): Promise<ObservedGroup["secrets"]> {
  const { bindingName } = memory;
  const former = bindingName === undefined || bindingName === binding?.secretName ? undefined : bindingName;
  const [wanted, before] = await Promise.all([
    binding === undefined ? undefined : lookAtSecret(binding.secretName, binding.content),
    former === undefined ? undefined : lookAtSecret(former, undefined),
  ]);
  return { wanted, former: before };
}
