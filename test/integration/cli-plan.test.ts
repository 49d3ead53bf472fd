import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { plan, type PlanOptions } from "../../src/cli/plan.ts";
import type { PlannedObject } from "../../src/cli/plan/planned.ts";
import { CommandLine } from "../environment/command-line.ts";
import { eventually } from "../environment/eventually.ts";
import { aTopicWithRecords, pendingChange } from "../environment/guarded-topics.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

interface Planned {
  readonly code: number;
  readonly objects: readonly PlannedObject[];
  readonly notes: readonly string[];
}

describe("plan", () => {
  let operator: OperatorUnderTest;
  let line: CommandLine;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
  });
  beforeEach(async () => {
    line = await CommandLine.beside(operator);
  });
  afterEach(() => line[Symbol.asyncDispose]());
  after(() => operator.stop());

  async function planned(
    objects: readonly object[],
    options: Partial<PlanOptions> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Planned> {
    const before = await operator.writes();
    const terminal = line.terminal(environment);
    const file = await line.file(...objects);
    const code = await plan(
      [file],
      { namespace: operator.id, output: "json", cluster: true, ...options },
      terminal,
      line.ports,
    );
    expect(await operator.writes()).to.deep.equal(before);
    return { code, ...(JSON.parse(terminal.stdout()) as Omit<Planned, "code">) };
  }

  async function shown(objects: readonly object[], options: Partial<PlanOptions> = {}): Promise<string> {
    const terminal = line.terminal();
    const file = await line.file(...objects);
    await plan([file], { namespace: operator.id, output: "human", cluster: true, ...options }, terminal, line.ports);
    return terminal.stdout();
  }

  async function apply(...objects: readonly object[]): Promise<void> {
    await operator.controlPlane.applyManifests([...objects] as Parameters<
      typeof operator.controlPlane.applyManifests
    >[0]);
  }

  it("tells what a new topic would be, and then that nothing is to be done", async function () {
    this.timeout(30_000);
    const topic = line.topic("fresh", { partitions: 2, retention: { time: "2d" } });
    const { code, objects } = await planned([topic]);
    expect(code).to.equal(3);
    expect(objects[0]?.actions).to.deep.equal([
      {
        type: "createTopic",
        description: `Create topic "${operator.topicName("fresh")}" with 2 partitions and default replication factor`,
        cause: "declared",
        topicName: operator.topicName("fresh"),
        partitions: 2,
        configs: { "retention.ms": "172800000" },
      },
    ]);
    expect(await shown([topic])).to.include(`+ Create topic "${operator.topicName("fresh")}" with 2 partitions`);
    expect(await operator.probe.describeTopic(operator.topicName("fresh"))).to.equal(null);
    await apply(topic);
    await eventually(() => operator.topic("fresh"), ready("True", "Created"));
    expect(await planned([topic])).to.deep.include({ code: 0, notes: [] });
    expect(await shown([topic])).to.equal("Plan for 1 object: nothing to do\n");
    line.expectReadsOnly();
  });

  it("refuses what the operator refuses, with its words", async function () {
    this.timeout(30_000);
    const make = (spec: object): object => line.topic("refused", { partitions: 3, ...spec });
    await apply(make({}));
    await eventually(() => operator.topic("refused"), ready("True", "Created"));
    const changed = make({ partitions: 1, config: { "segment.mss": 600_000 }, maxMessageBytes: "2Mi" });
    const { code, objects } = await planned([changed]);
    expect(code).to.equal(1);
    expect(objects[0]?.refusals.map(({ reason }) => reason)).to.have.members([
      "PartitionDecreaseUnsupported",
      "InvalidConfig",
    ]);
    expect(objects[0]?.actions.map(({ description }) => description)).to.deep.equal([
      `Set max.message.bytes of topic "${operator.topicName("refused")}" from "1048588" to "2097152"`,
    ]);
    await apply(changed);
    const judged = await eventually(() => operator.topic("refused"), ready("False", "PartitionDecreaseUnsupported"));
    const messages = objects[0]?.refusals.map(({ message }) => message) ?? [];
    expect(messageOf(judged)).to.include(messages.join(". "));
    line.expectReadsOnly();
  });

  it("refuses unknown keys of a topic that is yet to be made, without asking for a creation", async () => {
    const { objects } = await planned([line.topic("unmade", { config: { "segment.mss": 1 } })]);
    expect(objects[0]?.refusals).to.have.length(1);
    expect(objects[0]?.refusals[0]?.message).to.include('"segment.ms"');
    line.expectReadsOnly();
  });

  it("measures what would be held back, and names the id once there is one", async function () {
    this.timeout(30_000);
    await aTopicWithRecords(operator, "held", { spec: { retention: { time: "7d" } } });
    const shorter = line.topic("held", { retention: { time: "1d" } });
    const { code, objects } = await planned([shorter]);
    expect(code).to.equal(3);
    expect(objects[0]?.held).to.have.length(1);
    const [held] = objects[0]?.held ?? [];
    expect(held).to.include({ reason: "ApprovalRequired", deletableRecords: 3 });
    expect(held?.id).to.equal(undefined);
    expect(held?.keys).to.deep.equal([{ key: "retention.ms", from: "604800000", to: "86400000" }]);
    await apply(shorter);
    const pending = await pendingChange(operator, "held");
    const again = await planned([shorter]);
    expect(again.objects[0]?.held[0]).to.include({ id: pending.id, deletableRecords: pending.deletableRecords });
    expect(await shown([shorter])).to.include(`! Held back (${pending.id})`);
    line.expectReadsOnly();
  });

  it("tells which topics an edit of their policy or bus reaches", async function () {
    this.timeout(30_000);
    const policy = await operator.createPolicy("reaching", {
      retention: { time: "2d" },
      appliesTo: { domains: ["reached"] },
      changeGuard: { onShorten: "Deny" },
    });
    await operator.createTopic("reached");
    await operator.createTopic("unreached");
    await eventually(() => operator.topic("reached"), ready("True", "Created"));
    await eventually(() => operator.topic("unreached"), ready("True", "Created"));
    const { apiVersion, kind, metadata, spec } = policy;
    const edited = {
      apiVersion,
      kind,
      metadata: { name: metadata.name },
      spec: { ...spec, retention: { time: "3d" } },
    };
    const { code, objects } = await planned([edited]);
    expect([code, objects.map(({ name }) => name)]).to.deep.equal([3, ["reached"]]);
    expect(objects[0]).to.include({ isDeclared: false, namespace: operator.id });
    expect(objects[0]?.actions[0]?.description).to.include("Set retention.ms");
    line.expectReadsOnly();
  });

  it("sees what others claim, and what a group waits for", async function () {
    this.timeout(30_000);
    const holder = line.topic("holder", {});
    await apply(holder);
    await eventually(() => operator.topic("holder"), ready("True", "Created"));
    const rival = line.topic("rival", { domain: "holder" });
    const coming = line.topic("coming", {});
    const group = {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "ConsumerGroup",
      metadata: { name: "reader", namespace: operator.id },
      spec: { busRef: { name: operator.id }, topics: [{ eventTopicRef: { name: "coming" } }] },
    };
    const beginning = {
      ...group,
      metadata: { name: "beginner", namespace: operator.id },
      spec: {
        busRef: { name: operator.id },
        topics: [{ eventTopicRef: { name: "holder" } }],
        initialOffsets: "Earliest",
      },
    };
    const { code, objects } = await planned([rival, coming, group, beginning]);
    expect(code).to.equal(1);
    const of = (name: string): PlannedObject | undefined => objects.find((object) => object.name === name);
    expect(of("rival")?.refusals[0]).to.deep.include({ reason: "ClaimedByAnother" });
    expect(of("coming")?.actions[0]).to.include({ type: "createTopic" });
    expect(of("beginner")?.actions[0]).to.include({ type: "seedOffsets", topicName: operator.topicName("holder") });
    expect(of("reader")?.waiting[0]).to.include({ reason: "TopicNotFound" });
    line.expectReadsOnly();
  });

  it("goes without a Kubernetes cluster, and with an address of its own", async () => {
    const bus = {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "EventBus",
      metadata: { name: operator.id },
      spec: {
        kafka: { bootstrapServers: ["unreachable.invalid:1"] },
        naming: { template: "{prefix}.{domain}", prefix: operator.id },
      },
    };
    const topic = line.topic("elsewhere", { partitions: 1 });
    const unreached = await planned([bus, topic], { cluster: false });
    expect(unreached.code).to.equal(1);
    expect(unreached.objects[0]?.unknown).to.include("Unreachable");
    const bootstrapServer = operator.bootstrapServers.join(",");
    const reached = await planned([bus, topic], { cluster: false, bootstrapServer });
    expect([reached.code, reached.objects[0]?.actions[0]?.type]).to.deep.equal([3, "createTopic"]);
    expect(reached.notes[0]).to.include("No Kubernetes cluster was asked");
    line.expectReadsOnly();
  });

  it("is content with the rights of a tenant, and says what it does not see", async function () {
    this.timeout(30_000);
    const tenant = await tenantKubeconfig(operator);
    const topic = line.topic("tenants", { partitions: 1 });
    const blind = planned([topic], {}, tenant).catch((error: unknown) => error);
    expect(await blind)
      .to.have.property("message")
      .that.includes("You may not read ");
    const bus = await operator.bus();
    const file = { apiVersion: bus.apiVersion, kind: bus.kind, metadata: { name: operator.id }, spec: bus.spec };
    const policy = {
      apiVersion: bus.apiVersion,
      kind: "RetentionPolicy",
      metadata: { name: "unrelated" },
      spec: { retention: { time: "7d" } },
    };
    const { code, notes, objects } = await planned([topic, file, policy], {}, tenant);
    expect([code, objects.map(({ name }) => name), objects[0]?.actions[0]?.type]).to.deep.equal([
      3,
      ["tenants"],
      "createTopic",
    ]);
    expect(notes.join("\n"))
      .to.include("eventbuses may not be read")
      .and.include(`eventtopics of other namespaces than "${operator.id}" may not be read`)
      .and.include("Namespaces may not be read");
    line.expectReadsOnly();
  });

  it("plans nothing for manifests that are not valid", async () => {
    const wrong = planned([line.topic("wrong", { partitions: 0 })]).catch((error: unknown) => error);
    expect(await wrong)
      .to.have.property("message")
      .that.includes("spec.partitions: Must be at least 1");
  });
});

function messageOf({ status }: EventTopic): string {
  return status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "";
}

/** Somebody who may list what teams own, in their own namespace. */
async function tenantKubeconfig({ controlPlane, id }: OperatorUnderTest): Promise<{ readonly KUBECONFIG: string }> {
  const rules = [{ apiGroups: ["eventbus.dev"], resources: ["eventtopics", "consumergroups"], verbs: ["list"] }];
  const subjects = [{ kind: "ServiceAccount", name: "tenant", namespace: id }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "tenant" };
  const roles = `/apis/rbac.authorization.k8s.io/v1/namespaces/${id}`;
  await controlPlane.request("POST", `/api/v1/namespaces/${id}/serviceaccounts`, { metadata: { name: "tenant" } });
  await controlPlane.request("POST", `${roles}/roles`, { metadata: { name: "tenant" }, rules });
  await controlPlane.request("POST", `${roles}/rolebindings`, { metadata: { name: "tenant" }, subjects, roleRef });
  return { KUBECONFIG: await controlPlane.kubeconfigForServiceAccount(id, "tenant") };
}
