// What objects that live on a bus have in common: how they find it, and what they say where it cannot serve them. Reads
// memory only.

import type { EventBus } from "../api/event-bus.ts";
import { selectBus, type BusChoice } from "../domain/bus-selection.ts";
import type { Lookup } from "../domain/lookup.ts";
import { grantFor, type Claimed, type Grant } from "../domain/namespace-grants.ts";
import type { Namespace } from "../domain/namespace-selection.ts";
import type { KafkaAdmin } from "../kafka/admin.ts";
import type { ClusterState } from "../kafka/model/cluster.ts";
import type { PublicConnection } from "../kafka/model/connection.ts";
import type { BusLink } from "./bus-registry.ts";
import type { Refusal } from "./plan.ts";

/** Where such objects are resolved. */
export interface BusBoundWorld {
  readonly buses: Lookup<EventBus>;
  link(busName: string): BusLink;
  /** False for buses that another installation looks after. */
  isOurs(bus: EventBus): boolean;
  /** Undefined while the namespace has not been seen. */
  namespace(name: string): Namespace | undefined;
  /** The namespace is being deleted. */
  isTerminating(namespace: string): boolean;
  /** How long a deletion waits for an unreachable cluster, milliseconds. */
  readonly deletionTimeoutMs: number;
}

/** What an object declares of where it lives. */
interface WantedPlace {
  readonly busRef?: { readonly name: string } | undefined;
}

/** What it has recorded of it. */
interface RecordedPlace {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
}

type NoBus = Extract<BusChoice<EventBus>, { kind: "problem" }>["reason"];

export type BusPlace =
  | {
      readonly kind: "found";
      readonly bus: EventBus;
      readonly admin: KafkaAdmin;
      readonly cluster: ClusterState;
      readonly connection?: PublicConnection | undefined;
    }
  | {
      readonly kind: "refused";
      readonly refusal: Refusal<NoBus | "BusNotReady" | "ClusterIdMismatch">;
      /** As far as it is known. */
      readonly busName?: string | undefined;
    }
  /** Another installation looks after it. */
  | { readonly kind: "foreign" };

/**
 * The bus of an object with its connection, which must lead to the cluster that the object lives on. `what`: what people
 * call the object in a sentence (`topic`, `group`).
 */
export function findBus(what: string, wanted: WantedPlace, recorded: RecordedPlace, world: BusBoundWorld): BusPlace {
  const { busName: recordedBus, clusterId: recordedClusterId } = recorded;
  const chosen = selectBus({ named: wanted.busRef?.name, recorded: recordedBus }, world.buses);
  if (chosen.kind === "problem") {
    return { kind: "refused", refusal: { reason: chosen.reason, message: chosen.message }, busName: recordedBus };
  }
  const { bus } = chosen;
  const busName = bus.metadata.name;
  if (!world.isOurs(bus)) return { kind: "foreign" };
  const link = world.link(busName);
  if (link.kind !== "connected") return { kind: "refused", refusal: busNotReady(busName, link), busName };
  const { admin, cluster, connection } = link;
  const hasMoved = recordedClusterId !== undefined && recordedClusterId !== cluster.id;
  if (!hasMoved || bus.spec.expectedClusterId === cluster.id) return { kind: "found", bus, admin, cluster, connection };
  const message =
    `EventBus "${busName}" leads to Kafka cluster "${cluster.id}", but this ${what} was recorded on ` +
    `"${recordedClusterId}"; nothing is written. If the move is meant, the platform sets the bus' ` +
    `spec.expectedClusterId to "${cluster.id}"`;
  return { kind: "refused", refusal: { reason: "ClusterIdMismatch", message }, busName };
}

/** Another installation looks after the object's bus. */
export function isForeign(wanted: WantedPlace, recorded: RecordedPlace, world: BusBoundWorld): boolean {
  const chosen = selectBus({ named: wanted.busRef?.name, recorded: recorded.busName }, world.buses);
  return chosen.kind === "bus" && !world.isOurs(chosen.bus);
}

function busNotReady(busName: string, link: Exclude<BusLink, { kind: "connected" }>): Refusal<"BusNotReady"> {
  const why = link.kind === "connecting" ? "is being connected" : `is not connected (${link.reason}): ${link.message}`;
  return { reason: "BusNotReady", message: `EventBus "${busName}" ${why}` };
}

/** As far as it has been seen. */
export function namespaceOf(
  { namespace = "" }: { readonly namespace?: string | undefined },
  world: Pick<BusBoundWorld, "namespace">,
): Namespace {
  return world.namespace(namespace) ?? { name: namespace };
}

/** What the platform grants a namespace on a bus. */
export function grantOn({ metadata, spec }: EventBus, namespace: Namespace, claimed: Claimed): Grant {
  return grantFor({ name: metadata.name, namespaces: spec.namespaces }, namespace, claimed);
}
