// CustomResourceDefinitions of Strimzi's Kafka, KafkaUser and KafkaTopic for tests, as small as they can be: the fields
// of their public reference that the operator or its tests read or write, served as v1 and as v1beta2, status as a
// subresource. Written from that reference; what users install is Strimzi's own.

import { ApiError, type ApiResponse } from "../environment/api-client.ts";
import type { Manifest } from "../environment/apply-manifests.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { eventually } from "../environment/eventually.ts";

type Schema = Readonly<Record<string, unknown>>;

const STRING: Schema = { type: "string" };
const BOOLEAN: Schema = { type: "boolean" };
const INTEGER: Schema = { type: "integer" };
const ANYTHING: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

const CONDITIONS = listOf(
  object({ type: STRING, status: STRING, lastTransitionTime: STRING, reason: STRING, message: STRING }),
);
const COMMON_STATUS = { conditions: CONDITIONS, observedGeneration: INTEGER };

const KAFKA = {
  spec: object({
    kafka: object({
      version: STRING,
      listeners: listOf(
        object(
          {
            name: { type: "string", pattern: "^[a-z0-9]{1,11}$" },
            port: { type: "integer", minimum: 9092 },
            type: oneOf("internal", "route", "loadbalancer", "nodeport", "ingress", "cluster-ip"),
            tls: BOOLEAN,
            authentication: { ...ANYTHING, properties: { type: oneOf("tls", "scram-sha-512", "oauth", "custom") } },
            configuration: ANYTHING,
          },
          ["name", "port", "type", "tls"],
        ),
      ),
      config: ANYTHING,
      authorization: ANYTHING,
    }),
    entityOperator: ANYTHING,
  }),
  status: object({
    ...COMMON_STATUS,
    clusterId: STRING,
    kafkaVersion: STRING,
    listeners: listOf(
      object({
        name: STRING,
        addresses: listOf(object({ host: STRING, port: INTEGER })),
        bootstrapServers: STRING,
        certificates: listOf(STRING),
      }),
    ),
  }),
};

const ACL_OPERATION = oneOf(
  "Read",
  "Write",
  "Create",
  "Delete",
  "Alter",
  "Describe",
  "ClusterAction",
  "AlterConfigs",
  "DescribeConfigs",
  "IdempotentWrite",
  "All",
);

const ACL = object(
  {
    type: oneOf("allow", "deny"),
    resource: object(
      {
        type: oneOf("topic", "group", "cluster", "transactionalId"),
        name: STRING,
        patternType: oneOf("literal", "prefix"),
      },
      ["type"],
    ),
    host: STRING,
    operations: listOf(ACL_OPERATION),
  },
  ["resource", "operations"],
);

const KAFKA_USER = {
  spec: object({
    authentication: object(
      {
        type: oneOf("tls", "tls-external", "scram-sha-512"),
        password: object({
          valueFrom: object({ secretKeyRef: object({ name: STRING, key: STRING, optional: BOOLEAN }) }),
        }),
        validityDays: INTEGER,
        renewalDays: INTEGER,
      },
      ["type"],
    ),
    authorization: object({ type: oneOf("simple"), acls: listOf(ACL) }, ["type", "acls"]),
    quotas: object({
      producerByteRate: INTEGER,
      consumerByteRate: INTEGER,
      requestPercentage: INTEGER,
      controllerMutationRate: { type: "number" },
    }),
    template: ANYTHING,
  }),
  status: object({ ...COMMON_STATUS, username: STRING, secret: STRING }),
};

const KAFKA_TOPIC = {
  spec: object({
    topicName: STRING,
    partitions: { type: "integer", minimum: 1 },
    replicas: { type: "integer", minimum: 1, maximum: 32_767 },
    config: ANYTHING,
  }),
  status: object({
    ...COMMON_STATUS,
    topicName: STRING,
    topicId: STRING,
    replicasChange: object({ targetReplicas: INTEGER, state: STRING, message: STRING, sessionId: STRING }),
  }),
};

/** All three, in the form in which the API server takes them. */
export const STRIMZI_CRDS: readonly Manifest[] = [
  definition("Kafka", "kafkas", KAFKA),
  definition("KafkaUser", "kafkausers", KAFKA_USER),
  definition("KafkaTopic", "kafkatopics", KAFKA_TOPIC),
];

/** Installs them; again changes nothing. */
export async function installStrimziCrds(controlPlane: ControlPlane): Promise<void> {
  await controlPlane.applyManifests(STRIMZI_CRDS);
}

/** As before Strimzi came; resolves when the API server serves them no more. Their objects go with them. */
export async function removeStrimziCrds(controlPlane: ControlPlane): Promise<void> {
  await dropFinalizers(controlPlane);
  for (const { metadata } of STRIMZI_CRDS) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`;
    const read = (): Promise<unknown> => controlPlane.request("GET", path).catch((error: unknown) => error);
    if (isMissing(await read())) continue;
    await controlPlane.request("DELETE", path);
    await eventually(read, (answer) => {
      if (!isMissing(answer)) throw new Error(`"${metadata.name}" is there still`);
    });
  }
}

/** No Topic Operator is there to take off its own. */
async function dropFinalizers(controlPlane: ControlPlane): Promise<void> {
  const root = "/apis/kafka.strimzi.io/v1";
  const answer = await controlPlane
    .request<{ readonly items: readonly Manifest[] }>("GET", `${root}/kafkatopics`)
    .catch((error: unknown) => error);
  if (answer instanceof ApiError && answer.status === 404) return;
  const { items } = (answer as ApiResponse<{ readonly items: readonly Manifest[] }>).body;
  for (const { metadata } of items) {
    const path = `${root}/namespaces/${metadata.namespace ?? ""}/kafkatopics/${metadata.name}`;
    await controlPlane.request("PATCH", path, { metadata: { finalizers: null } });
  }
}

function isMissing(answer: unknown): boolean {
  return answer instanceof ApiError && answer.status === 404;
}

function definition(kind: string, plural: string, properties: Readonly<Record<"spec" | "status", Schema>>): Manifest {
  const schema = { openAPIV3Schema: { type: "object", required: ["spec"], properties } };
  const version = (name: string, storage: boolean): object => ({
    name,
    served: true,
    storage,
    subresources: { status: {} },
    schema,
  });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.kafka.strimzi.io` },
    spec: {
      group: "kafka.strimzi.io",
      names: { kind, listKind: `${kind}List`, singular: kind.toLowerCase(), plural },
      scope: "Namespaced",
      versions: [version("v1", true), version("v1beta2", false)],
    },
  };
}

function object(properties: Readonly<Record<string, Schema>>, required?: readonly string[]): Schema {
  return { type: "object", properties, ...(required === undefined ? {} : { required }) };
}

function listOf(items: Schema): Schema {
  return { type: "array", items };
}

function oneOf(...values: readonly string[]): Schema {
  return { type: "string", enum: values };
}
