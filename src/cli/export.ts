// `export`: what a Kafka cluster holds, as manifests that adopt it without changing anything. Changes nothing itself.

import type { ConsumerGroup } from "../api/consumer-group.ts";
import type { ObjectKey } from "../api/custom-resource.ts";
import type { EventBus } from "../api/event-bus.ts";
import type { EventTopic } from "../api/event-topic.ts";
import { API_VERSION } from "../api/group.ts";
import { groupIdOf } from "../controllers/consumer-group/resolve.ts";
import { selectBus } from "../domain/bus-selection.ts";
import { matchesAnyPattern, type NamePattern } from "../domain/name-pattern.ts";
import type { Call, KafkaAdmin } from "../kafka/admin.ts";
import type { ClusterState } from "../kafka/model/cluster.ts";
import { keyOf } from "../runtime/object-key.ts";
import { connectBuses, type ConnectedBuses } from "./connection/connect-buses.ts";
import { connector, givenSettings, type CommandPorts, type ConnectionOptions } from "./connection/given-settings.ts";
import { exportedManifests, type DeclaredNames, type ExportedManifest } from "./export/exported-manifests.ts";
import { readGroups, readTopics } from "./export/read-kafka.ts";
import { writeToFolder, writeToStream } from "./export/write-manifests.ts";
import { liveCluster, NO_SURROUNDINGS, type LiveCluster, type Surroundings } from "./live/kubernetes.ts";
import { NO_OBJECTS, type ObjectLists } from "./preview/objects.ts";
import { CommandError, counted, EXIT, progressOn, type ExitCode, type Progress, type Terminal } from "./terminal.ts";

export interface ExportOptions extends ConnectionOptions {
  /** Of the objects that are written. */
  readonly namespace: string;
  /** EventBus of the topics. Default: as for a topic that names none; without a Kubernetes cluster "main". */
  readonly bus?: string | undefined;
  /** Names, or beginnings followed by a star. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly policies?: boolean | undefined;
  /** Also topics that EventTopics of the Kubernetes cluster hold already. */
  readonly declared?: boolean | undefined;
  /** Default: stdout. */
  readonly outputDir?: string | undefined;
  /** False: no Kubernetes cluster is asked. */
  readonly cluster: boolean;
}

const DEFAULT_BUS = "main";
/** Time for one answer, milliseconds. */
const ANSWER_DEADLINE_MS = 60_000;

export async function exportManifests(
  options: ExportOptions,
  terminal: Terminal,
  ports: CommandPorts,
): Promise<ExitCode> {
  // An address alone is enough: then nobody knows of an EventBus, and one is written.
  const asks = options.cluster && (options.bootstrapServer === undefined || options.bus !== undefined);
  const live = asks ? liveCluster(terminal, ports.version) : undefined;
  const progress = progressOn(terminal);
  try {
    const source = await findSource(options, live, terminal, ports);
    try {
      const manifests = await readManifestsOf(source, options, progress);
      progress.end();
      if (options.outputDir === undefined) writeToStream(manifests, terminal.out);
      else await writeToFolder(manifests, options.outputDir, terminal);
      terminal.err.write(`${describe(manifests, source, options)}\n`);
      return EXIT.ok;
    } finally {
      progress.end();
      await source.connected.close();
    }
  } finally {
    await live?.close();
  }
}

interface Source {
  readonly bus: EventBus;
  /** The bus is not in a Kubernetes cluster yet. */
  readonly isNew: boolean;
  readonly admin: KafkaAdmin;
  readonly cluster: ClusterState;
  readonly declared: DeclaredNames;
  /** Topics that are parts of an EventTopic, and none of their own. */
  readonly deadLetters: ReadonlySet<string>;
  readonly connected: ConnectedBuses;
}

const CALL: Call = { signal: new AbortController().signal, deadlineMs: ANSWER_DEADLINE_MS, priority: "live" };

async function findSource(
  options: ExportOptions,
  live: LiveCluster | undefined,
  terminal: Terminal,
  ports: CommandPorts,
): Promise<Source> {
  const settings = await givenSettings(options, terminal);
  const objects = (await live?.load(NO_OBJECTS, CALL))?.objects;
  const bus =
    objects === undefined ? newBus(options, settings?.bootstrapServers) : chosenBus(options.bus, objects.buses);
  const surroundings: Surroundings = (await live?.around([bus], CALL)) ?? NO_SURROUNDINGS;
  const connected = await connectBuses([bus], { ...surroundings, settings, connect: connector(ports) }, CALL);
  const link = connected.registry.link(bus.metadata.name);
  if (link.kind === "connected") {
    const { admin, cluster } = link;
    const declared = declaredOn(cluster.id, objects ?? NO_OBJECTS);
    return { bus, isNew: objects === undefined, admin, cluster, ...declared, connected };
  }
  await connected.close();
  throw new CommandError(
    link.kind === "down" ? `Kafka cannot be read (${link.reason}): ${link.message}` : "Kafka does not answer",
  );
}

