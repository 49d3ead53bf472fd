import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { KubeConfig, VersionApi } from "@kubernetes/client-node";
import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { ApiError } from "../../environment/api-client.ts";
import { startControlPlane, type ControlPlane } from "../../environment/control-plane.ts";
import { tokenFileOf, writeToken } from "../../environment/kubeconfig.ts";
import { until } from "../../environment/until.ts";

const CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.eventbus.dev" },
  spec: {
    group: "test.eventbus.dev",
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer", maximum: 3 } } } },
          },
        },
      },
    ],
  },
};

function widget(name: string, spec: object = { size: 1 }) {
  return { apiVersion: "test.eventbus.dev/v1", kind: "Widget", metadata: { name, namespace: "widgets" }, spec };
}

const NAMESPACE = { apiVersion: "v1", kind: "Namespace", metadata: { name: "widgets" } };
const WIDGETS = "/apis/test.eventbus.dev/v1/namespaces/widgets/widgets";

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}`;
}

async function refusal(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(ApiError);
  return error as ApiError;
}

describe("A control plane", function () {
  this.timeout(90_000);
  let plane: ControlPlane;

  before(async () => {
    plane = await startControlPlane({ audit: true });
    // Given in the wrong order on purpose.
    await plane.applyManifests([widget("first"), NAMESPACE, CRD]);
  });
  after(() => plane.stop());

  it("applies CRDs, then namespaces, then the rest", async () => {
    const { body } = await plane.request<{ spec: { size: number } }>("GET", `${WIDGETS}/first`);
    expect(body.spec.size).to.equal(1);
  });

  it("refuses what the schema does not know or allow, and says so", async () => {
    const unknown = await refusal(plane.applyManifests(widget("unknown", { colour: "red" })));
    expect(unknown.message).to.contain("colour");
    const invalid = await refusal(plane.applyManifests(widget("invalid", { size: 4 })));
    expect(invalid.reason).to.equal("Invalid");
    expect(invalid.details.causes?.map(({ field }) => field)).to.include("spec.size");
  });

  it("applies folders of several files and documents, and passes warnings on", async () => {
    const folder = join(dirname(plane.adminKubeconfig), "manifests", "inner");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "maps.yaml"), `---\n${configMap("one")}\n---\n${configMap("two")}\n---\n`);
    await writeFile(join(folder, "..", "kustomization.yaml"), "apiVersion: kustomize.config.k8s.io/v1beta1\n");
    await writeFile(join(folder, "..", "old.json"), '{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"old"}}');
    const warnings = await plane.applyManifests(join(folder, ".."));
    expect(warnings.join()).to.contain("Endpoints is deprecated");
    await plane.request("GET", "/api/v1/namespaces/default/configmaps/one");
    await plane.request("GET", "/api/v1/namespaces/default/configmaps/two");
  });

  it("gives a ServiceAccount what RBAC grants it and nothing more", async () => {
    const token = await plane.token("team-a", "reader");
    const asReader = { token };
    expect((await refusal(plane.request("GET", WIDGETS, undefined, asReader))).status).to.equal(403);
    await plane.applyManifests([
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "widget-reader" },
        rules: [{ apiGroups: ["test.eventbus.dev"], resources: ["widgets"], verbs: ["list"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "widget-reader" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "widget-reader" },
        subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "team-a" }],
      },
    ]);
    await until(async () => (await plane.request("GET", WIDGETS, undefined, asReader)).status === 200);
    expect((await refusal(plane.request("GET", `${WIDGETS}/first`, undefined, asReader))).status).to.equal(403);
  });

  it("logs the requests of ServiceAccounts, once each, and not those of the admin", async () => {
    const token = await plane.token("team-a", "audited");
    await plane.request("GET", "/api/v1/namespaces");
    await refusal(plane.request("GET", "/api/v1/namespaces/default/secrets/x", undefined, { token }));
    const requests = await plane.auditedRequests();
    expect(requests.filter(({ user }) => user === "admin")).to.deep.equal([]);
    const ofAudited = requests.filter(({ user }) => user === "system:serviceaccount:team-a:audited");
    expect(ofAudited.map(({ verb, resource, name, code }) => ({ verb, resource, name, code }))).to.deep.equal([
      { verb: "get", resource: "secrets", name: "x", code: 403 },
    ]);
  });

  it("writes kubeconfigs that the standard client reads, and that rotate by file", async () => {
    const path = await plane.kubeconfigForServiceAccount("team-a", "reader");
    const kubeconfig = new KubeConfig();
    kubeconfig.loadFromFile(path);
    expect(await kubeconfig.makeApiClient(VersionApi).getCode()).to.have.property("major", "1");
    expect(kubeconfig.getContexts()[0]).to.have.property("namespace", "team-a");
    await writeToken(path, "another");
    expect(await readFile(tokenFileOf(path), "utf8")).to.equal("another");
  });

  it("keeps its data when etcd and the API server are killed, and forgets old versions when etcd is compacted", async () => {
    const { body: old } = await plane.request<{ metadata: { resourceVersion: string } }>("GET", WIDGETS);
    await plane.applyManifests(widget("second"));
    await plane.etcd.kill();
    await plane.etcd.start();
    await plane.compactEtcd();
    await plane.apiServer.restart();
    const { body } = await plane.request<{ items: unknown[] }>("GET", WIDGETS);
    expect(body.items).to.have.length(2);
    const { resourceVersion } = old.metadata;
    const atOld = `${WIDGETS}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;
    expect((await refusal(plane.request("GET", atOld))).reason).to.equal("Expired");
  });

  it("answers nothing while its API server is frozen", async () => {
    plane.apiServer.pause();
    const signal = AbortSignal.timeout(300);
    const outcome = await plane.request("GET", "/version", undefined, { signal }).then(
      () => "answered",
      (error: unknown) => (error as Error).name,
    );
    plane.apiServer.resume();
    expect(outcome).to.equal("TimeoutError");
    expect((await plane.request("GET", "/version")).status).to.equal(200);
  });

  it("collects garbage and ends namespaces with the controller-manager", async () => {
    await plane.startControllerManager();
    const { body: owner } = await plane.request<{ metadata: { uid: string } }>("GET", `${WIDGETS}/first`);
    const ownerReferences = [
      { apiVersion: "test.eventbus.dev/v1", kind: "Widget", name: "first", uid: owner.metadata.uid },
    ];
    const metadata = { name: "child", namespace: "widgets", ownerReferences };
    await plane.applyManifests({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await plane.request("DELETE", `${WIDGETS}/first`);
    await until(() => isGone("/api/v1/namespaces/widgets/configmaps/child"));
    await plane.request("DELETE", "/api/v1/namespaces/widgets");
    await until(() => isGone("/api/v1/namespaces/widgets"));
  });

  async function isGone(path: string): Promise<boolean> {
    return await plane.request("GET", path).then(
      () => false,
      (error: unknown) => error instanceof ApiError && error.status === 404,
    );
  }
});
