// What tests of the change guard do to a topic: records of a given age, a look now, an approval; and what they expect.

import { expect } from "chai";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { eventually } from "./eventually.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";
import { ready } from "./topic-expectations.ts";

export const DAY_MS = 86_400_000;

export type PendingChange = NonNullable<NonNullable<EventTopic["status"]>["pendingChanges"]>[number];

/** A topic that is there, with so many records of that age in its first partition. */
export async function aTopicWithRecords(
  operator: OperatorUnderTest,
  name: string,
  { spec, count = 3, ageDays = 3 }: { readonly spec: object; readonly count?: number; readonly ageDays?: number },
): Promise<void> {
  await operator.createTopic(name, spec);
  await eventually(() => operator.topic(name), ready("True", "Created"));
  await produceOld(operator, name, count, ageDays);
}

export async function produceOld(
  operator: OperatorUnderTest,
  name: string,
  count: number,
  ageDays: number,
): Promise<void> {
  const timestamp = Date.now() - ageDays * DAY_MS;
  await operator.probe.produce(operator.topicName(name), [{ partition: 0, key: "k", value: "v", timestamp }], {
    repeat: count,
  });
}

export async function retentionDays(operator: OperatorUnderTest, name: string): Promise<number> {
  const { "retention.ms": retention } = await operator.probe.topicConfig(operator.topicName(name));
  return Number(retention) / DAY_MS;
}

/** Changes a topic's configuration behind the operator's back. */
export async function alterInKafka(
  operator: OperatorUnderTest,
  name: string,
  set: Record<string, string>,
): Promise<void> {
  await operator.probe.alterConfigs({ type: "topic", name: operator.topicName(name) }, { set });
}

/** Has the operator look now, and waits until it has. */
export async function lookNow(operator: OperatorUnderTest, name: string): Promise<EventTopic> {
  const token = `look-${performance.now()}`;
  await operator.patchTopic(name, { metadata: { annotations: { "eventbus.dev/requestedAt": token } } });
  return await eventually(
    () => operator.topic(name),
    ({ status }) => expect(status?.lastHandledReconcileAt).to.equal(token),
  );
}

export function approval(id: string | undefined): object {
  return { metadata: { annotations: { "eventbus.dev/approve": id } } };
}

/** The topic's only held-back change, once it is held back. */
export async function pendingChange(operator: OperatorUnderTest, name: string): Promise<PendingChange> {
  const topic = await eventually(() => operator.topic(name), ready("False", "ApprovalRequired"));
  return onlyPending(topic);
}

export function onlyPending({ status }: EventTopic): PendingChange {
  expect(status?.pendingChanges).to.have.length(1);
  const [change] = status?.pendingChanges ?? [];
  if (change === undefined) throw new Error("unreachable");
  return change;
}
