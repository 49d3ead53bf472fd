import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroup } from "../../../../src/api/consumer-group.ts";
import type { EventTopic } from "../../../../src/api/event-topic.ts";
import { Claims } from "../../../../src/controllers/claims.ts";
import { groupAccess } from "../../../../src/controllers/consumer-group/access.ts";
import type { GroupWorld } from "../../../../src/controllers/consumer-group/group-world.ts";
import { readerRights } from "../../../../src/domain/access-rights.ts";
import type { AclBinding } from "../../../../src/kafka/model/acl.ts";
import { keyOf } from "../../../../src/runtime/object-key.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";

const bus = anEventBus({ accessManagement: "Acl" });
const place = { name: bus.metadata.name, clusterId: "c-1" };

function aTopic(name: string, namespace: string, allowed: readonly string[] = []): EventTopic {
  const consumers = { allowedNamespaces: { names: allowed } };
  const status = { bus: place, topicName: `${name}-in-kafka`, topicId: "id" };
  return anEventTopic({ consumers }, { name, namespace }, status);
}

function withLetter(letter: { readonly state: string; readonly topicId?: string }): EventTopic {
  const topic = aTopic("own", "team-a");
  return { ...topic, status: { ...topic.status, deadLetters: [{ topicName: "letters", ...letter }] } };
}

function aGroup(spec: ConsumerGroup["spec"]): ConsumerGroup {
  return {
    apiVersion: "eventbus.dev/v1alpha1",
    kind: "ConsumerGroup",
    metadata: {
      name: "g",
      namespace: "team-a",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec,
    status: { bus: place },
  };
}

const OWN_KEY = "team-a/g";

function wishOf(
  spec: ConsumerGroup["spec"],
  topics: readonly EventTopic[] = [],
  { holder = OWN_KEY, reason = "Observed" }: { readonly holder?: string | null; readonly reason?: string } = {},
) {
  const claims = new Claims(
    (groupId) => groupId,
    () => {},
  );
  if (holder !== null) {
    const owner = { key: holder, uid: holder, creationTimestamp: "2026-01-01T00:00:00Z" };
    claims.put(owner, [{ clusterId: place.clusterId, name: spec.groupId ?? "g" }]);
  }
  const world = {
    claims,
    buses: { get: () => bus, list: () => [bus] },
    namespace: () => undefined,
    topics: {
      get: (key: string) => topics.find(({ metadata }) => keyOf(metadata) === key),
      named: (name: string) => topics.filter(({ status }) => status?.topicName === name),
    },
  } as unknown as GroupWorld;
  const ready = {
    type: "Ready",
    status: "False",
    reason,
    message: "",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  } as const;
  const group = { ...aGroup(spec), status: { bus: place, conditions: [ready] } };
  return groupAccess(world).wish(group, group.status);
}

function shown(bindings: readonly AclBinding[] = []): string[] {
  return bindings.map(({ operation, resourceName, resourceType }) => `${operation} ${resourceType} ${resourceName}`);
}

const OF_GROUP = ["Describe group g", "Read group g"];

describe("What a ConsumerGroup declares about rights", () => {
  it("is nothing without a principal, or for everybody, and is said", () => {
    for (const principal of [undefined, "*", " "]) {
      const wish = wishOf({ topics: [], ...(principal === undefined ? {} : { principal }) });
      expect(wish?.bindings).to.deep.equal([]);
      expect(wish?.remarks).to.have.length(1);
    }
  });

  it("is nothing on the group whose id is every group in an ACL, and is said", () => {
    const wish = wishOf({ principal: "audit", groupId: "*", topics: [] });
    expect(wish?.bindings).to.deep.equal([]);
    expect(wish?.remarks.join()).to.include('Group id "*" is every group');
  });

  for (const { why, holder, reason } of [
    { why: "another object holds the group id", holder: "team-b/g", reason: "ClaimedByAnother" },
    // A topic that cannot be described comes before the claim in the reason of Ready.
    {
      why: "another one does, and something else is told first",
      holder: "team-b/g",
      reason: "InsufficientPermissions",
    },
    { why: "it is not known who holds the group id", holder: null, reason: "Observed" },
  ]) {
    it(`is not known, so that nothing is granted, where ${why}`, () => {
      expect(wishOf({ principal: "audit", topics: [] }, [], { holder, reason })).to.equal(undefined);
    });
  }

  it("is to read as the group, and topics by consent only", () => {
    const topics = [aTopic("own", "team-a"), aTopic("given", "team-b", ["team-a"]), aTopic("closed", "team-b")];
    const refs = topics.map(({ metadata: { name, namespace } }) => ({
      eventTopicRef: { name, ...(namespace === undefined ? {} : { namespace }) },
    }));
    const wish = wishOf({ principal: "audit", topics: [...refs, { topicName: "nobodys" }] }, topics);
    expect(shown(wish?.bindings)).to.have.members([
      ...OF_GROUP,
      ...["own", "given"].flatMap((name) => [`Describe topic ${name}-in-kafka`, `Read topic ${name}-in-kafka`]),
    ]);
    expect(wish?.remarks.join()).to.include('"nobodys" has no EventTopic');
    // Whose consent decided, given or not, is looked at live before anything changes.
    expect(wish?.consents).to.have.members(topics);
  });

  it("is to write where its dead letters go, and not on a name that the EventTopic asked for and did not get", () => {
    const spec = { principal: "audit", topics: [], deadLetter: { eventTopicRef: { name: "own" } } };
    const rights = ["Describe topic letters", "Write topic letters"];
    const bound = wishOf(spec, [withLetter({ state: "Ready", topicId: "id" })]);
    expect(shown(bound?.bindings)).to.have.members([...OF_GROUP, ...rights]);
    for (const state of ["InvalidName", "PolicyViolation", "ClaimedByAnother", "AlreadyExists", "ManagedByStrimzi"]) {
      expect(shown(wishOf(spec, [withLetter({ state })])?.bindings)).to.have.members(OF_GROUP);
    }
  });

  it("keeps rights while a topic is not known: of the same principal, and not once the name is another's", () => {
    const spec = { principal: "audit", topics: [{ eventTopicRef: { name: "missing" } }] };
    const before = readerRights("audit", { groupId: "g", topics: ["missing-in-kafka"] });
    const ofTopic = before.filter(({ resourceType }) => resourceType === "topic");
    const unknown = wishOf(spec);
    expect(ofTopic.map((binding) => unknown?.mayWant(binding))).to.deep.equal([true, true]);
    const former = ofTopic.map((binding) => ({ ...binding, principal: "User:former" }));
    expect(former.map((binding) => unknown?.mayWant(binding))).to.deep.equal([false, false]);
    const taken = aTopic("other", "team-b");
    const renamed = { ...taken, status: { ...taken.status, topicName: "missing-in-kafka" } };
    expect(ofTopic.map((binding) => wishOf(spec, [renamed])?.mayWant(binding))).to.deep.equal([false, false]);
    // All is known: what is not declared is not wanted.
    const known = wishOf({ principal: "audit", topics: [] });
    expect(ofTopic.map((binding) => known?.mayWant(binding))).to.deep.equal([false, false]);
  });
});
