import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupSpec, ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { BusLink } from "../../../../src/controllers/bus-registry.ts";
import { Claims } from "../../../../src/controllers/claims.ts";
import type { GroupResolution, GroupWorld } from "../../../../src/controllers/consumer-group/group-world.ts";
import { memoryOf } from "../../../../src/controllers/consumer-group/memory.ts";
import { resolveGroup } from "../../../../src/controllers/consumer-group/resolve.ts";
import { aConsumerGroup, anEventBus } from "../../../builders/objects.ts";

const CLUSTER = { id: "cluster-1", brokers: [], capabilities: [] };
const CONNECTED = { kind: "connected", admin: {}, cluster: CLUSTER } as unknown as BusLink;

interface Given {
  readonly spec?: Partial<ConsumerGroupSpec>;
  readonly name?: string;
  readonly status?: ConsumerGroupStatus;
  /** By name; default: one, without rules. */
  readonly buses?: Readonly<Record<string, Partial<EventBusSpec>>>;
  readonly link?: BusLink;
  readonly isOurs?: boolean;
}

function worldOf({ buses = { bus: {} }, link = CONNECTED, isOurs = true }: Given): GroupWorld {
  const all = Object.entries(buses).map(([name, spec]) => anEventBus(spec, { name }));
  return {
    buses: { get: (name: string) => all.find(({ metadata }) => metadata.name === name), list: () => all },
    link: () => link,
    isOurs: () => isOurs,
    namespace: (name: string) => ({ name }),
    claims: new Claims(
      (id) => id,
      () => {},
    ),
    topics: { get: () => undefined, named: () => [] },
  } as unknown as GroupWorld;
}

function resolved(given: Given, world = worldOf(given)): GroupResolution {
  const group = aConsumerGroup(given.spec, { name: given.name ?? "reader" }, given.status);
  return resolveGroup(group, memoryOf(group), world);
}

const RECORDED = { bus: { name: "bus", clusterId: "cluster-1" }, state: "Empty" };

describe("resolveGroup()", () => {
  const refused: readonly (readonly [why: string, given: Given, reason: string, says?: string])[] = [
    ["there is no bus", { buses: {} }, "BusNotFound"],
    ["the bus that it names is not there", { spec: { busRef: { name: "other" } } }, "BusNotFound", '"other"'],
    ["there are two buses, and none is the default", { buses: { bus: {}, other: {} } }, "BusAmbiguous"],
    ["the bus is being connected", { link: { kind: "connecting" } }, "BusNotReady", "is being connected"],
    [
      "the bus is down",
      { link: { kind: "down", reason: "Unreachable", message: "No broker answers" } },
      "BusNotReady",
      "No broker answers",
    ],
    [
      "the bus leads to another cluster than recorded",
      { status: { ...RECORDED, bus: { name: "bus", clusterId: "cluster-0" } } },
      "ClusterIdMismatch",
      '"cluster-0"',
    ],
    ["the group belongs to Kafka Connect", { name: "connect-sink" }, "UnsupportedGroupType", '"connect-sink"'],
    ["the group id is more than one line", { spec: { groupId: "a\nb" } }, "InvalidGroupId", '"a\\nb"'],
    [
      "the namespace may not use the bus",
      { buses: { bus: { namespaces: [{ names: ["team-b"] }] } } },
      "NamespaceNotAllowed",
      '"team-a"',
    ],
    [
      "the namespace may not claim the group id",
      { buses: { bus: { namespaces: [{ groupIds: [{ pattern: "team-a.", patternType: "prefixed" }] }] } } },
      "PolicyViolation",
      '"reader"',
    ],
  ];
  for (const [why, given, reason, says = ""] of refused) {
    it(`refuses where ${why}`, () => {
      const resolution = resolved(given);
      expect(resolution).to.have.nested.property("refusal.reason", reason);
      expect(resolution).to.have.nested.property("refusal.message").that.includes(says);
    });
  }

  it("follows a bus to another cluster where the platform says that it is meant", () => {
    const status = { ...RECORDED, bus: { name: "bus", clusterId: "cluster-0" } };
    const resolution = resolved({ status, buses: { bus: { expectedClusterId: "cluster-1" } } });
    expect(resolution).to.have.nested.property("value.identity.clusterId", "cluster-1");
  });

  it("leaves an object on the bus of another installation to it", () => {
    expect(resolved({ isOurs: false })).to.deep.equal({ kind: "foreign" });
  });

  it("takes the object's name for the group id, unless it gives one", () => {
    expect(resolved({})).to.have.nested.property("value.identity.groupId", "reader");
    expect(resolved({ spec: { groupId: "other" } })).to.have.nested.property("value.identity.groupId", "other");
  });

  it("keeps to the recorded bus when a second one comes", () => {
    const resolution = resolved({ status: RECORDED, buses: { bus: {}, another: {} } });
    expect(resolution).to.have.nested.property("value.identity.busName", "bus");
  });

  it("names the holder of a group id that another object has claimed", () => {
    const given = { spec: { groupId: "shared" } };
    const world = worldOf(given);
    expect(resolved({ ...given, name: "first" }, world)).to.have.nested.property("value.heldBy", undefined);
    expect(resolved({ ...given, name: "second" }, world)).to.have.nested.property("value.heldBy", "team-a/first");
  });

  it("withdraws the claim of an object that may not have its group id any longer", () => {
    const given = { spec: { groupId: "shared" } };
    const world = worldOf(given);
    resolved({ ...given, name: "first" }, world);
    world.claims.release("team-a/first");
    const strict = worldOf({ buses: { bus: { namespaces: [{ names: ["team-b"] }] } } });
    resolved({ ...given, name: "first" }, { ...strict, claims: world.claims });
    expect(resolved({ ...given, name: "second" }, world)).to.have.nested.property("value.heldBy", undefined);
  });
});
