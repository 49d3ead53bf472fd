// The chart's values, declared once: values.yaml, values.schema.json and the chart's README are written from this.
// Settings of the operator are not repeated here: src/settings.ts is their table.

import { z } from "zod";

import { SETTINGS, type Settings } from "../../src/settings.ts";

const map = z.record(z.string(), z.unknown());
const labels = z.record(z.string(), z.string());
const name = z.string().max(253);
const objects = z.array(map);

/** Kubernetes' own fields, passed on as they are. */
const requirements = z.strictObject({ requests: map.optional(), limits: map.optional(), claims: objects.optional() });

/** Where the schema can say more than a text. */
const SETTING_SCHEMAS: Readonly<Partial<Record<keyof Settings, z.ZodType>>> = {
  logLevel: z.enum(["error", "warn", "info", "debug"]),
  logFormat: z.enum(["json", "text"]),
};

/** A setting's name among the values: units are the business of the program. */
export function valueNameOf(setting: string): string {
  return setting.replace(/Ms$/, "");
}

function settingSchema(setting: keyof Settings): z.ZodType {
  const definition = SETTINGS[setting];
  const { doc, default: fallback, env } = definition;
  const parsed: unknown = definition.parse(fallback);
  const description = `${doc.replace(", comma separated", "")} (${env})`;
  if (typeof parsed === "boolean") return z.boolean().default(parsed).describe(description);
  if (Array.isArray(parsed)) return z.array(name).default([]).describe(description);
  return (SETTING_SCHEMAS[setting] ?? z.string()).default(fallback).describe(description);
}

const settings = Object.fromEntries(
  (Object.keys(SETTINGS) as (keyof Settings)[]).map((setting) => [valueNameOf(setting), settingSchema(setting)]),
);

const group = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .describe(description);

