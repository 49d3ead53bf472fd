// What a look at a cluster amounts to for its EventBus. Pure.

import type { EventBusReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { ClusterState } from "../../kafka/model/cluster.ts";
import type { Answer, KafkaFailure } from "../../kafka/model/failure.ts";
import { RIGHTS } from "../../kafka/rights.ts";
import type { Refusal } from "../plan.ts";

export type BusJudgement =
  | {
      readonly kind: "connected";
      readonly cluster: ClusterState;
      /** Rights on the whole cluster that are missing: what works without them goes on. */
      readonly lacking?: Refusal<EventBusReason> | undefined;
    }
  /** Nothing may be done with the cluster, if there is one. */
  | { readonly kind: "down"; readonly refusal: Refusal<EventBusReason> };

/** The cluster must answer, and it must be the pinned and the expected one. */
export function judgeCluster(bus: EventBus, answer: Answer<ClusterState>): BusJudgement {
  if (answer.status === "failed") return down(reasonOf(answer.failure), answer.failure.message);
  if (answer.status !== "ok") return down("Unreachable", answer.reason);
  const { id } = answer.value;
  const { expectedClusterId } = bus.spec;
  const pinned = bus.status?.clusterId;
  if (expectedClusterId !== undefined && expectedClusterId !== id) {
    return down(
      "ClusterIdMismatch",
      `Kafka cluster "${id}" answers, but spec.expectedClusterId is "${expectedClusterId}"; correct the address or that field`,
    );
  }
  if (expectedClusterId === undefined && pinned !== undefined && pinned !== id) {
    return down(
      "ClusterIdMismatch",
      `Kafka cluster "${id}" answers, but this bus is pinned to "${pinned}"; nothing is written. If the address is wrong, ` +
        `correct it; if the move is meant, set spec.expectedClusterId to "${id}"`,
    );
  }
  return { kind: "connected", cluster: answer.value, lacking: lackingRights(bus, answer.value) };
}

/** Of brokers that do not tell nothing is said: what is refused will say so itself. */
function lackingRights({ spec }: EventBus, { operations }: ClusterState): Refusal<EventBusReason> | undefined {
  const needs = spec.accessManagement === "Acl" ? ["always", "toManageAcls"] : ["always"];
  const needed = RIGHTS.filter(({ resource, need }) => resource === "cluster" && needs.includes(need));
  const lacking = needed.filter(({ operation }) => operations?.includes(operation) === false);
  // Who may not describe the cluster is not told what else it may do.
  const told = lacking.some(({ operation }) => operation === "Describe") ? lacking.slice(0, 1) : lacking;
  if (told.length === 0) return undefined;
  const sentences = told.map(
    ({ operation, purpose }) =>
      `The operator's user has no right to ${operation} on the cluster, which is needed for ${purpose}`,
  );
  return { reason: "InsufficientPermissions", message: sentences.join(". ") };
}

function down(reason: EventBusReason, message: string): BusJudgement {
  return { kind: "down", refusal: { reason, message } };
}

function reasonOf(failure: KafkaFailure): EventBusReason {
  switch (failure.kind) {
    case "authentication":
      return "AuthenticationFailed";
    case "tls":
      return "TLSFailed";
    case "denied":
      return "InsufficientPermissions";
    case "missing":
    case "exists":
    case "invalid":
    case "unsupported":
    case "active":
    case "busy":
    case "unreachable":
    case "other":
      return "Unreachable";
  }
}
