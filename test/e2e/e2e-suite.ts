// What a user of an installed operator sees, by kubectl and by an ordinary Kafka client: against a cluster (hack/kind), and
// in the long tier against the parts that the other tests use. It expects the samples to be applied.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect } from "chai";
import kafkajs, { type Admin } from "kafkajs";
import { after, before, it } from "mocha";

import { eventually } from "../environment/eventually.ts";

/** An installation with its Kafka. */
export interface E2eWorld {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Kafka, as it is reached from here. */
  readonly bootstrapServers: readonly string[];
}

const NAMESPACE = "data-platform";
const TOPICS = {
  "tenant.lifecycle.events": 3,
  "query.execution.events": 10,
  "ai.agent.events": 3,
  "ml.model.events": 3,
  "pipeline.job.events": 3,
  "data.quality.events": 3,
  "billing.usage.events": 3,
  "config.change.events": 3,
  "security.audit.events": 3,
  "governance.policy.events": 3,
} as const;

export function e2eSuite(worldOf: () => Promise<E2eWorld>): void {
  let world: E2eWorld;
  let admin: Admin;
  before(async () => {
    world = await worldOf();
    const kafka = new kafkajs.Kafka({
      clientId: "e2e",
      brokers: [...world.bootstrapServers],
      logLevel: kafkajs.logLevel.ERROR,
    });
    admin = kafka.admin();
    await admin.connect();
  });
  after(() => admin.disconnect());

  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], KUBECONFIG: world.kubeconfig };
    return (await promisify(execFile)(world.kubectl, ["-n", NAMESPACE, ...args], { env })).stdout;
  };
  const retentionMsOf = async (name: string): Promise<string | undefined> => {
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ["retention.ms"] };
    const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    return resources[0]?.configEntries.find(({ configName }) => configName === "retention.ms")?.configValue;
  };

  it("has the ten topics of the samples in Kafka, with their partitions", async () => {
    await kubectl("wait", "eventtopics", "--all", "--for=condition=Ready", "--timeout=2m");
    const { topics } = await admin.fetchTopicMetadata({ topics: Object.keys(TOPICS) });
    const found = Object.fromEntries(topics.map(({ name, partitions }) => [name, partitions.length]));
    expect(found).to.deep.equal(TOPICS);
  });

  it("follows an edit", async () => {
    await kubectl(
      "patch",
      "eventtopic",
      "tenant-lifecycle-events",
      "--type=merge",
      '-p={"spec":{"retention":{"time":"11d"}}}',
    );
    await kubectl("wait", "eventtopic", "tenant-lifecycle-events", "--for=condition=Ready", "--timeout=1m");
    await eventually(
      () => retentionMsOf("tenant.lifecycle.events"),
      (retentionMs) => expect(retentionMs).to.equal(String(11 * 86_400_000)),
    );
  });

  it("refuses fewer partitions, and says why", async () => {
    await kubectl("patch", "eventtopic", "ml-model-events", "--type=merge", '-p={"spec":{"partitions":1}}');
    await kubectl("wait", "eventtopic", "ml-model-events", "--for=condition=Stalled", "--timeout=1m");
    const reason = await kubectl("get", "eventtopic", "ml-model-events", "-o=jsonpath={.status.conditions[0].reason}");
    expect(reason).to.equal("PartitionDecreaseUnsupported");
    await kubectl("patch", "eventtopic", "ml-model-events", "--type=merge", '-p={"spec":{"partitions":null}}');
    await kubectl("wait", "eventtopic", "ml-model-events", "--for=condition=Ready", "--timeout=1m");
  });

  it("hands a binding to those who read", async () => {
    await kubectl("wait", "consumergroup", "billing", "--for=condition=BindingReady", "--timeout=1m");
    const group = await kubectl("get", "secret", "billing-kafka", "-o=jsonpath={.data.group\\.id}");
    expect(Buffer.from(group, "base64").toString()).to.equal("billing");
  });

  it("leaves the topic in Kafka when its object goes", async () => {
    await kubectl("delete", "eventtopic", "data-quality-events", "--timeout=1m");
    const { topics } = await admin.fetchTopicMetadata({ topics: ["data.quality.events"] });
    expect(topics.map(({ partitions }) => partitions.length)).to.deep.equal([3]);
  });
}
