// `plan`: what the operator would do if the files were applied, told by its own phases over the live cluster. Changes
// nothing, neither in Kubernetes nor in Kafka.

import type { EventBus } from "../api/event-bus.ts";
import { selectBus } from "../domain/bus-selection.ts";
import type { Call } from "../kafka/admin.ts";
import { systemClock as clock } from "../runtime/clock.ts";
import { connectBuses } from "./connection/connect-buses.ts";
import { connector, givenSettings, type CommandPorts, type ConnectionOptions } from "./connection/given-settings.ts";
import { liveCluster, NO_SURROUNDINGS, type LiveCluster } from "./live/kubernetes.ts";
import { readManifests } from "./manifests/read-manifests.ts";
import { typedManifests, type TypedManifests } from "./manifests/typed-manifests.ts";
import type { PlanFormat } from "./plan/formats.ts";
import { concerned, planTargets } from "./plan/plan-objects.ts";
import { hasChanges, hasFailed, type PlannedObject } from "./plan/planned.ts";
import { renderPlan } from "./plan/render.ts";
import { laidOver, NO_OBJECTS, type ObjectLists } from "./preview/objects.ts";
import { CommandError, EXIT, progressOn, type ExitCode, type Terminal } from "./terminal.ts";
import { describeFindings } from "./validate/render.ts";

export interface PlanOptions extends ConnectionOptions {
  /** Of objects that name none. */
  readonly namespace: string;
  readonly output: PlanFormat;
  /** False: the files are everything there is. */
  readonly cluster: boolean;
}

/** Time for one answer of Kafka or of the Kubernetes cluster, milliseconds. */
const ANSWER_DEADLINE_MS = 60_000;

export async function plan(
  paths: readonly string[],
  options: PlanOptions,
  terminal: Terminal,
  ports: CommandPorts,
): Promise<ExitCode> {
  const read = await readManifests(paths, terminal);
  const typed = typedManifests(read, options.namespace);
  if (typed.findings.length > 0) {
    throw new CommandError(`The manifests are not valid:\n${describeFindings(typed.findings)}`);
  }
  const live = options.cluster ? liveCluster(terminal, ports.version) : undefined;
  try {
    const { notes, planned } = await planWith(typed, live, options, terminal, ports);
    renderPlan(
      { objects: planned, notes: [...notes, ...(live === undefined ? [NO_CLUSTER_NOTE] : [])] },
      options.output,
      terminal,
    );
    if (planned.some(hasFailed)) return EXIT.failed;
    return planned.some(hasChanges) ? EXIT.changes : EXIT.ok;
  } finally {
    await live?.close();
  }
}

const NO_CLUSTER_NOTE =
  "No Kubernetes cluster was asked: objects count as new, and what others claim or Strimzi manages is not known";

interface PlannedTogether {
  readonly planned: readonly PlannedObject[];
  readonly notes: readonly string[];
}

async function planWith(
  typed: TypedManifests,
  live: LiveCluster | undefined,
  options: PlanOptions,
  terminal: Terminal,
  ports: CommandPorts,
): Promise<PlannedTogether> {
  const progress = progressOn(terminal);
  const call: Call = { signal: new AbortController().signal, deadlineMs: ANSWER_DEADLINE_MS, priority: "live" };
  progress.say("Reading the Kubernetes cluster");
  const { objects: applied, notes } = (await live?.load(typed.objects, call)) ?? {
    objects: NO_OBJECTS,
    notes: [],
  };
  const lists = listsOver(typed.objects, applied);
  const targets = concerned(typed.objects, applied, lists);
  const surroundings = (await live?.around(lists.buses, call)) ?? NO_SURROUNDINGS;
  progress.say("Connecting to Kafka");
  const buses = busesOf([...targets.topics, ...targets.groups], lists.buses);
  const settings = await givenSettings(options, terminal);
  if (settings !== undefined && buses.length > 1) {
    const names = buses.map(({ metadata }) => `"${metadata.name}"`).join(", ");
    throw new CommandError(`One address cannot be that of EventBuses ${names}; plan one bus at a time`, EXIT.usage);
  }
  const connected = await connectBuses(buses, { ...surroundings, settings, connect: connector(ports) }, call);
  try {
    const place = { ...surroundings, ...connected, progress };
    return { planned: await planTargets(targets, { applied, lists }, place), notes };
  } finally {
    progress.end();
    await connected.close();
  }
}

function listsOver(files: ObjectLists, live: ObjectLists): ObjectLists {
  const nowMs = clock.now();
  const namespaces = new Map([...live.namespaces, ...files.namespaces].map((object) => [object.metadata.name, object]));
  return {
    buses: laidOver(files.buses, live.buses, nowMs),
    policies: laidOver(files.policies, live.policies, nowMs),
    topics: laidOver(files.topics, live.topics, nowMs),
    groups: laidOver(files.groups, live.groups, nowMs),
    namespaces: [...namespaces.values()],
  };
}

/** The buses of these objects. */
function busesOf(
  objects: readonly (ObjectLists["topics"] | ObjectLists["groups"])[number][],
  buses: readonly EventBus[],
): EventBus[] {
  const lookup = {
    get: (name: string) => buses.find(({ metadata }) => metadata.name === name),
    list: () => buses,
  };
  const chosen = objects.map(({ spec, status }) =>
    selectBus({ named: spec.busRef?.name, recorded: status?.bus?.name }, lookup),
  );
  return [...new Set(chosen.flatMap((choice) => (choice.kind === "bus" ? [choice.bus] : [])))];
}
