import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { findFreePorts } from "../environment/free-ports.ts";
import { configureByHand } from "../environment/kafka-by-hand.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("An EventBus", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
  });
  after(() => operator.stop());

  it("tells the cluster that it leads to", async () => {
    const bus = await eventually(() => operator.bus(), ready("True", "Connected"));
    const { clusterId } = await operator.probe.describeCluster();
    expect(bus.status).to.deep.include({ clusterId, kafkaVersion: "4.3" });
    expect(bus.status?.brokers?.map(({ id }) => id)).to.deep.equal([1]);
    expect(bus.status?.capabilities).to.include.members([
      "topicIds",
      "incrementalAlterConfigs",
      "consumerGroupProtocol",
    ]);
  });

  it("counts its topics, in its status and as metrics", async function () {
    this.timeout(40_000);
    const name = `${operator.id}-counted`;
    await operator.createBus({ naming: { template: "{domain}" } }, name);
    const domain = `${operator.id}-counted`;
    await operator.createTopic("counted", { busRef: { name }, domain });
    await eventually(() => operator.topic("counted"), ready("True", "Created"));
    await operator.createTopic("rival", { busRef: { name }, domain });
    await eventually(() => operator.topic("rival"), ready("False", "ClaimedByAnother"));
    await operator.createTopic("stuck", { busRef: { name }, domain: `${domain}-2`, partitions: 2 });
    await eventually(() => operator.topic("stuck"), ready("True", "Created"));
    await operator.patchTopic("stuck", { spec: { partitions: 1 } });
    await eventually(() => operator.topic("stuck"), ready("False", "PartitionDecreaseUnsupported"));
    await eventually(
      () => operator.bus(name),
      ({ status }) => expect(status?.topics).to.deep.equal({ managed: 2, ready: 1, conflicting: 1 }),
      30_000,
    );
    const { clusterId } = await operator.probe.describeCluster();
    expect(await operator.metrics("eventbus_bus_")).to.include.members([
      `eventbus_bus_connected{bus="${name}"} 1`,
      `eventbus_bus_info{bus="${name}",cluster_id="${clusterId}",kafka_version="4.3"} 1`,
      `eventbus_bus_brokers{bus="${name}"} 1`,
      `eventbus_bus_topics{bus="${name}",state="managed"} 2`,
      `eventbus_bus_topics{bus="${name}",state="ready"} 1`,
      `eventbus_bus_topics{bus="${name}",state="conflicting"} 1`,
    ]);
    await operator.deleteBus(name);
    await eventually(
      () => operator.metrics("eventbus_bus_"),
      (lines) => expect(lines.filter((line) => line.includes(`"${name}"`))).to.deep.equal([]),
    );
  });

  it("that nobody answers says so within seconds, lets topics wait, and serves them when Kafka is there", async function () {
    this.timeout(60_000);
    const [port] = await findFreePorts(1);
    const name = `${operator.id}-dark`;
    await operator.createBus(
      { kafka: { bootstrapServers: [`127.0.0.1:${port}`] }, naming: { template: "{domain}" } },
      name,
    );
    const bus = await eventually(() => operator.bus(name), ready("False", "Unreachable"));
    expect(bus.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    await operator.createTopic("dark", { busRef: { name }, domain: `${operator.id}-dark` });
    const topic = await eventually(() => operator.topic("dark"), ready("Unknown", "BusNotReady"));
    expect(topic.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    await operator.patchBus({ spec: { kafka: { bootstrapServers: operator.bootstrapServers } } }, name);
    await eventually(() => operator.topic("dark"), ready("True", "Created"));
    await eventually(() => operator.bus(name), ready("True", "Connected"));
  });

  it("refuses another cluster than the expected one, and writes nothing to it", async () => {
    const name = `${operator.id}-pinned`;
    await operator.createBus({ expectedClusterId: "another-cluster", naming: { template: "{domain}" } }, name);
    const bus = await eventually(() => operator.bus(name), ready("False", "ClusterIdMismatch"));
    expect(bus.status?.conditions?.[0]?.message).to.include('"another-cluster"');
    await operator.createTopic("pinned", { busRef: { name }, domain: `${operator.id}-pinned` });
    await eventually(() => operator.topic("pinned"), ready("Unknown", "BusNotReady"));
    expect(await operator.probe.describeTopic(`${operator.id}-pinned`)).to.equal(null);
  });

  it("speaks the protocol that it is told, instead of trying another", async () => {
    const name = `${operator.id}-tls`;
    const kafka = { bootstrapServers: operator.bootstrapServers, security: { protocol: "SSL" as const } };
    await operator.createBus({ kafka }, name);
    await eventually(() => operator.bus(name), ready("False", "TLSFailed"));
  });

  it("is told to be missing to topics that name it, and serves them once it exists", async () => {
    const name = `${operator.id}-late`;
    await operator.createTopic("late", { busRef: { name }, domain: `${operator.id}-late` });
    await eventually(() => operator.topic("late"), ready("False", "BusNotFound"));
    await operator.createBus({ naming: { template: "{domain}" } }, name);
    await eventually(() => operator.topic("late"), ready("True", "Created"));
  });

  it("that is read-only is only watched: nothing is made or changed, and drift is reported", async () => {
    await operator.createTopic("watched", { compressionType: "lz4" });
    await eventually(() => operator.topic("watched"), ready("True", "Created"));
    await operator.patchBus({ spec: { access: "ReadOnly" } });
    await operator.createTopic("unmade");
    await eventually(() => operator.topic("unmade"), ready("False", "ReadOnly"));
    const name = operator.topicName("watched");
    await configureByHand(operator.probe, name, { "compression.type": "gzip" });
    await operator.patchTopic("watched", { metadata: { annotations: { "eventbus.dev/requestedAt": "look" } } });
    const drifted = await eventually(() => operator.topic("watched"), ready("True", "Drifted"));
    expect(drifted.status?.drift).to.deep.equal([{ key: "compression.type", wanted: "lz4", found: "gzip" }]);
    await thenNothing(operator, ["watched", "unmade"]);
    await operator.patchBus({ spec: { access: "ReadWrite" } });
    await eventually(() => operator.topic("unmade"), ready("True", "Created"));
    await eventually(() => operator.topic("watched"), ready("True", "UpToDate"));
    expect(await operator.probe.topicConfig(name)).to.include({ "compression.type": "lz4" });
    const events = await eventually(
      () => operator.events("watched"),
      (found) => expect(found).to.have.length(1),
    );
    expect(events[0]).to.include({ reason: "DriftCorrected", type: "Warning" });
  });

  it("does not change what is suspended, and goes on when it is not any longer", async () => {
    await operator.createTopic("suspended", { suspend: true });
    await eventually(() => operator.topic("suspended"), ready("False", "Suspended"));
    expect(await operator.probe.describeTopic(operator.topicName("suspended"))).to.equal(null);
    await thenNothing(operator, ["suspended"]);
    await operator.patchTopic("suspended", { spec: { suspend: false } });
    await eventually(() => operator.topic("suspended"), ready("True", "Created"));
  });

  it("admits only the namespaces and names that it grants, and woken by a grant goes on", async () => {
    const name = `${operator.id}-granted`;
    await operator.createBus({ namespaces: [{ names: ["elsewhere"] }], naming: { template: "{domain}" } }, name);
    const domain = `${operator.id}-granted`;
    await operator.createTopic("granted", { busRef: { name }, domain });
    await eventually(() => operator.topic("granted"), ready("False", "NamespaceNotAllowed"));
    await operator.patchBus(
      { spec: { namespaces: [{ selector: { matchLabels: { team: "a" } }, domains: ["x"] }] } },
      name,
    );
    await operator.controlPlane.request("PATCH", `/api/v1/namespaces/${operator.id}`, {
      metadata: { labels: { team: "a" } },
    });
    await eventually(() => operator.topic("granted"), ready("False", "PolicyViolation"));
    expect(await operator.probe.describeTopic(domain)).to.equal(null);
    await operator.patchBus(
      { spec: { namespaces: [{ selector: { matchLabels: { team: "a" } }, domains: [domain] }] } },
      name,
    );
    await eventually(() => operator.topic("granted"), ready("True", "Created"));
  });

  it("beside a Topic Operator whose KafkaTopics cannot be read writes nothing", async () => {
    const name = `${operator.id}-strimzi`;
    await operator.createBus({ strimzi: { namespace: "kafka", name: "main" }, naming: { template: "{domain}" } }, name);
    await operator.createTopic("beside", { busRef: { name }, domain: `${operator.id}-beside` });
    const topic = await eventually(() => operator.topic("beside"), ready("Unknown", "BusNotReady"));
    expect(topic.status?.conditions?.[0]?.message).to.include("EVENTBUS_STRIMZI_NAMESPACES");
    expect(await operator.probe.describeTopic(`${operator.id}-beside`)).to.equal(null);
  });

  it("of another installation is none of our business", async () => {
    const name = `${operator.id}-foreign`;
    await operator.controlPlane.request("POST", "/apis/eventbus.dev/v1alpha1/eventbuses", {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "EventBus",
      metadata: { name },
      spec: { kafka: { bootstrapServers: operator.bootstrapServers } },
    });
    await operator.createTopic("foreign", { busRef: { name }, entity: "a", action: "b" });
    await operator.createTopic("own");
    await eventually(() => operator.topic("own"), ready("True", "Created"));
    expect((await operator.topic("foreign")).status).to.deep.equal({ observedGeneration: -1 });
    expect((await operator.bus(name)).status).to.deep.equal({ observedGeneration: -1 });
  });
});
