// The chart on a real API server: what an administrator does with it, and an operator that lives off what it installs.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";

import type { EventTopic } from "../../../src/api/event-topic.ts";
import { KINDS } from "../../../src/api/kinds.ts";
import { ApiError } from "../../environment/api-client.ts";
import type { Manifest } from "../../environment/apply-manifests.ts";
import { startControlPlane, type ControlPlane } from "../../environment/control-plane.ts";
import { environment } from "../../environment/environment.ts";
import { eventually } from "../../environment/eventually.ts";
import { CHART, Helm } from "../../environment/helm.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const SYSTEM = "event-bus-system";
const RELEASE = "event-bus-operator";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const API = "/apis/eventbus.dev/v1alpha1";
const DEPLOYMENT = `/apis/apps/v1/namespaces/${SYSTEM}/deployments/${RELEASE}`;

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly [{ readonly env: readonly { readonly name: string; readonly value: string }[] }];
      };
    };
  };
}

const KIND_OF: Readonly<Record<string, string>> = Object.fromEntries(KINDS.map(({ plural, kind }) => [plural, kind]));

/** `path` is namespace/plural/name. */
async function create(controlPlane: ControlPlane, path: string, spec: object): Promise<void> {
  const [namespace = "", plural = "", name = ""] = path.split("/");
  const object = { apiVersion: "eventbus.dev/v1alpha1", kind: KIND_OF[plural], metadata: { name, namespace }, spec };
  await controlPlane.request("POST", `${API}/namespaces/${namespace}/${plural}`, object);
}