function newBus({ bus = DEFAULT_BUS }: ExportOptions, bootstrapServers: readonly string[] | undefined): EventBus {
  if (bootstrapServers === undefined) {
    throw new CommandError("No Kubernetes cluster is asked, so use --bootstrap-server <host:port>", EXIT.usage);
  }
  const metadata = { name: bus, uid: "", resourceVersion: "0", creationTimestamp: "" };
  return { apiVersion: API_VERSION, kind: "EventBus", metadata, spec: { kafka: { bootstrapServers } } };
}

function chosenBus(named: string | undefined, buses: readonly EventBus[]): EventBus {
  const get = (name: string): EventBus | undefined => buses.find(({ metadata }) => metadata.name === name);
  const chosen = selectBus({ named }, { get, list: () => buses });
  if (chosen.kind === "bus") return chosen.bus;
  throw new CommandError(named === undefined ? `Name the EventBus with --bus: ${chosen.message}` : chosen.message);
}

function declaredOn(clusterId: string, { groups, topics }: ObjectLists): Pick<Source, "declared" | "deadLetters"> {
  const isHere = ({ status }: EventTopic | ConsumerGroup): boolean => status?.bus?.clusterId === clusterId;
  const named = topics
    .filter(isHere)
    .map(({ metadata, status }) => [status?.topicName ?? "", keyIn(metadata)] as const);
  const held = groups.filter(isHere).map((group) => [groupIdOf(group), keyIn(group.metadata)] as const);
  const objects = [...topics, ...groups].map(({ kind, metadata }) => `${kind}/${keyOf(metadata)}`);
  const letters = topics.filter(isHere).flatMap(({ status }) => status?.deadLetters ?? []);
  return {
    declared: { topics: new Map(named), groups: new Map(held), objects: new Set(objects) },
    deadLetters: new Set(letters.map(({ topicName }) => topicName)),
  };
}

function keyIn({ name, namespace = "" }: ObjectKey): ObjectKey {
  return { namespace, name };
}

async function readManifestsOf(
  source: Source,
  options: ExportOptions,
  progress: Progress,
): Promise<ExportedManifest[]> {
  const { admin, bus, cluster, deadLetters, declared, isNew } = source;
  const include = options.include.map(patternOf);
  const exclude = options.exclude.map(patternOf);
  const isNamed = (name: string): boolean =>
    (include.length === 0 || matchesAnyPattern(include, name)) && !matchesAnyPattern(exclude, name);
  const isWanted = (name: string): boolean =>
    isNamed(name) && !deadLetters.has(name) && (options.declared === true || !declared.topics.has(name));
  const topics = await readTopics(admin, isWanted, CALL, progress);
  const groups = await readGroups(admin, cluster.capabilities.includes("groupConfigs"), CALL, progress);
  const read = groups.filter(
    ({ groupId, topics: ofGroup }) =>
      ofGroup.some(isNamed) && (options.declared === true || !declared.groups.has(groupId)),
  );
  const { namespace, policies = false } = options;
  return exportedManifests({ topics, groups: read }, { bus, isNew, namespace, withPolicies: policies, declared });
}

/** `orders.*` means what begins with `orders.`. */
function patternOf(text: string): NamePattern {
  return text.endsWith("*") && text !== "*"
    ? { pattern: text.slice(0, -1), patternType: "prefixed" }
    : { pattern: text };
}

function describe(
  manifests: readonly ExportedManifest[],
  { bus, declared, isNew }: Source,
  options: ExportOptions,
): string {
  const count = (kind: string): number => manifests.filter(({ object }) => object.kind === kind).length;
  const policies = count("RetentionPolicy");
  const notes = manifests.reduce((sum, manifest) => sum + manifest.notes.length, 0);
  const leftOut = declared.topics.size + declared.groups.size;
  return [
    `Exported ${counted(count("EventTopic"), "topic")}, ${counted(count("ConsumerGroup"), "group")}`,
    policies === 0 ? "" : ` and ${policies === 1 ? "1 policy" : `${policies} policies`}`,
    ` of EventBus "${bus.metadata.name}"`,
    notes === 0 ? "" : `; ${counted(notes, "remark")} among them as comments`,
    leftOut === 0 || options.declared === true
      ? ""
      : "; what objects on this bus declare already is left out (--declared)",
    !isNew && count("EventBus") > 0
      ? ". The EventBus is among them: spec.legacyNames must allow some of these names"
      : "",
  ].join("");
}
