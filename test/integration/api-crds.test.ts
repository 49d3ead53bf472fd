import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { Agent, request } from "undici";

import { CATEGORY, crdOf } from "../../src/api/crd.ts";
import { API_VERSION, GROUP, VERSION } from "../../src/api/group.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { KINDS } from "../../src/api/kinds.ts";
import { readStructure } from "../../src/api/read-structure.ts";
import type { Structure } from "../../src/api/structure.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";

const CRDS = fileURLToPath(new URL("../../crds", import.meta.url));
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const NAMESPACE = "api-crds";
const OPENAPI_TIMEOUT_MS = 15_000;

/** What `kubectl get` shows of an object whose operator has reported; `<age>` stands for a time. */
const COLUMNS = {
  EventBus: {
    spec: { kafka: { bootstrapServers: ["kafka:9092"] }, profile: "Development" },
    status: { clusterId: "q1Sh-9_ISia_zwGINzRvyQ", kafkaVersion: "4.3", topics: { managed: 10 } },
    shown: {
      Name: "shown",
      Ready: "True",
      Reason: "Settled",
      Cluster: "q1Sh-9_ISia_zwGINzRvyQ",
      Kafka: "4.3",
      Topics: 10,
      Access: null,
      Profile: "Development",
    },
  },
  EventTopic: {
    spec: { topicName: "billing.usage.events", busRef: { name: "main" } },
    status: { topicName: "billing.usage.events", partitions: 3, bus: { name: "main" } },
    shown: {
      Name: "shown",
      Ready: "True",
      Reason: "Settled",
      Topic: "billing.usage.events",
      Partitions: 3,
      Bus: "main",
    },
  },
  RetentionPolicy: {
    spec: { retention: { time: "7d" }, cleanupPolicy: "delete", priority: 5 },
    status: { topics: { matched: 2, compliant: 1 } },
    shown: {
      Name: "shown",
      Ready: "True",
      Reason: "Settled",
      Retention: "7d",
      Cleanup: "delete",
      Topics: 2,
      Compliant: 1,
      Enforcement: null,
      Priority: 5,
    },
  },
  ConsumerGroup: {
    spec: { groupId: "billing-audit", busRef: { name: "main" } },
    status: { state: "Stable", members: 2, evaluation: "OK", bus: { name: "main" } },
    shown: {
      Name: "shown",
      Ready: "True",
      Reason: "Settled",
      State: "Stable",
      Members: 2,
      Evaluation: "OK",
      "Within SLO": null,
      Bus: "main",
      "Data at Risk": null,
      Headroom: null,
      Group: "billing-audit",
    },
  },
} as const;

describe("The CustomResourceDefinitions on a real API server", () => {
  let api: ControlPlane;
  let warnings: string[];

  before(async function () {
    this.timeout(120_000);
    api = await environment().controlPlane();
    warnings = await api.applyManifests([CRDS, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
  });

  it("apply strictly and without a warning", () => {
    expect(warnings).to.deep.equal([]);
  });

  for (const kind of KINDS) {
    describe(kind.kind, () => {
      const example = COLUMNS[kind.kind as keyof typeof COLUMNS];
      const path = `/apis/${API_VERSION}/${kind.isNamespaced ? `namespaces/${NAMESPACE}/` : ""}${kind.plural}`;
      const object = (name: string): object => ({
        apiVersion: API_VERSION,
        kind: kind.kind,
        metadata: { name },
        spec: example.spec,
      });

      after(async () => {
        await Promise.all(["fresh", "shown"].map((name) => api.request("DELETE", `${path}/${name}`)));
      });

      it("is established under its names, and its schema is structural", async () => {
        const { body } = await api.request<Definition>("GET", `${DEFINITIONS}/${kind.plural}.${GROUP}`);
        const conditions = body.status.conditions.map(({ type, status }) => `${type}=${status}`);
        expect(conditions).to.have.members(["Established=True", "NamesAccepted=True"]);
        expect(body.status.acceptedNames).to.include({ kind: kind.kind, singular: kind.singular });
        expect(body.status.acceptedNames.shortNames).to.deep.equal(kind.shortNames);
        expect(body.status.acceptedNames.categories).to.deep.equal([CATEGORY]);
      });

      it("shows a fresh object as in progress at the very first GET and in the very first watch event", async () => {
        const { body: list } = await api.request<{ metadata: { resourceVersion: string } }>("GET", path);
        await api.request("POST", path, object("fresh"));
        const fresh = await api.request<Reported>("GET", `${path}/fresh`);
        expect(fresh.body.status).to.deep.equal({ observedGeneration: -1 });
        // One event only: the stream of one second is one JSON document.
        const query = `watch=1&timeoutSeconds=1&resourceVersion=${list.metadata.resourceVersion}`;
        const { body: event } = await api.request<{ type: string; object: Reported }>("GET", `${path}?${query}`);
        expect(event.type).to.equal("ADDED");
        expect(event.object.status).to.deep.equal({ observedGeneration: -1 });
      });

      it("lets a status written by server-side apply take the place of the initial one", async () => {
        await api.request("POST", path, object("shown"));
        const status = { ...example.status, observedGeneration: 1, conditions: [ready] };
        const applied = await api.request<Reported>(
          "PATCH",
          `${path}/shown/status?fieldManager=test&force=true&fieldValidation=Strict`,
          { apiVersion: API_VERSION, kind: kind.kind, status },
          { contentType: "application/apply-patch+yaml" },
        );
        expect(applied.body.status).to.deep.equal(status);
        expect(applied.body.metadata.generation).to.equal(1);
      });

      it("shows the columns that people look for", async () => {
        const table = await tableOf(api, `${path}/shown`);
        const cells = table.columnDefinitions.map(({ name }, index) => [name, table.rows[0]?.cells[index] ?? null]);
        const { Age: age, ...shown } = Object.fromEntries(cells) as Record<string, unknown>;
        expect(age).to.match(/^\d+s$/);
        expect(shown).to.deep.equal(example.shown);
      });

      for (const field of kind.selectableFields) {
        it(`can be selected by ${field}`, async () => {
          const value = valueAt(example.spec, field) ?? "";
          expect(await selected(api, path, `${field.slice(1)}=${value}`)).to.have.members(["fresh", "shown"]);
          expect(await selected(api, path, `${field.slice(1)}!=${value}`)).to.deep.equal([]);
        });
      }

      it("tells kubectl explain of every field what it means", async function () {
        this.timeout(OPENAPI_TIMEOUT_MS + 5_000);
        const schema = await publishedSchema(api, kind);
        const silent = ["spec", "status"].flatMap((part) => {
          const structure = readStructure(part === "spec" ? kind.spec : kind.status, part);
          return undescribed(structure, schema.properties?.[part], part);
        });
        expect(silent).to.deep.equal([]);
      });

      it("costs less than half of what CEL may: the definition with every rule written twice is still accepted", async () => {
        const doubled = twiceAsCostly(crdOf(kind), `cost.${GROUP}`);
        await api.request("POST", `${DEFINITIONS}?dryRun=All`, doubled);
      });
    });
  }
});

interface Definition {
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly acceptedNames: {
      readonly kind: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
  };
}

/** Names of the objects that a field selector finds. */
async function selected(api: ControlPlane, path: string, selector: string): Promise<string[]> {
  const query = `fieldSelector=${encodeURIComponent(selector)}`;
  const { body } = await api.request<{ items: readonly Reported[] }>("GET", `${path}?${query}`);
  return body.items.map(({ metadata }) => metadata.name);
}

/** `.spec.busRef.name` of a spec. */
function valueAt(spec: object, path: string): string | undefined {
  const keys = path.split(".").slice(2);
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], spec) as string;
}

