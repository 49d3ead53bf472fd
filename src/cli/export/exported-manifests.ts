// Everything that an export writes, in a stable order: the EventBus where it must change or is new, policies, topics,
// groups. Pure.

import type { KubernetesObject, ObjectKey } from "../../api/custom-resource.ts";
import type { EventBus } from "../../api/event-bus.ts";
import { API_VERSION } from "../../api/group.ts";
import { matchesAnyPattern } from "../../domain/name-pattern.ts";
import { exportedGroup, type LiveGroup } from "./exported-groups.ts";
import { exportedPolicies, POLICY_KEYS, type ExportedPolicy } from "./exported-policies.ts";
import { exportedTopic, type LiveTopic } from "./exported-topic.ts";
import { objectNameOf } from "./object-name.ts";

export interface ExportedManifest {
  readonly object: Pick<KubernetesObject, "apiVersion" | "kind"> & {
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly spec: unknown;
  };
  /** What the object does not say, for people. */
  readonly notes: readonly string[];
}

export interface ExportFrame {
  readonly bus: EventBus;
  /** It must be written too. */
  readonly isNew: boolean;
  readonly namespace: string;
  readonly withPolicies: boolean;
  readonly declared: DeclaredNames;
}

/** What objects of the Kubernetes cluster stand for already, by names in Kafka, and the names that objects have. */
export interface DeclaredNames {
  readonly topics: ReadonlyMap<string, ObjectKey>;
  readonly groups: ReadonlyMap<string, ObjectKey>;
  /** `<kind>/<namespace>/<name>` of every object. */
  readonly objects: ReadonlySet<string>;
}

/** Most entries of spec.legacyNames. */
const LEGACY_NAMES_MOST = 256;

export function exportedManifests(
  { groups, topics }: { readonly topics: readonly LiveTopic[]; readonly groups: readonly LiveGroup[] },
  frame: ExportFrame,
): ExportedManifest[] {
  const { bus, declared, isNew, namespace, withPolicies } = frame;
  const policies = withPolicies ? exportedPolicies(topics) : [];
  const written = topics.map((live) => topicManifest(live, frame, policies));
  const whole = written.flatMap(({ object }) => (object.spec.topicName === undefined ? [] : [object.spec.topicName]));
  const exported = topics.map(({ topic }, index) => [topic.name, written[index]?.object.metadata] as const);
  const objects = new Map<string, ObjectKey | undefined>([...declared.topics, ...exported]);
  return [
    ...busManifest(bus, isNew, whole),
    ...policies.map(({ name, spec }) => ({ object: objectOfKind("RetentionPolicy", { name }, spec), notes: [] })),
    ...written,
    ...groups.map((group) => {
      const metadata = declared.groups.get(group.groupId) ?? newKey("ConsumerGroup", group.groupId, frame);
      const spec = exportedGroup(group, bus.metadata.name, metadata.name, (topicName) => {
        const topic = objects.get(topicName);
        // Another namespace would have to consent.
        return topic?.namespace === namespace ? topic.name : undefined;
      });
      return { object: objectOfKind("ConsumerGroup", metadata, spec), notes: [] };
    }),
  ];
}

function newKey(kind: string, kafkaName: string, { declared, namespace }: ExportFrame): ObjectKey {
  return { namespace, name: objectNameOf(kafkaName, (name) => declared.objects.has(`${kind}/${namespace}/${name}`)) };
}

function topicManifest(
  live: LiveTopic,
  frame: ExportFrame,
  policies: readonly ExportedPolicy[],
): ExportedManifest & { readonly object: { readonly spec: ReturnType<typeof exportedTopic>["spec"] } } {
  const { name } = live.topic;
  const policy = policies.find(({ topics }) => topics.has(name));
  const { notes, spec } = exportedTopic(live, frame.bus, policy === undefined ? new Set() : POLICY_KEYS);
  const withPolicy = policy === undefined ? spec : { ...spec, retentionPolicyRef: { name: policy.name } };
  const metadata = frame.declared.topics.get(name) ?? newKey("EventTopic", name, frame);
  return { object: objectOfKind("EventTopic", metadata, withPolicy), notes };
}

function busManifest({ metadata, spec }: EventBus, isNew: boolean, names: readonly string[]): ExportedManifest[] {
  const before = spec.legacyNames ?? [];
  const missing = names.filter((name) => !matchesAnyPattern(before, name));
  if (!isNew && missing.length === 0) return [];
  const isTooMany = before.length + missing.length > LEGACY_NAMES_MOST;
  const legacyNames = isTooMany
    ? [...before, { pattern: "*" }]
    : [...before, ...missing.map((pattern) => ({ pattern }))];
  const { annotations = {}, labels, name } = metadata;
  const { "kubectl.kubernetes.io/last-applied-configuration": _applied, ...kept } = annotations;
  const written = {
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
  };
  const object = objectOfKind("EventBus", written, legacyNames.length === 0 ? spec : { ...spec, legacyNames });
  const notes = [
    ...(isNew ? ["Add spec.kafka.security, if Kafka asks for it, and who may use the bus (spec.namespaces)"] : []),
    ...(isTooMany ? [`Allows every name: ${missing.length} names do not fit the template; narrow it to patterns`] : []),
  ];
  return [{ object, notes }];
}

function objectOfKind<Spec>(
  kind: string,
  metadata: ExportedManifest["object"]["metadata"],
  spec: Spec,
): { readonly apiVersion: string; readonly kind: string; readonly metadata: typeof metadata; readonly spec: Spec } {
  return { apiVersion: API_VERSION, kind, metadata, spec };
}
