import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Deletion of a topic with dead letters, with deletionPolicy Delete", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { namespaces: [{ deletionPolicies: ["Retain", "Delete"], adoption: "Adopt" }] },
    });
    await operator.patchBus({ spec: { legacyNames: [{ pattern: operator.id, patternType: "prefixed" }] } });
  });
  after(() => operator.stop());

  const dlq = (domain: string): string => `${operator.topicName(domain)}.dlq`;
  const inKafka = (topic: string) => operator.probe.describeTopic(topic);

  /** Ids of the source and of its dead letters. */
  async function owned(name: string, spec: object = {}): Promise<readonly [string, string]> {
    await operator.createTopic(name, { deletionPolicy: "Delete", deadLetter: {}, ...spec });
    const { status } = await eventually(() => operator.topic(name), ready("True", "Created"));
    return [status?.topicId ?? "", status?.deadLetters?.[0]?.topicId ?? ""];
  }

  const isGone = (name: string): Promise<unknown> =>
    eventually(
      () => operator.topic(name).catch((error: unknown) => (error instanceof ApiError ? error.status : undefined)),
      (answer) => expect(answer).to.equal(404),
    );

  it("takes both when they are empty and unused", async () => {
    await owned("empty");
    await operator.deleteTopic("empty");
    await isGone("empty");
    expect(await inKafka(operator.topicName("empty"))).to.equal(null);
    expect(await inKafka(dlq("empty"))).to.equal(null);
  });

  it("judges each by what it holds: letters stay until their very id is confirmed", async () => {
    const [, id] = await owned("kept");
    await operator.probe.produce(dlq("kept"), [{ value: "letter" }]);
    await operator.deleteTopic("kept");
    const blocked = await eventually(() => operator.topic("kept"), ready("False", "DeletionBlocked"));
    expect(blocked.status?.conditions?.[0]?.message).to.include(dlq("kept")).and.include(`confirm-deletion: ${id}`);
    await eventually(
      () => inKafka(operator.topicName("kept")),
      (source) => expect(source).to.equal(null),
    );
    await thenNothing(operator, ["kept"]);
    expect((await inKafka(dlq("kept")))?.id).to.equal(id);
    await operator.patchTopic("kept", { metadata: { annotations: { "eventbus.dev/confirm-deletion": id } } });
    await isGone("kept");
    expect(await inKafka(dlq("kept"))).to.equal(null);
  });

  it("takes several confirmations at once", async () => {
    const ids = await owned("both");
    await operator.probe.produce(operator.topicName("both"), [{ value: "event" }]);
    await operator.probe.produce(dlq("both"), [{ value: "letter" }]);
    await operator.deleteTopic("both");
    await eventually(() => operator.topic("both"), ready("False", "DeletionBlocked"));
    const confirmed = ids.join(",");
    await operator.patchTopic("both", { metadata: { annotations: { "eventbus.dev/confirm-deletion": confirmed } } });
    await isGone("both");
    expect(await inKafka(operator.topicName("both"))).to.equal(null);
    expect(await inKafka(dlq("both"))).to.equal(null);
  });

  it("leaves behind, and tells, what has another id than recorded, and deletes the rest", async () => {
    await owned("remade", { drift: "Report" });
    await operator.probe.deleteTopic(dlq("remade"));
    const { id } = await eventually(
      () => operator.probe.createTopic({ name: dlq("remade") }),
      (created) => expect(created.id).not.to.equal(undefined),
    );
    await operator.deleteTopic("remade");
    await isGone("remade");
    expect(await inKafka(operator.topicName("remade"))).to.equal(null);
    expect((await inKafka(dlq("remade")))?.id).to.equal(id);
    const { status } = await operator.bus();
    const told = status?.leftBehind?.filter(({ name }) => name === "remade");
    expect(told?.map(({ kafkaName }) => kafkaName)).to.deep.equal([dlq("remade")]);
  });

  it("leaves all of them behind when the object is suspended, each told for itself", async () => {
    await owned("suspended");
    await operator.patchTopic("suspended", { spec: { suspend: true } });
    await operator.deleteTopic("suspended");
    await isGone("suspended");
    expect(await inKafka(dlq("suspended"))).not.to.equal(null);
    const { status } = await operator.bus();
    const told = status?.leftBehind?.filter(({ name }) => name === "suspended").map(({ kafkaName }) => kafkaName);
    expect(told).to.have.members([operator.topicName("suspended"), dlq("suspended")]);
  });

  it("spares what was released", async () => {
    const [, id] = await owned("released");
    await operator.patchTopic("released", { spec: { deadLetter: null } });
    await eventually(() => operator.topic("released"), ready("True", "UpToDate"));
    await operator.deleteTopic("released");
    await isGone("released");
    expect(await inKafka(operator.topicName("released"))).to.equal(null);
    expect((await inKafka(dlq("released")))?.id).to.equal(id);
  });
});
