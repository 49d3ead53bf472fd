// An export of a real Kafka, applied to a real API server, adopts everything and changes nothing.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";

import type { EventBus } from "../../src/api/event-bus.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import { exportManifests, type ExportOptions } from "../../src/cli/export.ts";
import { plan } from "../../src/cli/plan.ts";
import { validate } from "../../src/cli/validate.ts";
import { CommandLine } from "../environment/command-line.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import type { RecordedTerminal } from "../fakes/recorded-terminal.ts";

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: EventTopic["spec"] & EventBus["spec"];
}

describe("export", () => {
  let operator: OperatorUnderTest;
  let line: CommandLine;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { topicDefaults: { maxMessageBytes: "2Mi", compressionType: "lz4" } },
    });
  });
  beforeEach(async () => {
    line = await CommandLine.beside(operator);
  });
  afterEach(() => line[Symbol.asyncDispose]());
  after(() => operator.stop());

  async function exported(
    options: Partial<ExportOptions>,
  ): Promise<{ readonly terminal: RecordedTerminal; readonly manifests: Manifest[] }> {
    const terminal = line.terminal();
    const { id: bus, id: namespace } = operator;
    const code = await exportManifests(
      { namespace, bus, include: [], exclude: [], cluster: true, ...options },
      terminal,
      line.ports,
    );
    expect(code).to.equal(0);
    line.expectReadsOnly();
    return { terminal, manifests: parseAllDocuments(terminal.stdout()).map((document) => document.toJS() as Manifest) };
  }

  async function make(
    topics: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ): Promise<Record<string, object>> {
    for (const [name, configs] of Object.entries(topics))
      await operator.probe.createTopic({ name, partitions: 2, configs });
    return await configsOf(Object.keys(topics));
  }

  async function configsOf(names: readonly string[]): Promise<Record<string, object>> {
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await operator.probe.topicConfig(name)] as const)),
    );
  }

  /** All objects are served, Kafka is as it was, and nothing was written to it. */
  async function expectAdoption(text: string, before: Readonly<Record<string, object>>): Promise<void> {
    const writes = await operator.writes();
    await writeFile(join(line.folder, "exported.yaml"), text);
    const judged = line.terminal();
    expect(
      await validate(["exported.yaml"], { namespace: operator.id, output: "human" }, judged),
      judged.stdout(),
    ).to.equal(0);
    const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
    await operator.controlPlane.applyManifests([join(line.folder, "exported.yaml")]);
    const topics = manifests.filter(({ kind }) => kind === "EventTopic").map(({ metadata }) => metadata.name);
    for (const name of topics) {
      const topic = await eventually(() => operator.topic(name), ready("True", "UpToDate"));
      expect(topic.status).to.include({ adopted: true });
    }
    expect((await operator.writes()).kafka).to.equal(writes.kafka);
    expect(await configsOf(Object.keys(before))).to.deep.equal(before);
    const planned = line.terminal();
    const options = { namespace: operator.id, output: "human", cluster: true } as const;
    const code = await plan(["exported.yaml"], options, planned, line.ports);
    expect(code, planned.stdout()).to.equal(0);
    expect(planned.stdout()).to.include("nothing to do");
    await thenNothing(operator, topics);
  }

  it("adopts topics of any name and configuration", async function () {
    this.timeout(60_000);
    const odd = `${operator.id}.odd`;
    const long = `${odd}.${"x".repeat(249 - odd.length - 1)}`;
    const before = await make({
      [`${operator.id}.plain`]: {},
      [`${odd}_With_Underscores`]: { "retention.ms": "-1", "retention.bytes": "1073741824" },
      [`${odd}.UPPER.Case`]: {
        "cleanup.policy": "compact",
        "min.cleanable.dirty.ratio": "0.25",
        "segment.bytes": "1048576",
      },
      [`${odd}--dashes`]: {
        "cleanup.policy": "delete,compact",
        "retention.ms": "123456789",
        "compression.type": "zstd",
      },
      [long]: { "min.insync.replicas": "1", "max.message.bytes": "1000012", "message.timestamp.type": "LogAppendTime" },
      [`${odd}.beyond`]: { "retention.ms": "9223372036854775807", "flush.messages": "9223372036854775807" },
      [`${odd}.short`]: {
        "retention.ms": "5000",
        "unclean.leader.election.enable": "true",
        "index.interval.bytes": "4096",
      },
      [`${odd}.throttled`]: { "leader.replication.throttled.replicas": "*" },
    });
    const { manifests, terminal } = await exported({ include: [`${operator.id}*`] });
    const bySpec = (name: string): EventTopic["spec"] | undefined =>
      manifests.find(({ spec }) => (spec.topicName ?? operator.topicName(spec.domain ?? "")) === name)?.spec;
    expect(manifests.map(({ kind }) => kind)).to.deep.equal([
      "EventBus",
      ...Object.keys(before).map(() => "EventTopic"),
    ]);
    expect(manifests.find(({ metadata }) => metadata.name === `${operator.id}.plain`)?.spec).to.deep.equal({
      busRef: { name: operator.id },
      domain: "plain",
      partitions: 2,
      replicationFactor: 1,
      adoption: "IfIdentical",
      deletionPolicy: "Retain",
      // What the bus would give otherwise.
      compressionType: "producer",
      maxMessageBytes: 1_048_588,
    });
    expect(bySpec(`${odd}--dashes`)).to.deep.include({
      cleanupPolicy: "compact,delete",
      retention: { time: "1d10h17m36s789ms" },
      compressionType: "zstd",
    });
    expect(bySpec(`${odd}_With_Underscores`)?.retention).to.deep.equal({ time: "unlimited", bytesPerPartition: "1Gi" });
    expect(bySpec(`${odd}.UPPER.Case`)?.config).to.deep.equal({
      "min.cleanable.dirty.ratio": "0.25",
      "segment.bytes": 1_048_576,
    });
    expect(bySpec(`${odd}.beyond`)?.config).to.deep.equal({ "flush.messages": "9223372036854775807" });
    expect(terminal.stdout()).to.include(
      '# retention.ms is "9223372036854775807", which spec.retention.time cannot say\n',
    );
    expect(bySpec(`${odd}.short`)?.retention).to.equal(undefined);
    expect(terminal.stdout()).to.include('# Left undeclared, and in Kafka as it is: retention.ms "5000"');
    expect(terminal.stdout()).to.include('# Left undeclared, and in Kafka as it is: min.insync.replicas "1"');
    expect(bySpec(`${odd}.throttled`)?.config).to.equal(undefined);
    await expectAdoption(terminal.stdout(), before);
    const again = await exported({ include: [`${operator.id}*`] });
    expect(again.manifests).to.deep.equal([]);
    expect(again.terminal.stderr()).to.include("what objects on this bus declare already is left out");
  });

  it("adopts them with policies for what several have", async function () {
    this.timeout(40_000);
    const shared = `${operator.id}.shared`;
    const before = await make({
      [`${shared}.one`]: { "retention.ms": "604800000", "segment.bytes": "2097152" },
      [`${shared}.two`]: { "retention.ms": "604800000" },
      [`${shared}.three`]: { "retention.ms": "86400000" },
    });
    const { manifests, terminal } = await exported({ include: [`${shared}*`], policies: true });
    const policies = manifests.filter(({ kind }) => kind === "RetentionPolicy");
    expect(policies.map(({ metadata }) => metadata.name)).to.deep.equal(["retention-7d-segment-7d"]);
    const referring = manifests.filter(({ spec }) => spec.retentionPolicyRef !== undefined);
    expect(referring.map(({ spec }) => spec.topicName)).to.deep.equal([`${shared}.one`, `${shared}.two`]);
    await expectAdoption(terminal.stdout(), before);
    await operator.controlPlane.request(
      "DELETE",
      "/apis/eventbus.dev/v1alpha1/retentionpolicies/retention-7d-segment-7d",
    );
  });

  it("tells groups with the topics that they read", async function () {
    this.timeout(30_000);
    const topic = `${operator.id}.read`;
    await make({ [topic]: {} });
    await operator.probe.commitOffsets(`${operator.id}_Reader`, [{ topic, partition: 0, offset: 0 }]);
    const { manifests } = await exported({ include: [topic] });
    const group = manifests.find(({ kind }) => kind === "ConsumerGroup");
    expect(group?.metadata.name).to.match(new RegExp(`^${operator.id}-reader-[0-9a-f]{8}$`));
    expect(group?.spec).to.deep.equal({
      busRef: { name: operator.id },
      groupId: `${operator.id}_Reader`,
      topics: [{ eventTopicRef: { name: topic } }],
      deletionPolicy: "Retain",
    });
    await operator.createGroup("reader", { groupId: `${operator.id}_Reader`, topics: [{ topicName: topic }] });
    // An object of the name that the export would choose stands for another topic.
    await operator.createTopic(topic, { domain: "mine" });
    await eventually(() => operator.group("reader"), ready("True", "Observed"));
    await eventually(() => operator.topic(topic), ready("True", "Created"));
    const without = await exported({ include: [topic] });
    expect(without.manifests.map(({ kind }) => kind)).to.deep.equal(["EventTopic"]);
    expect(without.manifests[0]?.metadata.name).to.match(/-[0-9a-f]{8}$/);
    const all = await exported({ include: [topic, operator.topicName("mine")], declared: true });
    const names = all.manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(names).to.include.members([`EventTopic/${topic}`, "ConsumerGroup/reader"]);
  });

  it("brings lost topics back as they were", async function () {
    this.timeout(30_000);
    const lost = `${operator.id}.lost`;
    const before = await make({
      [lost]: { "retention.ms": "3600000", "cleanup.policy": "compact", "segment.ms": "600000" },
    });
    await exported({ include: [lost], outputDir: "backup" });
    await operator.probe.deleteTopic(lost);
    await operator.controlPlane.applyManifests([join(line.folder, "backup", "eventtopics")]);
    await eventually(() => operator.topic(lost), ready("True", "Created"));
    expect((await configsOf([lost]))[lost]).to.include(before[lost]);
    expect((await operator.probe.describeTopic(lost))?.partitions).to.have.length(2);
  });

  it("needs no Kubernetes cluster, keeps to patterns, and writes a folder that Git can compare", async function () {
    this.timeout(30_000);
    const alone = `${operator.id}.alone`;
    await make({ [`${alone}.a`]: {}, [`${alone}.b`]: {}, [`${alone}.c`]: {} });
    const options = { bus: undefined, bootstrapServer: operator.bootstrapServers.join(","), outputDir: "backup" };
    await exported({ ...options, include: [`${alone}.*`], exclude: [`${alone}.c`] });
    const files = async (): Promise<string[]> =>
      (await readdir(join(line.folder, "backup"), { recursive: true }))
        .filter((file) => file.endsWith(".yaml"))
        .toSorted();
    expect(await files()).to.deep.equal([
      "eventbuses/main.yaml",
      `eventtopics/${alone}.a.yaml`,
      `eventtopics/${alone}.b.yaml`,
    ]);
    const read = (file: string): Promise<string> => readFile(join(line.folder, "backup", file), "utf8");
    expect(await read("eventbuses/main.yaml")).to.include(operator.bootstrapServers[0]);
    // By the template that an EventBus has where it names none.
    expect(await read(`eventtopics/${alone}.a.yaml`)).to.include("entity: alone\n  action: a\n");
    await writeFile(join(line.folder, "backup", "eventtopics", "mine.yaml"), "# not of an export\n");
    const before = await read(`eventtopics/${alone}.b.yaml`);
    await exported({ ...options, include: [`${alone}.*`], exclude: [`${alone}.a`, `${alone}.c`] });
    expect(await files()).to.deep.equal(
      ["eventbuses/main.yaml", `eventtopics/mine.yaml`, `eventtopics/${alone}.b.yaml`].toSorted(),
    );
    expect(await read(`eventtopics/${alone}.b.yaml`)).to.equal(before);
  });

  it("writes nothing where not everything can be read", async () => {
    const wrong = exported({ bus: undefined, bootstrapServer: "unreachable.invalid:1" }).catch(
      (error: unknown) => error,
    );
    expect(await wrong)
      .to.have.property("message")
      .that.includes("Kafka cannot be read (Unreachable)");
  });
});
