// Judges objects of one set of files together, without a cluster: the operator's own phases, in a world where every bus
// leads to an empty Kafka. What only the missing part of the world could decide is counted, not judged.

import { createHash } from "node:crypto";

import type { ConsumerGroupReason, EventTopicReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { BusRegistry } from "../../controllers/bus-registry.ts";
import { Claims } from "../../controllers/claims.ts";
import { claimGroups, previewGroup } from "../../controllers/consumer-group/preview.ts";
import { claimTopics, previewTopic } from "../../controllers/event-topic/preview.ts";
import { foldTopicName, type TopicWorld } from "../../controllers/event-topic/resolve.ts";
import type { Refusal } from "../../controllers/plan.ts";
import { previewRun, type Previewed } from "../../controllers/previewed.ts";
import { NO_KAFKA_TOPICS } from "../../controllers/strimzi/kafka-topic-claims.ts";
import { policyProblems } from "../../domain/policy-rules.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { emptyCluster } from "../preview/empty-cluster.ts";
import { laidOver, previewObjects, type ObjectLists, type PreviewObjects } from "../preview/objects.ts";
import { previewWorld, type PreviewWorld } from "../preview/preview-world.ts";
import { findingAt, type Finding } from "./finding.ts";

/** Refusals that are the author's to put right, whatever the cluster holds. */
const JUDGED: ReadonlySet<EventTopicReason | ConsumerGroupReason> = new Set([
  "InvalidName",
  "NameCollision",
  "ClaimedByAnother",
  "ReplicationFactorInvalid",
  "InvalidConfig",
  "PolicyViolation",
  "LimitExceeded",
  "NamespaceNotAllowed",
  "RetentionPolicyAmbiguous",
  "RetentionPolicyInvalid",
  "DeadLetterFailed",
  "InvalidGroupId",
  "UnsupportedGroupType",
  "NotGranted",
  "InvalidClientConfig",
]);

/** Refusals that may only mean that what is referred to is not among the files. */
const UNDECIDED: ReadonlySet<EventTopicReason | ConsumerGroupReason> = new Set([
  "BusNotFound",
  "BusAmbiguous",
  "RetentionPolicyNotFound",
]);

export interface JudgedTogether {
  readonly findings: readonly Finding[];
  /** Objects that refer to what is not among the files. */
  readonly undecided: number;
}

/** The manifest behind an object, by `<kind>/<key>`. */
export type ManifestOf = (object: { readonly kind: string; readonly metadata: EventTopic["metadata"] }) => Manifest;

export async function judgeTogether(
  files: ObjectLists,
  manifestOf: ManifestOf,
  nowMs: number,
): Promise<JudgedTogether> {
  const objects = previewObjects({
    ...files,
    buses: laidOver(files.buses, [], nowMs),
    topics: laidOver(files.topics, [], nowMs),
    policies: laidOver(files.policies, [], nowMs),
    groups: laidOver(files.groups, [], nowMs),
  });
  const world = previewWorld(objects, imaginedLinks(files.buses), NO_KAFKA_TOPICS);
  const run = previewRun(nowMs, new AbortController().signal, Number.MAX_SAFE_INTEGER);
  const judged = [
    ...(await judgeTopics(objects, world, run)),
    ...(await judgeGroups(objects, world, run)),
    ...files.policies.map((policy) => ({
      object: policy,
      refusals: policyProblems(policy.spec).map((message) => ({ reason: "RetentionPolicyInvalid" as const, message })),
    })),
  ];
  return {
    findings: judged.flatMap(({ object, refusals }) => {
      const manifest = manifestOf(object);
      const told = refusals.filter((refusal) => JUDGED.has(refusal.reason) && !isOfUnseen(refusal, objects));
      return told.map(({ reason, message }) => findingAt(manifest, pathIn(message, manifest), message, reason));
    }),
    undecided: judged.filter(({ refusals }) =>
      refusals.some((refusal) => UNDECIDED.has(refusal.reason) || isOfUnseen(refusal, objects)),
    ).length,
  };
}

type AnyRefusal = Refusal<EventTopicReason | ConsumerGroupReason> & { readonly namespace?: string | undefined };

interface Judged {
  readonly object: Parameters<ManifestOf>[0];
  readonly refusals: readonly AnyRefusal[];
}

async function judgeTopics(
  objects: PreviewObjects,
  { topics: world }: PreviewWorld,
  run: Previewed,
): Promise<Judged[]> {
  const topics = objects.topics.list();
  claimTopics(topics, world, run.nowMs);
  const judged: Judged[] = [];
  for (const topic of topics) {
    const refusals = refusalsOf(await previewTopic(topic, world, run));
    // Who may not have the name is told what else is wrong, as if it had it.
    const others = isNameTaken(refusals) ? refusalsOf(await previewTopic(topic, alone(world), run)) : [];
    const { namespace } = topic.metadata;
    judged.push({ object: topic, refusals: [...refusals, ...others].map((refusal) => ({ ...refusal, namespace })) });
  }
  return judged;
}

async function judgeGroups(
  objects: PreviewObjects,
  { groups: world }: PreviewWorld,
  run: Previewed,
): Promise<Judged[]> {
  const groups = objects.groups.list();
  claimGroups(groups, world);
  const judged: Judged[] = [];
  for (const group of groups) {
    const story = await previewGroup(group, world, run);
    const { namespace } = group.metadata;
    judged.push({ object: group, refusals: refusalsOf(story).map((refusal) => ({ ...refusal, namespace })) });
  }
  return judged;
}

function isNameTaken(refusals: readonly AnyRefusal[]): boolean {
  return refusals.some(({ reason }) => reason === "ClaimedByAnother" || reason === "NameCollision");
}

function alone(world: TopicWorld): TopicWorld {
  return { ...world, claims: new Claims(foldTopicName, () => {}) };
}

function refusalsOf(
  story: Awaited<ReturnType<typeof previewTopic>> | Awaited<ReturnType<typeof previewGroup>>,
): readonly AnyRefusal[] {
  if (story.stage === "unresolved") return story.resolution.kind === "blocked" ? [story.resolution.refusal] : [];
  return story.stage === "finished" ? story.plan.refusals : [];
}

/** By the labels of a namespace that is not among the files nothing can be decided. */
function isOfUnseen({ reason, namespace = "" }: AnyRefusal, { buses, namespaces, policies }: PreviewObjects): boolean {
  if (reason !== "NamespaceNotAllowed" && reason !== "PolicyViolation") return false;
  if (namespaces.get(namespace) !== undefined) return false;
  const selections = [
    ...buses.list().flatMap(({ spec }) => spec.namespaces ?? []),
    ...policies.list().map(({ spec }) => spec.allowedNamespaces ?? {}),
  ];
  return reason === "NamespaceNotAllowed" && selections.some(({ selector }) => selector !== undefined);
}

/** Buses with the same addresses lead to the same cluster, and so do those that expect the same. */
function imaginedLinks(buses: readonly EventBus[]): BusRegistry {
  const registry = new BusRegistry();
  const admins = new Map<string, ReturnType<typeof emptyCluster>>();
  for (const { metadata, spec } of buses) {
    const id = spec.expectedClusterId ?? imaginedId(spec);
    const state = { id, brokers: [], capabilities: [] };
    const admin = admins.get(id) ?? emptyCluster(state);
    admins.set(id, admin);
    registry.report(metadata.name, { kind: "connected", admin, cluster: state });
  }
  return registry;
}

function imaginedId({ kafka, strimzi }: EventBus["spec"]): string {
  const address = JSON.stringify(kafka?.bootstrapServers.toSorted() ?? strimzi);
  return createHash("sha256").update(address).digest("base64url").slice(0, 22);
}

/** The field that a message speaks of, where the author wrote it. */
function pathIn(message: string, manifest: Manifest): string {
  const named = [...message.matchAll(/\bspec(\.[a-zA-Z]+)+/g)].map(([path]) => path);
  return named.find((path) => manifest.has(path)) ?? "";
}
