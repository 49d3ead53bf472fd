// Connects to the clusters of EventBuses, to read: as the operator would, or with settings of who asks. Each bus answers
// for itself; what cannot be reached is told, not thrown.

import type { EventBus } from "../../api/event-bus.ts";
import { BusRegistry } from "../../controllers/bus-registry.ts";
import type { ConnectionOrigin } from "../../controllers/event-bus/connection-source.ts";
import { judgeCluster } from "../../controllers/event-bus/judgement.ts";
import { lookAt, type ConnectingWorld } from "../../controllers/event-bus/look.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { Clusters } from "../../kafka/clusters.ts";
import type { ConnectionSettings } from "../../kafka/model/connection.ts";
import { systemClock as clock } from "../../runtime/clock.ts";
import { readOnly } from "./read-only-admin.ts";

export interface ConnectOptions {
  /** Makes an admin that may not write. */
  connect(settings: ConnectionSettings): KafkaAdmin;
  /** In place of what the EventBus declares. */
  readonly settings?: ConnectionSettings | undefined;
  readonly origins: readonly ConnectionOrigin[];
  readonly readSecret: ConnectingWorld["secrets"]["read"];
}

export interface ConnectedBuses {
  readonly registry: BusRegistry;
  close(): Promise<void>;
}

export async function connectBuses(
  buses: readonly EventBus[],
  options: ConnectOptions,
  call: Call,
): Promise<ConnectedBuses> {
  const registry = new BusRegistry();
  const clusters = new Clusters({ clock, connect: (_bus, settings) => readOnly(options.connect(settings)) });
  await Promise.all(buses.map((bus) => connectBus(bus, options, { clusters, registry }, call)));
  return { registry, close: () => clusters.closeAll() };
}

async function connectBus(
  bus: EventBus,
  { origins, readSecret, settings }: ConnectOptions,
  { clusters, registry }: { readonly clusters: Clusters; readonly registry: BusRegistry },
  call: Call,
): Promise<void> {
  const { name } = bus.metadata;
  if (settings === undefined) {
    const secrets = { use: () => {}, digest: () => undefined, read: readSecret };
    await lookAt(bus, { clusters, registry, secrets, origins, certificates: new Map() }, call, clock.now());
    return;
  }
  const judgement = judgeCluster(bus, await clusters.open(name, "given", settings, call));
  const serving = clusters.get(name);
  if (judgement.kind === "connected" && serving !== undefined) {
    registry.report(name, { kind: "connected", cluster: judgement.cluster, admin: serving.admin });
  } else if (judgement.kind === "down") {
    registry.report(name, { kind: "down", ...judgement.refusal });
  }
}