/** Empty where it is let in. */
async function refusalOf(controlPlane: ControlPlane, path: string, spec: object): Promise<string> {
  try {
    await create(controlPlane, path, spec);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("The Helm chart on a cluster", () => {
  let controlPlane: ControlPlane;
  let helm: Helm;
  let values: object;
  const children: ChildProcess[] = [];

  before(async function () {
    this.timeout(60_000);
    // Its own, because CRDs are the whole cluster's.
    controlPlane = await startControlPlane({ audit: true });
    helm = await Helm.open(controlPlane.adminKubeconfig);
    const { bootstrapServers } = await environment().kafka();
    values = {
      settings: { metricsAddress: "0", logLevel: "warn" },
      bus: { kafka: { enabled: true, brokers: bootstrapServers, topicPrefix: "chart" } },
    };
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    }
  });
  after(async () => {
    await helm[Symbol.asyncDispose]();
    await controlPlane.stop();
  });

  const get = async <T = Manifest>(path: string): Promise<T> => (await controlPlane.request<T>("GET", path)).body;
  const statusOf = async (path: string): Promise<number> => {
    try {
      return (await controlPlane.request("GET", path)).status;
    } catch (error) {
      if (error instanceof ApiError) return error.status;
      throw error;
    }
  };
  /** What the kubelet would run, by the account and the environment of the Deployment. */
  const startPod = async (): Promise<ChildProcess> => {
    const { serviceAccountName, containers } = (await get<Deployment>(DEPLOYMENT)).spec.template.spec;
    const env = Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
    const kubeconfig = await controlPlane.kubeconfigForServiceAccount(SYSTEM, serviceAccountName);
    const child = spawn(process.execPath, [join(ROOT, "src/main.ts")], {
      env: { PATH: process.env["PATH"], KUBECONFIG: kubeconfig, ...env },
      stdio: ["ignore", "inherit", "inherit"],
    });
    children.push(child);
    return child;
  };

  it("installs with its CRDs, and then makes a first EventBus", async () => {
    await helm.succeed(["install", RELEASE, CHART, "--namespace", SYSTEM, "--create-namespace"]);
    // The new kinds are discovered a moment after they are there.
    await eventually(
      () => helm.run(["upgrade", RELEASE, CHART, "--namespace", SYSTEM], values),
      ({ code, stderr }) => expect(code, stderr).to.equal(0),
    );
    for (const { group, plural } of KINDS) expect(await statusOf(`${CRDS}/${plural}.${group}`)).to.equal(200);
    expect(await get(`${API}/eventbuses/default`)).to.have.nested.property("spec.naming.prefix", "chart");
  });

  it("gives the operator all that it needs: a topic becomes real", async () => {
    const pod = await startPod();
    await create(controlPlane, "default/eventtopics/player", { domain: "player", partitions: 2 });
    await eventually(
      () => get<EventTopic>(`${API}/namespaces/default/eventtopics/player`),
      ({ status }) => expect(status?.conditions?.[0]).to.include({ type: "Ready", status: "True" }),
    );
    const probe = await environment().kafkaProbe();
    expect((await probe.describeTopic("chart.events.player"))?.partitions).to.have.length(2);
    pod.kill("SIGTERM");
    expect(await once(pod, "exit")).to.deep.equal([0, null]);
    const denied = (await controlPlane.auditedRequests()).filter(({ code }) => code === 403);
    expect(denied).to.deep.equal([]);
  });

  it("upgrades: CRDs that somebody changed are as the chart says, and the EventBus follows the values", async () => {
    const crd = `${CRDS}/eventtopics.eventbus.dev`;
    const before = await get<{ spec: { names: object } }>(crd);
    await controlPlane.request("PATCH", crd, { spec: { names: { shortNames: ["old"] } } });
    const { bus } = values as { bus: object };
    await helm.succeed(["upgrade", RELEASE, CHART, "--namespace", SYSTEM], {
      ...values,
      replicaCount: 3,
      bus: { ...bus, spec: { resyncInterval: "5m" } },
    });
    expect((await get<{ spec: { names: object } }>(crd)).spec.names).to.deep.equal(before.spec.names);
    expect(await get(DEPLOYMENT)).to.have.nested.property("spec.replicas", 3);
    expect(await get(`${API}/eventbuses/default`)).to.have.nested.property("spec.resyncInterval", "5m");
  });

  describe("with the admission policy", () => {
    let serial = 0;

    before(async () => {
      await helm.succeed(["upgrade", RELEASE, CHART, "--namespace", SYSTEM], {
        ...values,
        admission: { enabled: true },
      });
      const annotations = {
        "eventbus.dev/allowed-buses": "default, legacy",
        "eventbus.dev/allowed-topics": "billing, audit.",
      };
      await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: "billing", annotations } });
      // Enforced a moment after its creation.
      await eventually(
        () => refusal("default", { domain: "anything" }),
        (message) => expect(message).to.include("denied request"),
      );
    });

    const refusal = (namespace: string, spec: object): Promise<string> =>
      refusalOf(controlPlane, `${namespace}/eventtopics/t${(serial += 1)}`, spec);

    const LET_IN: readonly object[] = [
      { busRef: { name: "default" }, domain: "billing" },
      { busRef: { name: "legacy" }, domain: "billing", entity: "usage", action: "events" },
      { busRef: { name: "default" }, topicName: "audit.trail" },
    ];
    for (const spec of LET_IN) {
      it(`lets ${JSON.stringify(spec)} in`, async () => expect(await refusal("billing", spec)).to.equal(""));
    }

    const SENT_AWAY: readonly (readonly [spec: object, message: string])[] = [
      [
        { busRef: { name: "gold" }, domain: "billing" },
        'Namespace "billing" may not use EventBus "gold": allowed is default, legacy. The platform sets the annotation eventbus.dev/allowed-buses of the Namespace',
      ],
      [{ domain: "billing" }, 'Namespace "billing" must name its EventBus in spec.busRef: allowed is default, legacy.'],
      [
        { busRef: { name: "default" }, domain: "payroll" },
        'Namespace "billing" may not have topic "payroll": allowed are names that begin with billing, audit.',
      ],
      [{ busRef: { name: "default" }, topicName: "auditing" }, 'may not have topic "auditing"'],
    ];
    for (const [spec, message] of SENT_AWAY) {
      it(`sends ${JSON.stringify(spec)} away, and says why`, async () => {
        expect(await refusal("billing", spec)).to.include(message);
      });
    }

    it("sends everything away where the platform has said nothing", async () => {
      expect(await refusal("default", { busRef: { name: "default" }, domain: "x" })).to.include("allowed is none");
    });

    it("keeps nobody from editing what was there before, nor the operator from its own writes", async () => {
      const path = `${API}/namespaces/default/eventtopics/player`;
      await controlPlane.request("PATCH", path, { spec: { partitions: 3 }, metadata: { finalizers: ["a.b/c"] } });
      await controlPlane.request("PATCH", path, { metadata: { finalizers: [] } });
    });

    it("judges ConsumerGroups by their EventBus", async () => {
      const topics = [{ topicName: "audit.trail" }];
      const group = (name: string): object => ({ busRef: { name }, groupId: "reader", topics });
      expect(await refusalOf(controlPlane, "billing/consumergroups/a", group("default"))).to.equal("");
      expect(await refusalOf(controlPlane, "billing/consumergroups/b", group("gold"))).to.include(
        'may not use EventBus "gold"',
      );
    });
  });

  it("uninstalled leaves CRDs, the EventBus and all topics, and takes everything else", async () => {
    await helm.succeed(["uninstall", RELEASE, "--namespace", SYSTEM]);
    for (const { group, plural } of KINDS) expect(await statusOf(`${CRDS}/${plural}.${group}`)).to.equal(200);
    expect(await statusOf(`${API}/eventbuses/default`)).to.equal(200);
    expect(await statusOf(`${API}/namespaces/default/eventtopics/player`)).to.equal(200);
    for (const path of [
      DEPLOYMENT,
      `/apis/rbac.authorization.k8s.io/v1/clusterroles/${RELEASE}`,
      `/apis/rbac.authorization.k8s.io/v1/clusterroles/${RELEASE}-edit`,
      `/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/${RELEASE}-leases`,
      `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${RELEASE}-tenancy`,
    ]) {
      expect(await statusOf(path), path).to.equal(404);
    }
  });

  it("installed again takes up what was left", async () => {
    const bus = await get(`${API}/eventbuses/default`);
    await helm.succeed(["install", RELEASE, CHART, "--namespace", SYSTEM], values);
    expect((await get(`${API}/eventbuses/default`)).metadata["uid"], "the same one").to.equal(bus.metadata["uid"]);
  });
}).timeout(60_000);
