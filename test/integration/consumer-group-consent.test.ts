import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import { eventually } from "../environment/eventually.ts";
import { condition, messageOf } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("A ConsumerGroup in another namespace than its topic", () => {
  let operator: OperatorUnderTest;
  let foreign: string;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { resyncInterval: "500ms" },
      environment: { EVENTBUS_WATCH_NAMESPACES: "" },
    });
    foreign = `${operator.id}-foreign`;
    await operator.controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: foreign } });
  });
  after(() => operator.stop());

  const groups = "consumergroups";
  const path = (): string => `/apis/eventbus.dev/v1alpha1/namespaces/${foreign}/${groups}`;
  async function declare(name: string, topic: object): Promise<void> {
    await operator.controlPlane.request("POST", path(), {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "ConsumerGroup",
      metadata: { name },
      spec: {
        busRef: { name: operator.id },
        groupId: `${operator.id}-${name}`,
        topics: [topic],
        initialOffsets: "Earliest",
      },
    });
  }
  const group = async (name: string): Promise<ConsumerGroup> =>
    (await operator.controlPlane.request<ConsumerGroup>("GET", `${path()}/${name}`)).body;
  const isNotGranted = (found: ConsumerGroup): void => {
    ready("False", "NotGranted")(found);
    condition("TopicsResolved", "False/NotGranted")(found);
    expect(messageOf(found)).to.include(`"${operator.id}/`).and.include("spec.consumers.allowedNamespaces");
    expect(found.status?.topics).to.equal(undefined);
  };

  for (const [form, topicOf] of [
    ["by its EventTopic", (name: string) => ({ eventTopicRef: { name, namespace: operator.id } })],
    ["by its name in Kafka", (name: string) => ({ topicName: operator.topicName(name) })],
  ] as const) {
    it(`may not refer to it ${form} without consent, may with it, and not when it is withdrawn`, async () => {
      const name = form === "by its EventTopic" ? "by-ref" : "by-name";
      await operator.createTopic(name, { partitions: 2 });
      await eventually(() => operator.topic(name), ready("True", "Created"));
      await operator.probe.produce(operator.topicName(name), [{ partition: 0, value: "a" }]);
      await declare(name, topicOf(name));
      await eventually(() => group(name), isNotGranted);
      expect(await operator.probe.committedOffsets(`${operator.id}-${name}`)).to.deep.equal([]);

      await operator.patchTopic(name, { spec: { consumers: { allowedNamespaces: { names: [foreign] } } } });
      const granted = await eventually(() => group(name), ready("True", "Observed"));
      condition("TopicsResolved", "True/Resolved")(granted);
      await eventually(
        () => group(name),
        ({ status }) => expect(status?.topics?.[0]).to.include({ topic: operator.topicName(name), initialized: true }),
      );
      const committed = await operator.probe.committedOffsets(`${operator.id}-${name}`);
      expect(committed.map(({ offset }) => offset)).to.deep.equal([0, 0]);

      await operator.patchTopic(name, { spec: { consumers: null } });
      const withdrawn = await eventually(() => group(name), ready("False", "NotGranted"));
      // What was done is on record still, so that it is not done again.
      expect(withdrawn.status?.topics?.[0]).to.include({ initialized: true });
      expect(withdrawn.status?.topics?.[0]).not.to.have.property("lag");
    });
  }

  it("may refer to it where labels of its namespace earn consent, as soon as it has them", async () => {
    const allowedNamespaces = { selector: { matchLabels: { team: "readers" } } };
    await operator.createTopic("labelled", { consumers: { allowedNamespaces } });
    await eventually(() => operator.topic("labelled"), ready("True", "Created"));
    await declare("labelled", { eventTopicRef: { name: "labelled", namespace: operator.id } });
    await eventually(() => group("labelled"), isNotGranted);
    await operator.controlPlane.request("PATCH", `/api/v1/namespaces/${foreign}`, {
      metadata: { labels: { team: "readers" } },
    });
    await eventually(() => group("labelled"), ready("True", "Observed"));
  });
});
