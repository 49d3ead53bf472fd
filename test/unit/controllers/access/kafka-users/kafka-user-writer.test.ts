import { expect } from "chai";
import { describe, it } from "mocha";

import { KafkaUserWriter } from "../../../../../src/controllers/access/kafka-users/kafka-user-writer.ts";
import type { KafkaUser } from "../../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { publisherRights } from "../../../../../src/domain/access-rights.ts";
import type { AclBinding } from "../../../../../src/kafka/model/acl.ts";
import { KubernetesError } from "../../../../../src/kubernetes/resources.ts";
import { metadataOf, strimziStores } from "../../../../builders/strimzi.ts";

const OURS = {
  labels: { "strimzi.io/cluster": "main", "app.kubernetes.io/managed-by": "event-bus-operator" },
  annotations: { "eventbus.dev/event-bus": "bus" },
};
const [first, second] = [publisherRights("a", ["billing"]), publisherRights("b", ["billing"])];

function user(more: object = OURS, resourceVersion = "1"): KafkaUser {
  const metadata = { ...metadataOf("kafka", "billing", more), resourceVersion };
  return { apiVersion: "kafka.strimzi.io/v1", kind: "KafkaUser", metadata, spec: { authorization: { acls: [] } } };
}

interface Given {
  readonly known?: KafkaUser;
  readonly live?: KafkaUser;
  readonly mayWrite?: () => boolean;
  readonly isForeignBus?: boolean;
  readonly error?: KubernetesError;
}

function writer({ error, isForeignBus = false, known, live = known, mayWrite = () => true }: Given = {}) {
  const requests: string[] = [];
  let stored = live;
  const write = (verb: string, object: object, resourceVersion?: string): Promise<KafkaUser> => {
    requests.push(verb);
    if (error !== undefined) return Promise.reject(error);
    if (resourceVersion !== stored?.metadata.resourceVersion) {
      return Promise.reject(new KubernetesError(409, "Conflict", "Another version"));
    }
    stored = { ...user(), ...object, metadata: { ...user().metadata, resourceVersion: "9" } };
    return Promise.resolve(stored);
  };
  const users = {
    get: async () => {
      requests.push("get");
      return stored;
    },
    create: (object: object) => write("create", object),
    replace: (object: object, version: { readonly resourceVersion: string }) =>
      write("replace", object, version.resourceVersion),
    delete: () => Promise.reject(new Error("KafkaUsers are never deleted")),
  };
  const made = new KafkaUserWriter({
    stores: new Map([["kafka", strimziStores({ users: known === undefined ? [] : [known] })]]),
    writes: new Map([["kafka", { users }]]),
    mayWrite,
    isForeignBus: () => isForeignBus,
  });
  const grant = async (bindings: readonly AclBinding[], signal = new AbortController().signal) =>
    await Promise.all(
      bindings.map((binding) =>
        made.change(
          { target: { namespace: "kafka", name: "billing", cluster: "main", busName: "bus" }, binding, isGrant: true },
          { signal, priority: "live", deadlineMs: 1_000, clusterId: "c-1" },
        ),
      ),
    );
  const listed = (): string[] =>
    (stored?.spec?.authorization?.acls ?? []).map(
      ({ operations, resource }) => `${resource.name} ${operations?.join()}`,
    );
  return { grant, listed, requests };
}

describe("KafkaUserWriter", () => {
  it("writes what is asked for together at once, and nothing that is there", async () => {
    const { grant, listed, requests } = writer({ known: user() });
    const answers = await grant([...first, ...second]);
    expect(answers.map(({ status }) => status)).to.deep.equal(["ok", "ok", "ok", "ok"]);
    expect(listed()).to.deep.equal(["a Describe,Write", "b Describe,Write"]);
    await grant(first);
    expect(requests).to.deep.equal(["replace"]);
  });

  it("makes a KafkaUser that is not there", async () => {
    const { grant, listed, requests } = writer();
    await grant(first);
    expect([requests, listed()]).to.deep.equal([["create"], ["a Describe,Write"]]);
  });

  it("judges anew what is there when it has changed meanwhile, with what was asked for while it wrote", async () => {
    const { grant, listed, requests } = writer({ known: user(), live: user(OURS, "5") });
    await grant(first);
    expect([requests, listed()]).to.deep.equal([["replace", "get", "replace"], ["a Describe,Write"]]);
  });

  it("leaves alone what has come to be somebody else's since it was last seen", async () => {
    const { grant, requests } = writer({
      known: user(),
      live: user({ labels: { "strimzi.io/cluster": "main" } }, "5"),
    });
    const [answer] = await grant(first);
    expect(answer).to.include({ status: "refused", cause: "UserManagedElsewhere" });
    expect(requests).to.deep.equal(["replace", "get"]);
  });

  for (const [why, given] of [
    ["is not marked as ours", { known: user({ labels: { "strimzi.io/cluster": "main" } }) }],
    [
      "is of another Kafka object",
      { known: user({ ...OURS, labels: { ...OURS.labels, "strimzi.io/cluster": "other" } }) },
    ],
    ["was made for another installation's bus", { known: user(), isForeignBus: true }],
  ] as const) {
    it(`never writes a KafkaUser that ${why}`, async () => {
      const { grant, requests } = writer(given);
      const answers = await grant(first);
      expect(answers.map(({ status }) => status)).to.deep.equal(["refused", "refused"]);
      expect(requests).to.deep.equal([]);
    });
  }

  it("writes nothing without permission, nor for a run that was called off", async () => {
    const forbidden = writer({ known: user(), mayWrite: () => false });
    expect((await forbidden.grant(first)).map(({ status }) => status)).to.deep.equal(["notSent", "notSent"]);
    const calledOff = writer({ known: user() });
    expect((await calledOff.grant(first, AbortSignal.abort())).map(({ status }) => status)).to.deep.equal([
      "notSent",
      "notSent",
    ]);
    expect([forbidden.requests, calledOff.requests]).to.deep.equal([[], []]);
  });

  it("asks for the permission again before it writes a second time", async () => {
    let asked = 0;
    const { grant, requests } = writer({ known: user(), live: user(OURS, "5"), mayWrite: () => (asked += 1) <= 2 });
    expect((await grant(first)).map(({ status }) => status)).to.deep.equal(["notSent", "notSent"]);
    expect(requests).to.deep.equal(["replace", "get"]);
  });

  it("names the Role that it lacks, and does not take a lost answer for a refusal", async () => {
    const denied = writer({ known: user(), error: new KubernetesError(403, "Forbidden", "no") });
    const [answer] = await denied.grant(first);
    expect(answer).to.include({ status: "refused", cause: "InsufficientPermissions" });
    expect(JSON.stringify(answer)).to.include("config/strimzi-users");
    const lost = writer({ known: user(), error: new KubernetesError(0, "Timeout", "no answer") });
    expect((await lost.grant(first))[0]).to.include({ status: "unknown" });
  });
});
