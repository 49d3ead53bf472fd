import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { before, describe, it } from "mocha";

import { API_VERSION } from "../../src/api/group.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { KINDS } from "../../src/api/kinds.ts";
import { validatorFor } from "../../src/api/validate.ts";
import type { Manifest } from "../environment/apply-manifests.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { manifestsOf, sampleSets } from "../environment/sample-sets.ts";

const CRDS = fileURLToPath(new URL("../../crds", import.meta.url));

/** DOMAIN: the topics of the multi-tenant data platform, and who publishes to them. */
const PUBLISHERS = {
  "tenant.lifecycle.events": "Tenant Service",
  "query.execution.events": "Query Engine",
  "ai.agent.events": "AI Service",
  "ml.model.events": "ML Service",
  "pipeline.job.events": "Pipeline Service",
  "data.quality.events": "Data Quality Service",
  "billing.usage.events": "Billing Service",
  "config.change.events": "Config Service",
  "security.audit.events": "IAM Service",
  "governance.policy.events": "Governance Service",
};

/** DOMAIN: who reads which of them, by the names of their groups. Settings are for all services. */
const SERVICES = ["audit", "billing", "catalog", "data-quality", "governance", "notification", "query-engine"];
const CONSUMERS = {
  "tenant-lifecycle-events": ["audit", "billing", "notification"],
  "query-execution-events": ["audit", "billing", "data-quality"],
  "ai-agent-events": ["audit", "billing"],
  "ml-model-events": ["audit", "catalog"],
  "pipeline-job-events": ["audit", "notification"],
  "data-quality-events": ["governance", "notification"],
  "billing-usage-events": ["notification"],
  "config-change-events": SERVICES,
  "security-audit-events": ["audit"],
  "governance-policy-events": ["catalog", "query-engine"],
};

async function tryToApply(api: ControlPlane, { kind: name, metadata, ...rest }: Manifest): Promise<readonly string[]> {
  const kind = KINDS.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new Error(`There is no kind "${name}"`);
  const scope = kind.isNamespaced ? `namespaces/${metadata.namespace ?? "default"}/` : "";
  const { warnings } = await api.request(
    "PATCH",
    `/apis/${API_VERSION}/${scope}${kind.plural}/${metadata.name}?dryRun=All&fieldManager=test&fieldValidation=Strict`,
    { kind: name, metadata, ...rest },
    { contentType: "application/apply-patch+yaml" },
  );
  return warnings;
}

for (const set of await sampleSets()) {
  describe(`config/samples/${set}`, () => {
    let api: ControlPlane;
    before(async function () {
      this.timeout(120_000);
      api = await environment().controlPlane();
      await api.applyManifests(CRDS);
    });

    it("holds nothing that the offline validation objects to", async () => {
      const ours = (await manifestsOf(set)).filter(({ apiVersion }) => apiVersion === API_VERSION);
      for (const manifest of ours) {
        const kind = KINDS.find((candidate) => candidate.kind === manifest.kind) as KindDefinition;
        expect(validatorFor(kind)(manifest)).to.include({ kind: "valid" });
      }
    });

    it("applies strictly and without a warning, in the order of its files", async function () {
      this.timeout(30_000);
      const warnings: string[] = [];
      for (const manifest of await manifestsOf(set)) {
        // Namespaces are made for the objects in them; nothing else is, since other tests share the API server.
        if (manifest.apiVersion !== API_VERSION) await api.applyManifests(manifest);
        else warnings.push(...(await tryToApply(api, manifest)));
      }
      expect(warnings).to.deep.equal([]);
    });
  });
}

describe("config/samples/data-platform", () => {
  it("declares the ten topics of the platform with their publishers, keyed by tenant", async () => {
    const topics = (await manifestsOf("data-platform")).filter(({ kind }) => kind === "EventTopic") as (Manifest & {
      readonly spec: Readonly<Record<"domain" | "entity" | "action" | "partitionKey", string>> & {
        readonly publishers: readonly { readonly name: string }[];
      };
    })[];
    const published = topics.map(({ spec }) => [
      `${spec.domain}.${spec.entity}.${spec.action}`,
      spec.publishers.map(({ name }) => name).join(", "),
    ]);
    expect(Object.fromEntries(published)).to.deep.equal(PUBLISHERS);
    expect(new Set(topics.map(({ spec }) => spec.partitionKey))).to.deep.equal(new Set(["tenant_id"]));
  });

  it("declares who reads them, and groups for analytics and backup beside", async () => {
    const groups = (await manifestsOf("data-platform")).filter(({ kind }) => kind === "ConsumerGroup") as (Manifest & {
      readonly spec: {
        readonly purpose: string;
        readonly topics: readonly { readonly eventTopicRef: { readonly name: string } }[];
      };
    })[];
    const services = groups.filter(({ spec }) => spec.purpose === "processor" || spec.purpose === "audit");
    const readersOf = (topic: string): string[] =>
      services
        .filter(({ spec }) => spec.topics.some(({ eventTopicRef }) => eventTopicRef.name === topic))
        .map(({ metadata }) => metadata.name)
        .toSorted();
    const read = Object.keys(CONSUMERS).map((topic) => [topic, readersOf(topic)]);
    expect(Object.fromEntries(read)).to.deep.equal(CONSUMERS);
    const purposes = new Set(groups.map(({ spec }) => spec.purpose));
    expect([...purposes].toSorted()).to.deep.equal(["analytics", "audit", "backup", "processor"]);
  });

  it("declares the three classes of retention", async () => {
    const policies = (await manifestsOf("data-platform")).filter(({ kind }) => kind === "RetentionPolicy");
    const times = policies.map(({ metadata, spec }) => [
      metadata.name,
      (spec as { retention: { time: string } }).retention.time,
    ]);
    expect(Object.fromEntries(times)).to.deep.equal({ events: "7d", "raw-data": "30d", audit: "90d" });
  });
});
