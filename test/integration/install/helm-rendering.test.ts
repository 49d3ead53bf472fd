// What the chart renders, without a cluster: that it says the same as config/, forgets no setting, and refuses nonsense.

import { readdir, readFile } from "node:fs/promises";
import { join, parse as parsePath } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";

import { valueNameOf } from "../../../hack/chart/values.ts";
import { findKubectl } from "../../../hack/toolchain/kubectl.mjs";
import { KINDS } from "../../../src/api/kinds.ts";
import { parseSettings, SETTINGS, type Settings } from "../../../src/settings.ts";
import type { Manifest } from "../../environment/apply-manifests.ts";
import { CHART, Helm, manifestsIn, run } from "../../environment/helm.ts";
import { permissionsIn, permissionsOf, rulesOf } from "../../environment/permissions.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const ACCOUNT = "event-bus-system/event-bus-operator";
const RIGHTS = /^(Cluster)?Role(Binding)?$/;
const AGGREGATED = "rbac.authorization.k8s.io/aggregate-to-";

/** A value of each setting beside its default, and how the environment spells it. No setting can be left out. */
const EVERY_SETTING: Readonly<Record<keyof Settings, readonly [value: unknown, env: string]>> = {
  leaderElection: [false, "false"],
  leaseNamespace: ["leases", "leases"],
  leaseName: ["second", "second"],
  watchNamespaces: [["a", "b"], "a,b"],
  busSelector: ["tier=gold", "tier=gold"],
  secretNamespace: ["secrets", "secrets"],
  strimziNamespaces: [["kafka"], "kafka"],
  metricsAddress: ["127.0.0.1:9090", "127.0.0.1:9090"],
  metricsDetail: ["partition", "partition"],
  logLevel: ["debug", "debug"],
  logFormat: ["text", "text"],
  deletionTimeoutMs: ["2h", "2h"],
};

