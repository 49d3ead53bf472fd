// An operator on a Kafka of one release, and what it must do on every one: be connected, make a topic, follow its edits, grow
// it, correct its drift. What only some releases have is their tests' own.

import { expect } from "chai";
import { after, before, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster, type KafkaOptions } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import type { KafkaRelease } from "./kafka-release.ts";

/** What the tests of one release go on with; it holds the topic "made". */
export class OperatorOnRelease {
  readonly #release: NonNullable<KafkaOptions["release"]>;
  #kafka: KafkaCluster | undefined;
  #probe: KafkaProbe | undefined;
  #operator: OperatorUnderTest | undefined;

  constructor(release: NonNullable<KafkaOptions["release"]>) {
    this.#release = release;
  }

  get probe(): KafkaProbe {
    return started(this.#probe);
  }

  get operator(): OperatorUnderTest {
    return started(this.#operator);
  }

  async start(): Promise<void> {
    this.#kafka = await startKafka({ release: this.#release });
    const { bootstrapServers } = this.#kafka;
    this.#probe = await startKafkaProbe(bootstrapServers);
    this.#operator = await startOperatorUnderTest({
      kafka: { bootstrapServers, probe: this.#probe },
      bus: { resyncInterval: "1s", namespaces: [{ deletionPolicies: ["Retain", "Delete", "DeleteGroup"] }] },
    });
  }

  async stop(): Promise<void> {
    await this.#operator?.stop();
    await this.#probe?.stop();
    await this.#kafka?.stop();
  }

  async configOf(type: "topic" | "group", name: string, key: string): Promise<string | undefined> {
    const entries = await this.probe.describeConfigs({ type, name });
    return entries.find((entry) => entry.name === key)?.value ?? undefined;
  }

  /** Makes a topic that is deleted with its object, and deletes that. */
  async makesAndDeletes(name: string): Promise<void> {
    const { operator, probe } = this;
    await operator.createTopic(name, { deletionPolicy: "Delete" });
    await eventually(() => operator.topic(name), ready("True", "Created"));
    await operator.deleteTopic(name);
    await eventually(
      () => probe.describeTopic(operator.topicName(name)),
      (topic) => expect(topic).to.equal(null),
    );
  }
}

/** Declares the hooks and the tests that all releases share; within a describe with time for them. */
export function itServesTopicsOn(
  release: NonNullable<KafkaOptions["release"]>,
  { capabilities, version }: KafkaRelease,
): OperatorOnRelease {
  const world = new OperatorOnRelease(release);
  before(() => world.start());
  after(() => world.stop());

  it("is connected, and tells what this cluster can do", async () => {
    const bus = await eventually(() => world.operator.bus(), ready("True", "Connected"));
    expect(bus.status).to.deep.include({ kafkaVersion: version, capabilities });
  });

  it("makes a topic, follows edits, grows it, and corrects drift", async () => {
    const { operator, probe } = world;
    const name = operator.topicName("made");
    const retentionMs = (): Promise<string | undefined> => world.configOf("topic", name, "retention.ms");
    await operator.createTopic("made", { partitions: 2, retention: { time: "1d" } });
    await eventually(() => operator.topic("made"), ready("True", "Created"));
    await operator.patchTopic("made", { spec: { partitions: 4, retention: { time: "2d" } } });
    await eventually(() => operator.topic("made"), ready("True", "UpToDate"));
    expect((await probe.describeTopic(name))?.partitions).to.have.length(4);
    expect(await retentionMs()).to.equal("172800000");
    await probe.alterConfigs({ type: "topic", name }, { set: { "retention.ms": "259200000" } });
    await eventually(retentionMs, (live) => expect(live).to.equal("172800000"));
    await thenNothing(operator, ["made"]);
  });

  return world;
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("It was not started");
  return part;
}
