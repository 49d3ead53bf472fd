// How an EventBus wants to be connected, from its spec. Pure.

import type { EventBusReason } from "../../api/conditions.ts";
import type { EventBusSpec } from "../../api/event-bus.ts";
import type { ConnectionSettings } from "../../kafka/model/connection.ts";
import type { Refusal } from "../plan.ts";

export type DesiredConnection =
  | { readonly kind: "connection"; readonly settings: ConnectionSettings }
  | { readonly kind: "refused"; readonly refusal: Refusal<EventBusReason> };

/** A seam that fails closed: what cannot be resolved yet (Secrets, Strimzi's Kafka object) is not connected to. */
export function desiredConnection(spec: EventBusSpec): DesiredConnection {
  if (spec.kafka === undefined) {
    return refused(
      "StrimziNotFound",
      "Following a Kafka object of Strimzi is not supported yet; set spec.kafka.bootstrapServers",
    );
  }
  const protocol = spec.kafka.security?.protocol ?? "PLAINTEXT";
  if (protocol !== "PLAINTEXT") {
    return refused(
      "InvalidSecret",
      `Protocol "${protocol}" is not supported yet; this version connects by PLAINTEXT only`,
    );
  }
  return { kind: "connection", settings: { bootstrapServers: spec.kafka.bootstrapServers, security: { protocol } } };
}

function refused(reason: EventBusReason, message: string): DesiredConnection {
  return { kind: "refused", refusal: { reason, message } };
}