function named(objects: readonly Manifest[], kind: string, name = "event-bus-operator"): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} "${name}"`);
  return found;
}

interface PodTemplate {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}

interface Container {
  env?: readonly { readonly name: string; readonly value: string }[];
}

function envOf(objects: readonly Manifest[]): Record<string, string> {
  const [container] = (named(objects, "Deployment") as unknown as PodTemplate).spec.template.spec.containers;
  return Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
}

/** Without what only Helm adds; the environment as the settings that it comes to. */
function comparable(object: Manifest): object {
  const {
    labels = {},
    annotations = {},
    ...metadata
  } = object.metadata as {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  const kept = Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith(AGGREGATED)));
  const said = Object.entries(annotations).filter(([key]) => key !== "helm.sh/resource-policy");
  const copy = structuredClone({ ...object, metadata: { ...metadata, labels: kept, annotations: said } });
  if (object.kind === "Deployment") {
    const [container] = (copy as unknown as PodTemplate).spec.template.spec.containers;
    Object.assign(container, { env: parseSettings(envOf([object])) });
  }
  return copy;
}

describe("The Helm chart", () => {
  let helm: Helm;
  let kustomized: readonly Manifest[];

  before(async () => {
    helm = await Helm.open();
    const kubectl = (await findKubectl()) ?? "";
    const { stdout, stderr } = await run(kubectl, ["kustomize", join(ROOT, "config", "default")]);
    expect(stderr).to.equal("");
    kustomized = manifestsIn(stdout);
  });
  after(() => helm[Symbol.asyncDispose]());

  it("has nothing that helm lint objects to", async () => {
    expect(await helm.succeed(["lint", "--strict", CHART])).to.include("0 chart(s) failed");
  });

  it("is the same installation as config/default", async () => {
    const rendered = await helm.render();
    const both = [rendered, kustomized].map((objects) =>
      objects
        .filter(({ kind }) => !RIGHTS.test(kind) && kind !== "Namespace")
        .map((object) => [`${object.kind} ${object.metadata.name}`, comparable(object)] as const)
        .toSorted(([a], [b]) => a.localeCompare(b)),
    );
    expect(both[0]?.map(([key]) => key)).to.deep.equal(both[1]?.map(([key]) => key));
    for (const [index, [key, object]] of (both[0] ?? []).entries()) {
      expect(object, key).to.deep.equal(both[1]?.[index]?.[1]);
    }
  });

  it("grants what config/rbac grants, and config/strimzi and strimzi-topics in the namespaces that are named", async () => {
    const expected = permissionsOf(kustomized, ACCOUNT);
    expect(permissionsOf(await helm.render(), ACCOUNT)).to.deep.equal(expected);
    const rendered = await helm.render({
      settings: { strimziNamespaces: ["kafka"] },
      rbac: {
        strimziSecretNames: { kafka: ["main-cluster-ca-cert", "event-bus-operator"], elsewhere: ["never"] },
        strimziTopicNamespaces: ["kafka"],
        strimziUserNamespaces: ["kafka"],
      },
    });
    const roles = ["strimzi/role.yaml", "strimzi/secrets.yaml", "strimzi-topics/role.yaml", "strimzi-users/role.yaml"];
    const files = roles.map((file) => readFile(join(ROOT, "config", file), "utf8"));
    const strimzi = (await Promise.all(files)).flatMap(manifestsIn).filter(({ kind }) => kind === "Role");
    const there = strimzi.flatMap(({ metadata }) => rulesOf(strimzi, "Role", metadata.name).flatMap(permissionsIn));
    expect(there).to.have.length.above(6);
    expect(permissionsOf(rendered, ACCOUNT)).to.deep.equal(
      [...expected, ...there.map((permission) => `${permission} in kafka`)].toSorted(),
    );
    for (const role of ["bindings", "view", "edit"].map((ending) => `event-bus-operator-${ending}`)) {
      expect(rulesOf(rendered, "ClusterRole", role), role)
        .to.deep.equal(rulesOf(kustomized, "ClusterRole", role))
        .and.not.have.length(0);
      expect(comparable(named(rendered, "ClusterRole", role))).to.deep.equal(
        comparable(named(kustomized, "ClusterRole", role)),
      );
    }
  });

  it("grants nothing cluster-wide on what is in namespaces where the settings name namespaces", async () => {
    const settings = {
      watchNamespaces: ["a", "b"],
      secretNamespace: "vault",
      leaseNamespace: "leases",
      leaseName: "x",
    };
    const rendered = await helm.render({ settings, rbac: { secretNames: ["kafka-ca"], bindingNamespaces: ["a"] } });
    const granted = permissionsOf(rendered, ACCOUNT);
    const everywhere = granted.filter((permission) => permission.endsWith(" in *"));
    const inNamespaces = /eventtopics|consumergroups|events|secrets|leases/;
    expect(everywhere.filter((permission) => inNamespaces.test(permission))).to.deep.equal([]);
    expect(granted).to.include.members([
      "list eventbus.dev/eventtopics in a",
      "patch eventbus.dev/consumergroups/status in b",
      "list eventbus.dev/eventbuses in *",
      "create events.k8s.io/events in a",
      "create events.k8s.io/events in default",
      "update coordination.k8s.io/leases=x in leases",
      "create /secrets in a",
    ]);
    const secrets = granted.filter((permission) => permission.includes(" /secrets") && !permission.endsWith(" in a"));
    for (const permission of secrets) expect(permission).to.match(/^(get|list|watch) \/secrets=kafka-ca in vault$/);
  });

  it("gives teams no verb on EventBuses and RetentionPolicies but reading, and none on a status", () => {
    const tenant = ["view", "edit"].flatMap((ending) =>
      rulesOf(kustomized, "ClusterRole", `event-bus-operator-${ending}`).flatMap(permissionsIn),
    );
    const onPlatform = tenant.filter((permission) => /eventbuses|retentionpolicies/.test(permission));
    expect(onPlatform.filter((permission) => !/^(get|list|watch) /.test(permission))).to.deep.equal([]);
    expect(tenant.filter((permission) => permission.includes("/status") || permission.includes("*"))).to.deep.equal([]);
    const namespaced = KINDS.filter(({ isNamespaced }) => isNamespaced);
    for (const { plural } of namespaced) expect(tenant).to.include(`create eventbus.dev/${plural}`);
  });

  it("passes every setting on", async () => {
    const settings = Object.fromEntries(
      Object.entries(EVERY_SETTING).map(([setting, [value]]) => [valueNameOf(setting), value]),
    );
    const env = envOf(await helm.render({ replicaCount: 1, settings }, ["--show-only", "templates/deployment.yaml"]));
    const expected = Object.entries(EVERY_SETTING).map(([setting, [, text]]) => {
      const { env: variable, default: fallback } = SETTINGS[setting as keyof Settings];
      expect(text, `${variable} is tried with another value than its default`).to.not.equal(fallback);
      return [variable, text] as const;
    });
    expect(env).to.deep.equal(Object.fromEntries(expected));
    expect(parseSettings(env)).to.have.property("kind", "settings");
  });

  it("by default leaves every setting at the operator's own default", async () => {
    expect(parseSettings(envOf(await helm.render()))).to.deep.equal(parseSettings({}));
  });

  it("carries the CRDs as they are, and keeps them unless told otherwise", async () => {
    for (const [crds, policy] of [
      [{}, "keep"],
      [{ keep: false }, undefined],
    ] as const) {
      const rendered = await helm.render({ crds }, ["--show-only", "templates/crds.yaml"]);
      expect(rendered).to.have.length(KINDS.length);
      for (const { group, plural } of KINDS) {
        const crd = named(rendered, "CustomResourceDefinition", `${plural}.${group}`);
        const file = parse(await readFile(join(ROOT, "crds", `${group}_${plural}.yaml`), "utf8")) as Manifest;
        expect(crd["spec"]).to.deep.equal(file["spec"]);
        expect(
          (crd.metadata["annotations"] as Record<string, string> | undefined)?.["helm.sh/resource-policy"],
        ).to.equal(policy);
      }
    }
    expect((await helm.render({ crds: { install: false } })).map(({ kind }) => kind)).to.not.include(
      "CustomResourceDefinition",
    );
  });

  it("makes a first EventBus of the values of an aggregate event bus", async () => {
    const served = ["--api-versions", "eventbus.dev/v1alpha1/EventBus"];
    const bus = { backend: "kafka", kafka: { enabled: true, brokers: ["kafka:9092"], topicPrefix: "angzarr" } };
    const made = named(await helm.render({ bus }, served), "EventBus", "default");
    expect(made["spec"]).to.deep.equal({
      kafka: { bootstrapServers: ["kafka:9092"] },
      naming: { template: "{prefix}.events.{domain}", prefix: "angzarr" },
    });
    expect(made.metadata["annotations"]).to.include({
      "eventbus.dev/is-default": "true",
      "helm.sh/resource-policy": "keep",
    });
    const more = { ...bus, spec: { profile: "Production", kafka: { security: { protocol: "SSL" } } } };
    expect(named(await helm.render({ bus: more }, served), "EventBus", "default")["spec"]).to.deep.include({
      profile: "Production",
      kafka: { security: { protocol: "SSL" }, bootstrapServers: ["kafka:9092"] },
    });
    const other = await helm.render({ bus: { ...bus, backend: "amqp" } }, served);
    expect(
      other.map(({ kind }) => kind),
      "another backend",
    ).to.not.include("EventBus");
  });

  const REFUSED: readonly (readonly [why: string, values: object, message: RegExp])[] = [
    ["a name that is no value", { replicas: 3 }, /replicas/],
    ["a name that is no setting", { settings: { loglevel: "debug" } }, /loglevel/],
    ["a level that is none", { settings: { logLevel: "loud" } }, /logLevel/],
    ["several writers", { settings: { leaderElection: false } }, /replicaCount is 2 without settings\.leaderElection/],
    [
      "a bus before its kind is there",
      { bus: { kafka: { enabled: true, brokers: ["a:9092"] } } },
      /install without it, which brings the CRDs, then turn it on by helm upgrade/,
    ],
    [
      "a bus without a broker",
      { crds: { install: false }, bus: { kafka: { enabled: true } } },
      /name at least one broker/,
    ],
    ["no time to hand over", { terminationGracePeriodSeconds: 5 }, /terminationGracePeriodSeconds/],
    [
      "monitors of nothing",
      { settings: { metricsAddress: "0" }, metrics: { podMonitor: { enabled: true } } },
      /there is nothing to scrape/,
    ],
  ];
  for (const [why, values, message] of REFUSED) {
    it(`refuses ${why}`, async () => {
      const { code, stderr } = await helm.run(["template", "event-bus-operator", CHART], values);
      expect(code).to.not.equal(0);
      expect(stderr).to.match(message);
    });
  }

  it("has no probe, port or Service where the metrics server is off", async () => {
    const rendered = await helm.render({ settings: { metricsAddress: "0" } });
    expect(JSON.stringify(named(rendered, "Deployment")))
      .to.not.include("Probe")
      .and.not.include("containerPort");
    expect(rendered.map(({ kind }) => kind)).to.not.include("Service");
  });

  it("renders what is optional when asked", async () => {
    const metrics = {
      podMonitor: { enabled: true, labels: { release: "prometheus" } },
      prometheusRule: { enabled: true },
      dashboards: { enabled: true },
    };
    const rendered = await helm.render({ metrics, admission: { enabled: true, defaultBuses: ["a", "b"] } });
    expect(named(rendered, "PodMonitor").metadata["labels"]).to.include({ release: "prometheus" });
    const rules = manifestsIn(await readFile(join(ROOT, "config", "prometheus", "prometheus-rule.yaml"), "utf8"));
    expect(named(rendered, "PrometheusRule")["spec"]).to.deep.equal(named(rules, "PrometheusRule")["spec"]);
    const dashboards = await readdir(join(ROOT, "config", "grafana"));
    for (const file of dashboards) {
      const { data, metadata } = named(rendered, "ConfigMap", `event-bus-operator-dashboard-${parsePath(file).name}`);
      expect(data).to.deep.equal({ [file]: await readFile(join(ROOT, "config", "grafana", file), "utf8") });
      expect(metadata["labels"]).to.include({ grafana_dashboard: "1" });
    }
    const policy = named(rendered, "ValidatingAdmissionPolicy", "event-bus-operator-tenancy");
    expect(JSON.stringify(policy["spec"])).to.include(`"expression":"'a,b'"`);
    const quiet = {
      networkPolicy: { enabled: false },
      podDisruptionBudget: { enabled: false },
      flowSchema: { enabled: false },
    };
    const kinds = (await helm.render({ ...quiet, rbac: { create: false, tenantRoles: false } })).map(
      ({ kind }) => kind,
    );
    for (const kind of ["NetworkPolicy", "PodDisruptionBudget", "FlowSchema", "ClusterRole"]) {
      expect(kinds).to.not.include(kind);
    }
  });
}).timeout(60_000);
