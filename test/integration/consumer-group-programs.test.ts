// Programs that know nothing but a mounted binding: those of docs/programs on kafkajs, and Kafka's own client from the
// properties files.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { grantBindings, mountedSecret } from "../environment/bindings-under-test.ts";
import { eventually } from "../environment/eventually.ts";
import { condition } from "../environment/group-expectations.ts";
import { mountBinding, mountedKey, programOn } from "../environment/mounted-program.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { Sandbox } from "../environment/sandbox.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("A program with a binding", function () {
  this.timeout(90_000);
  let operator: OperatorUnderTest;
  let sandbox: Sandbox;
  before(async () => {
    sandbox = new Sandbox("programs");
    operator = await startOperatorUnderTest({ bus: { resyncInterval: "500ms", profile: "Development" } });
    await grantBindings(operator);
  });
  after(async () => {
    await sandbox.close();
    await operator.stop();
  });

  /** A topic as the data platform has them, stored as snappy, its reader, and the folder of its binding. */
  async function bound(name: string, spec: object = {}): Promise<string> {
    await operator.createTopic(name, { partitions: 2 });
    await eventually(() => operator.topic(name), ready("True", "Created"));
    const topics = [{ eventTopicRef: { name } }];
    const groupId = `${operator.id}-${name}`;
    await operator.createGroup(name, { groupId, topics, binding: { secretName: `${name}-kafka` }, ...spec });
    await eventually(() => operator.group(name), condition("BindingReady", "True/Current"));
    return await mountBinding(sandbox, await mountedSecret(operator, `${name}-kafka`), name);
  }
  async function reads(name: string, least: number): Promise<void> {
    const committed = () => operator.probe.committedOffsets(`${operator.id}-${name}`);
    await eventually(
      committed,
      (offsets) => expect(offsets.reduce((sum, { offset }) => sum + offset, 0)).to.be.at.least(least),
      60_000,
    );
    await eventually(() => operator.group(name), condition("Active", "True/HasMembers"));
  }

  it("on kafkajs writes and reads, passes over what it cannot read, and leaves", async () => {
    const root = await bound("scripted");
    await operator.probe.produce(operator.topicName("scripted"), [{ partition: 0, value: "no JSON" }]);
    const [consumer, producer] = [programOn(sandbox, root, "consumer"), programOn(sandbox, root, "producer")];
    await Promise.all([consumer.start(), producer.start()]);
    await reads("scripted", 20);
    await producer.stop();
    await eventually(
      () => operator.group("scripted"),
      ({ status }) => expect(status?.topics?.[0]).to.include({ lag: 0 }),
      30_000,
    );
    expect(await consumer.logs()).to.match(/Read \d\d+ records, skipped 1/);
    await consumer.stop();
    await eventually(() => operator.group("scripted"), condition("Active", "False/NoMembers"), 30_000);
  });

  for (const protocol of ["classic", "consumer"] as const) {
    it(`on Java loads producer.properties and consumer.properties as they are, by the ${protocol} protocol`, async () => {
      const name = `java-${protocol}`;
      const client = { extra: { "fetch.max.wait.ms": 50, "client.id": "the client" } };
      const root = await bound(name, { groupProtocol: protocol, client });
      const topic = operator.topicName(name);
      const propertiesFile = mountedKey(root, "producer.properties");
      await operator.probe.produce(topic, [{ value: "written" }], { repeat: 5, propertiesFile });
      const consumer = await operator.probe.startConsumer({
        propertiesFile: mountedKey(root, "consumer.properties"),
        topics: [topic],
      });
      await reads(name, 5);
      const { members, type } = await operator.probe.describeGroup(`${operator.id}-${name}`);
      expect(type.toLowerCase()).to.equal(protocol);
      expect(members.map(({ clientId }) => clientId)).to.deep.equal(["the client"]);
      await consumer.stop();
    });
  }
});
