// One look at the cluster of a bus: over the connection that serves, or over a new one where the source or a Secret
// behind it has changed. The connection before serves until the new one works.

import { createHash } from "node:crypto";

import type { EventBus } from "../../api/event-bus.ts";
import type { Call } from "../../kafka/admin.ts";
import type { Clusters, ServingCluster } from "../../kafka/clusters.ts";
import type { ClusterState } from "../../kafka/model/cluster.ts";
import { failedWith, type Answer } from "../../kafka/model/failure.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { isCalledOff } from "../../runtime/superseded.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { FollowedSecrets, SecretContent, SecretKey } from "../secrets/followed-secrets.ts";
import { certificateEnds, type CertificateEnds } from "./certificates.ts";
import {
  refused,
  secretsOf,
  type ConnectionOrigin,
  type ConnectionSource,
  type SourceResult,
} from "./connection-source.ts";
import { desiredConnection } from "./desired.ts";
import { explainFailure } from "./explain-failure.ts";
import { judgeCluster, type BusJudgement } from "./judgement.ts";
import { nameOf } from "./secret-name.ts";

export interface ConnectingWorld {
  readonly clusters: Pick<Clusters, "get" | "open" | "close">;
  readonly registry: BusRegistry;
  readonly secrets: Pick<FollowedSecrets, "use" | "digest" | "read">;
  /** The first that knows a connection for the bus counts. */
  readonly origins: readonly ConnectionOrigin[];
  /** By bus: of the connection that serves. */
  readonly certificates: Map<string, CertificateEnds>;
}

type Refused = Extract<SourceResult, { readonly kind: "refused" }>;
type Asked = { readonly kind: "answer"; readonly answer: Answer<ClusterState>; readonly version: string } | Refused;

/** Reports to the registry what it finds. Throws where the run was called off: nothing was found then. */
export async function lookAt(bus: EventBus, world: ConnectingWorld, call: Call, nowMs: number): Promise<BusJudgement> {
  const { name } = bus.metadata;
  const found = sourceOf(bus, world.origins);
  world.secrets.use(name, found.kind === "source" ? secretsOf(found.source) : []);
  const asked = found.kind === "source" ? await ask(name, found.source, world, call, nowMs) : found;
  // Of a bus that has changed meanwhile nothing is known yet: what was dropped for that is no outage.
  if (isCalledOff(call.signal)) throw call.signal.reason;
  const judgement = asked.kind === "answer" ? judgeCluster(bus, asked.answer) : down(asked);
  const serving = world.clusters.get(name);
  if (judgement.kind === "connected") {
    if (serving !== undefined) report(name, judgement.cluster, serving, world.registry);
    return judgement;
  }
  const mayGoOn = asked.kind === "answer" ? asked.version !== serving?.version : asked.shutsOff !== true;
  const before = serving !== undefined && mayGoOn ? await lookAtServing(bus, serving, call) : undefined;
  if (serving === undefined || before?.kind !== "connected") {
    world.registry.report(name, { kind: "down", ...judgement.refusal });
    return judgement;
  }
  report(name, before.cluster, serving, world.registry);
  const { reason, message } = judgement.refusal;
  return { kind: "down", refusal: { reason, message: `${message}; the connection made before goes on serving` } };
}

function sourceOf(bus: EventBus, origins: readonly ConnectionOrigin[]): SourceResult {
  for (const origin of origins) {
    const found = origin(bus);
    if (found !== undefined) return found;
  }
  // The schema wants one of the two.
  return refused("StrimziNotFound", "Nothing says where Kafka is; set spec.kafka or spec.strimzi");
}

/** Opens what is not open yet, and asks what is open whether it is still there. */
async function ask(
  name: string,
  source: ConnectionSource,
  { certificates, clusters, secrets }: ConnectingWorld,
  call: Call,
  nowMs: number,
): Promise<Asked> {
  const keys = secretsOf(source);
  const serving = clusters.get(name);
  // What has not been heard of yet equals nothing that serves: it is read.
  const followed = keys.map((secret) => secrets.digest(secret) ?? "");
  if (serving !== undefined && serving.version === versionOf(source, followed)) {
    return answered(serving.version, await serving.admin.cluster(call), source);
  }
  const read = await readAll(keys, secrets, call);
  if (read.kind === "refused") return read;
  const version = versionOf(source, read.digests);
  if (serving !== undefined && serving.version === version) {
    return answered(version, await serving.admin.cluster(call), source);
  }
  const desired = desiredConnection(source, read.contents, nowMs);
  if (desired.kind === "refused") return desired;
  const answer = await clusters.open(name, version, desired.settings, call);
  if (answer.status === "ok") certificates.set(name, certificateEnds(desired.settings));
  return answered(version, answer, source);
}

function answered(version: string, answer: Answer<ClusterState>, source: ConnectionSource): Asked {
  if (answer.status !== "failed") return { kind: "answer", version, answer };
  return { kind: "answer", version, answer: failedWith(explainFailure(answer.failure, source)) };
}

async function lookAtServing(bus: EventBus, { admin }: ServingCluster, call: Call): Promise<BusJudgement> {
  const answer = await admin.cluster(call);
  if (isCalledOff(call.signal)) throw call.signal.reason;
  return judgeCluster(bus, answer);
}

interface AllRead {
  readonly kind: "read";
  readonly contents: ReadonlyMap<string, SecretContent>;
  /** In the order of the Secrets. */
  readonly digests: readonly string[];
}

async function readAll(
  keys: readonly SecretKey[],
  secrets: ConnectingWorld["secrets"],
  { signal }: Call,
): Promise<AllRead | Refused> {
  const contents = new Map<string, SecretContent>();
  const digests: string[] = [];
  const readings = await Promise.all(keys.map(async (key) => ({ key, reading: await secrets.read(key, { signal }) })));
  for (const { key, reading } of readings) {
    if (reading.kind === "denied") return refused("SecretNotFound", reading.why);
    if (reading.kind === "absent") {
      const message = `${nameOf(key)} does not exist; create it there, or correct its name in the EventBus`;
      return refused("SecretNotFound", message);
    }
    contents.set(keyOf(key), reading.content);
    digests.push(reading.digest);
  }
  return { kind: "read", contents, digests };
}

/** Changes with the source and with what its Secrets hold; says neither. */
function versionOf(source: ConnectionSource, digests: readonly string[]): string {
  return createHash("sha256")
    .update(JSON.stringify([source, digests]))
    .digest("hex");
}

function report(
  name: string,
  cluster: ClusterState,
  { admin, connection }: ServingCluster,
  registry: BusRegistry,
): void {
  registry.report(name, { kind: "connected", cluster, admin, connection });
}

function down({ refusal }: Refused): BusJudgement {
  return { kind: "down", refusal };
}
