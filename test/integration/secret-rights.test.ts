import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const NAMESPACE = "secrets-by-name";

describe("The right to read the Secrets of EventBuses", function () {
  this.timeout(60_000);
  let operator: OperatorUnderTest;
  before(async () => {
    const controlPlane = await environment().controlPlane();
    await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    operator = await startOperatorUnderTest({
      createsBus: false,
      environment: { EVENTBUS_SECRET_NAMESPACE: NAMESPACE },
    });
  });
  after(() => operator.stop());

  async function createSecret(name: string, stringData: object): Promise<void> {
    const path = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    await operator.controlPlane.request("POST", path, { metadata: { name }, stringData });
  }
  async function createBus(name: string, secret: string): Promise<void> {
    const sasl = { mechanism: "SCRAM-SHA-256", credentialsSecretRef: { name: secret } } as const;
    const security = { protocol: "SASL_PLAINTEXT", sasl } as const;
    await operator.createBus({ kafka: { bootstrapServers: operator.bootstrapServers, security } }, name);
  }
  async function messageOf(name: string): Promise<string> {
    const { status } = await operator.bus(name);
    return status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "";
  }
  /** As a platform that names every Secret: no right to any other, nor to a list of all. */
  async function grant(...names: readonly string[]): Promise<void> {
    const roles = `${RBAC}/namespaces/${NAMESPACE}`;
    await operator.controlPlane.request("POST", `${roles}/roles`, {
      metadata: { name: "secrets" },
      rules: [{ apiGroups: [""], resources: ["secrets"], resourceNames: names, verbs: ["get", "list", "watch"] }],
    });
    await operator.controlPlane.request("POST", `${roles}/rolebindings`, {
      metadata: { name: "secrets" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "secrets" },
      subjects: [{ kind: "ServiceAccount", name: "event-bus-operator", namespace: "event-bus-system" }],
    });
  }

  it("is missed in words where it is missing, in another namespace than the operator's own too", async () => {
    await createSecret("user", { username: "me" });
    await createBus(operator.id, "user");
    await eventually(() => operator.bus(), ready("False", "SecretNotFound"));
    expect(await messageOf(operator.id)).to.equal(
      `The operator may not read Secret "user" in namespace "${NAMESPACE}"; grant it get, list and watch there`,
    );
  });

  it("can be given by the names of the Secrets, and is enough to follow them", async () => {
    await grant("user");
    await eventually(() => operator.bus(), ready("False", "InvalidSecret"), 30_000);
    await eventually(followed, (requests) => expect(requests.map(({ code }) => code)).to.include(200), 30_000);
    await operator.controlPlane.request("PATCH", `/api/v1/namespaces/${NAMESPACE}/secrets/user`, {
      stringData: { password: "right-horse" },
    });
    // The shared Kafka knows no SASL, and says so: with user and password at hand it was asked.
    await eventually(() => operator.bus(), ready("False", "AuthenticationFailed"), 30_000);
    const other = `${operator.id}-other`;
    await createSecret("other", { username: "me", password: "x" });
    await createBus(other, "other");
    await eventually(() => operator.bus(other), ready("False", "SecretNotFound"));
    expect(await messageOf(other)).to.include('may not read Secret "other"');
  });

  it("is never used to list or watch any other Secret than those", async () => {
    const requests = await followed();
    expect(requests).to.not.have.length(0);
    for (const { uri } of requests) {
      expect(new URL(uri, "http://api").searchParams.get("fieldSelector")).to.match(/^metadata\.name=(user|other)$/);
    }
  });

  /** Lists and watches of Secrets in that namespace. */
  async function followed(): Promise<readonly { readonly uri: string; readonly code: number }[]> {
    const requests = await operator.controlPlane.auditedRequests();
    return requests.filter(
      ({ namespace, resource, verb }) => namespace === NAMESPACE && resource === "secrets" && verb !== "get",
    );
  }
});