export const VALUES = z.strictObject({
  image: group("The operator's image, built from the Dockerfile of the repository.", {
    repository: z.string().min(1).default("event-bus-operator").describe("Where your registry keeps it."),
    tag: z.string().default("").describe("Empty: the version of the chart's app."),
    digest: z
      .string()
      .regex(/^(sha256:[0-9a-f]{64})?$/)
      .default("")
      .describe("Pins the image beyond its tag, as sha256:…"),
    pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).default("IfNotPresent").describe("When it is pulled."),
  }),
  imagePullSecrets: z.array(z.strictObject({ name })).default([]).describe("Secrets of the registry."),
  nameOverride: z.string().max(63).default("").describe("In place of the chart's name in labels."),
  fullnameOverride: z.string().max(52).default("").describe("In place of the name that all objects begin with."),
  settings: group("The operator's settings; each is an environment variable of the same meaning.", settings),
  extraEnv: objects.default([]).describe("More environment, such as NODE_EXTRA_CA_CERTS."),
  replicaCount: z
    .int()
    .min(0)
    .max(10)
    .default(2)
    .describe("One leads, the others wait. More than 1 needs settings.leaderElection."),
  crds: group("The definitions of the kinds.", {
    install: z
      .boolean()
      .default(true)
      .describe("Install them, and bring them up to date with each upgrade. False: somebody else does."),
    keep: z
      .boolean()
      .default(true)
      .describe("Leave them when the release is uninstalled. False: all EventTopics and the rest go with them."),
  }),
  serviceAccount: group("The account of the operator.", {
    create: z.boolean().default(true).describe("False: it is there."),
    name: name.default("").describe("Empty: the full name."),
    annotations: labels.default({}).describe("For identities of clouds."),
  }),
  rbac: group("What the operator and the teams may do. Which namespaces, say the settings.", {
    create: z.boolean().default(true).describe("False: the platform grants it; config/rbac shows what is needed."),
    secretNames: z
      .array(name)
      .default([])
      .describe("Secrets that EventBuses name: with this list no other may be read in settings.secretNamespace."),
    strimziSecretNames: z
      .record(z.string(), z.array(name).min(1))
      .default({})
      .describe(
        "By namespace of settings.strimziNamespaces: the Secrets from which an EventBus takes its connection, <cluster>-cluster-ca-cert and those of the KafkaUsers.",
      ),
    strimziTopicNamespaces: z
      .array(name)
      .default([])
      .describe("Namespaces in which KafkaTopics are written for EventBuses with topicManagement: KafkaTopic."),
    strimziUserNamespaces: z
      .array(name)
      .default([])
      .describe("Namespaces in which KafkaUsers are written for EventBuses with accessManagement: KafkaUser."),
    bindingNamespaces: z
      .array(name)
      .default([])
      .describe("Namespaces in which the operator may write the Secrets that ConsumerGroups ask for (spec.binding)."),
    tenantRoles: z
      .boolean()
      .default(true)
      .describe("Add EventTopics and ConsumerGroups to the roles view, edit and admin that every cluster has."),
  }),
  resources: requirements
    .default({ requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "512Mi" } })
    .describe("For some thousand topics; docs/performance.md has the figures."),
  podLabels: labels.default({}).describe("More labels of the pods."),
  podAnnotations: labels.default({}).describe("Annotations of the pods."),
  nodeSelector: labels.default({}).describe("Nodes to run on."),
  tolerations: objects.default([]).describe("Taints to tolerate."),
  affinity: map.default({}).describe("Affinities."),
  topologySpreadConstraints: objects
    .default([])
    .describe("Empty: the replicas are spread over the nodes where that can be."),
  priorityClassName: name.default("").describe("Priority of the pods."),
  terminationGracePeriodSeconds: z
    .int()
    .min(35)
    .max(600)
    .default(45)
    .describe("The operator ends within 30 s: runs are drained, then the lease is given up."),
  podDisruptionBudget: group("For drains of nodes.", {
    enabled: z.boolean().default(true).describe("At most one replica is away by intent."),
  }),
  networkPolicy: group("Who may talk to the operator, and where it may go.", {
    enabled: z.boolean().default(true).describe("Only the metrics port is open."),
    from: objects.default([]).describe("Peers that may scrape (ingress.from). Empty: all."),
    egress: objects
      .default([])
      .describe(
        "Rules of where it may go. Empty: anywhere; else name DNS, the API server, Kafka, and token endpoints.",
      ),
  }),
  flowSchema: group("API priority and fairness.", {
    enabled: z.boolean().default(true).describe("Renewals of the lease pass the operator's own load."),
  }),
  metrics: group("For Prometheus and Grafana. The monitors and rules need the kinds of the Prometheus operator.", {
    service: z.boolean().default(true).describe("A headless Service in front of the metrics port."),
    podMonitor: group("A PodMonitor.", {
      enabled: z.boolean().default(false).describe("Create it."),
      interval: z.string().default("30s").describe("How often each replica is scraped."),
      labels: labels.default({}).describe("Labels that your Prometheus selects."),
    }),
    prometheusRule: group("The alerts of config/prometheus.", {
      enabled: z.boolean().default(false).describe("Create the PrometheusRule."),
      labels: labels.default({}).describe("Labels that your Prometheus selects."),
    }),
    dashboards: group("The dashboards of config/grafana.", {
      enabled: z.boolean().default(false).describe("Create a ConfigMap for Grafana's sidecar."),
      labels: labels.default({ grafana_dashboard: "1" }).describe("Labels that the sidecar selects."),
    }),
  }),
  admission: group(
    "A ValidatingAdmissionPolicy: what a namespace may not ask for is refused at once (docs/install.md).",
    {
      enabled: z.boolean().default(false).describe("Create it. It needs Kubernetes 1.30."),
      defaultBuses: z
        .array(z.string())
        .default([])
        .describe("EventBuses of namespaces without the annotation eventbus.dev/allowed-buses; * means any."),
      defaultTopics: z
        .array(z.string())
        .default([])
        .describe("Beginnings of topic names of namespaces without eventbus.dev/allowed-topics; * means any."),
    },
  ),
  bus: group(
    "A first EventBus. `backend` and `kafka` are read as an aggregate event bus gives them to its own chart.",
    {
      backend: z.string().default("kafka").describe("No EventBus is made for any other backend."),
      name: name.default("default").describe("Name of the EventBus."),
      isDefault: z.boolean().default(true).describe("Whether EventTopics without spec.busRef come to it."),
      kafka: group("The cluster.", {
        enabled: z
          .boolean()
          .default(false)
          .describe(
            "Create the EventBus; not before the CRDs are there, so by an upgrade after the first installation.",
          ),
        brokers: z.array(z.string()).max(32).default([]).describe("Addresses of brokers, host:port."),
        topicPrefix: z
          .string()
          .default("")
          .describe("With it topics are named <prefix>.events.<domain>; without, by spec.naming or its default."),
      }),
      spec: map.default({}).describe("Other fields of the EventBus; they come before what is said above."),
    },
  ),
  global: map.optional().describe("What Helm gives to all charts of one release; not read."),
});
