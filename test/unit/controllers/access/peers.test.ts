import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { aclsAsRights } from "../../../../src/controllers/access/access-control.ts";
import { peerRights } from "../../../../src/controllers/access/peers.ts";
import { planAccess } from "../../../../src/controllers/access/plan.ts";
import { topicAccess } from "../../../../src/controllers/event-topic/access.ts";
import { StrimziTopics } from "../../../../src/controllers/strimzi/strimzi-topics.ts";
import { publisherRights } from "../../../../src/domain/access-rights.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";

const PLACE = { clusterId: "c-1", means: "Acl" } as const;
const OURS = publisherRights("t", ["billing"]);

interface Given {
  readonly status?: EventTopicStatus;
  readonly busRef?: string;
  readonly isConnected?: boolean;
  readonly isLeaving?: boolean;
}

/** What is taken away of rights that nobody but perhaps another topic, which names the principal, wants. */
function removed({ busRef, isConnected = true, isLeaving = false, status }: Given): number {
  const bus = anEventBus({ accessManagement: "Acl" });
  const world = {
    buses: { get: (name: string) => (name === bus.metadata.name ? bus : undefined), list: () => [bus] },
    isOurs: () => true,
    namespace: () => undefined,
    kafkaTopics: new StrimziTopics(new Map()),
    link: () =>
      isConnected
        ? ({ kind: "connected", admin: {} as never, cluster: { id: "c-1", brokers: [], capabilities: [] } } as const)
        : ({ kind: "connecting" } as const),
  };
  const spec = { publishers: [{ name: "billing" }], ...(busRef !== undefined && { busRef: { name: busRef } }) };
  const base = anEventTopic(spec, { name: "new", uid: "new" }, status);
  const deletionTimestamp = "2026-06-01T00:00:00Z";
  const other: EventTopic = isLeaving ? { ...base, metadata: { ...base.metadata, deletionTimestamp } } : base;
  const source = { named: () => [other], kind: topicAccess(world) };
  const plan = planAccess(
    { bindings: [], mayWant: () => false, remarks: [], consents: [] },
    {
      place: PLACE,
      recorded: OURS,
      granted: aclsAsRights(OURS),
      peers: (principal) => peerRights(principal, anEventTopic(), source, world),
    },
  );
  expect(plan.after).to.have.length(OURS.length - plan.remove.length);
  return plan.remove.length;
}

function readiness(reason: string): EventTopicStatus {
  const rest = { message: "", observedGeneration: 1, lastTransitionTime: "2026-01-01T00:00:00Z" };
  return { conditions: [{ type: "Ready", status: "False", reason, ...rest }] };
}

describe("A right whose last known holder lets go of it, while another object names the same principal,", () => {
  for (const [why, given, count] of [
    ["stays on record while the other has not been looked at", {}, 0],
    ["stays while the other was looked at before the bus was connected", { status: readiness("BusNotReady") }, 0],
    [
      "goes where the other was looked at and found no bus: it could keep the right for ever",
      { status: readiness("BusNotFound"), busRef: "none" },
      2,
    ],
    ["goes where the other names a bus that is not there", { busRef: "none" }, 2],
    ["goes where the other's bus is not connected: it is not on this cluster", { isConnected: false }, 2],
    ["goes where the other is being deleted", { isLeaving: true }, 2],
  ] as const) {
    it(why, () => expect(removed(given)).to.equal(count));
  }
});