interface Reported {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly status?: unknown;
}

const ready = {
  type: "Ready",
  status: "True",
  reason: "Settled",
  message: "Everything is as declared",
  observedGeneration: 1,
  lastTransitionTime: "2026-01-31T08:00:00Z",
} as const;

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** The server-side table behind `kubectl get -o wide`. */
async function tableOf(api: ControlPlane, path: string): Promise<Table> {
  const agent = new Agent({ connect: { ca: api.caPem } });
  try {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const headers = { authorization: `Bearer ${api.adminToken}`, accept };
    const { body } = await request(`${api.url}${path}`, { dispatcher: agent, headers });
    return (await body.json()) as Table;
  } finally {
    await agent.close();
  }
}

interface PublishedSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, PublishedSchema>>;
  readonly items?: PublishedSchema;
}

/** What kubectl explain reads; published some time after the definition is established. */
async function publishedSchema(api: ControlPlane, { kind }: KindDefinition): Promise<PublishedSchema> {
  const deadline = Date.now() + OPENAPI_TIMEOUT_MS;
  for (;;) {
    const path = `/openapi/v3/apis/${GROUP}/${VERSION}`;
    const { body } = await api.request<{ components?: { schemas?: Record<string, PublishedSchema> } }>("GET", path);
    const schema = body.components?.schemas?.[`dev.eventbus.${VERSION}.${kind}`];
    if (schema !== undefined) return schema;
    if (Date.now() > deadline) throw new Error(`The API server publishes no schema of "${kind}"`);
    await sleep(100);
  }
}

/** Paths of fields that the published schema lacks or leaves without a sentence. */
function undescribed(structure: Structure, published: PublishedSchema | undefined, path: string): string[] {
  if (structure.type === "list") return undescribed(structure.items, published?.items, `${path}[]`);
  if (structure.type !== "object") return [];
  return Object.entries(structure.properties).flatMap(([name, property]) => {
    const found = published?.properties?.[name];
    const sentence = found?.description?.startsWith(property.description ?? "?") === true ? [] : [`${path}.${name}`];
    return [...sentence, ...undescribed(property, found, `${path}.${name}`)];
  });
}

/** The same definition in another group, with rules that the estimator takes for twice as costly. */
function twiceAsCostly(crd: unknown, group: string): unknown {
  const doubled = JSON.parse(
    JSON.stringify(crd, (key, value: unknown) =>
      key === "rule" && typeof value === "string" ? `(${value}) && (${value})` : value,
    ),
  ) as { metadata: { name: string }; spec: { group: string; names: { plural: string } } };
  doubled.spec.group = group;
  doubled.metadata.name = `${doubled.spec.names.plural}.${group}`;
  return doubled;
}
