// What integration tests expect of EventTopics: the verdict of the latest generation, and that nothing more happens.

import { expect } from "chai";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { eventually } from "./eventually.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

interface Judged {
  readonly metadata: { readonly generation?: number };
  readonly status?:
    | { readonly observedGeneration?: number | undefined; readonly conditions?: EventTopicConditions }
    | undefined;
}

type EventTopicConditions = NonNullable<EventTopic["status"]>["conditions"];

/** Ready has this status and reason, for the generation that is there now. */
export function ready(status: "True" | "False" | "Unknown", reason: string): (object: Judged) => void {
  return (object) => {
    const condition = object.status?.conditions?.find(({ type }) => type === "Ready");
    const message = `Ready is ${condition?.status}/${condition?.reason}: ${condition?.message}`;
    expect(object.status?.observedGeneration, message).to.equal(object.metadata.generation);
    expect(`${condition?.status}/${condition?.reason}`, message).to.equal(`${status}/${reason}`);
  };
}

/**
 * Nothing is written any more, neither to the API nor to Kafka, although every object named is looked at once more:
 * each is asked to run, and the echo of that is the only write.
 */
export async function thenNothing(operator: OperatorUnderTest, names: readonly string[]): Promise<void> {
  const before = await operator.writes();
  const token = `then-nothing-${performance.now()}`;
  for (const name of names) {
    await operator.patchTopic(name, { metadata: { annotations: { "eventbus.dev/requestedAt": token } } });
  }
  for (const name of names) {
    await eventually(
      () => operator.topic(name),
      ({ status }) => expect(status?.lastHandledReconcileAt).to.equal(token),
    );
  }
  const writes = await operator.writes();
  expect({ kafka: writes.kafka - before.kafka, kubernetes: writes.kubernetes - before.kubernetes }).to.deep.equal({
    kafka: 0,
    kubernetes: names.length,
  });
}
