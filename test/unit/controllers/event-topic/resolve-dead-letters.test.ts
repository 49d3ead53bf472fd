import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroup, ConsumerGroupSpec } from "../../../../src/api/consumer-group.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import { Claims } from "../../../../src/controllers/claims.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import { ownerOf } from "../../../../src/controllers/event-topic/name-obstacles.ts";
import {
  claimsOf,
  declaredDeadLetters,
  withNameObstacle,
  type ResolvedDeadLetter,
} from "../../../../src/controllers/event-topic/resolve-dead-letters.ts";
import { collisionKey } from "../../../../src/domain/topic-name.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";

const SOURCE = "billing.usage.events";
const CLUSTER = "cluster-1";

interface Given {
  readonly spec?: Partial<EventTopicSpec>;
  readonly bus?: Partial<EventBusSpec>;
  readonly groups?: readonly ConsumerGroup[];
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly claims?: Claims;
  readonly status?: Parameters<typeof anEventTopic>[2];
}

/** `clusterId`: where it lives, "" where that is not known. */
function aGroup(
  name: string,
  namespace = "team-a",
  spec: Partial<ConsumerGroupSpec> = {},
  clusterId = CLUSTER,
): ConsumerGroup {
  const metadata = { name, namespace, uid: name, resourceVersion: "1", generation: 1, creationTimestamp: "" };
  const status = clusterId === "" ? {} : { bus: { name: "bus", clusterId } };
  return { apiVersion: "eventbus.dev/v1alpha1", kind: "ConsumerGroup", metadata, spec, status };
}

function resolved(given: Given = {}): ResolvedDeadLetter[] {
  const topic = anEventTopic({ deadLetter: {}, ...given.spec }, {}, given.status);
  const bus = anEventBus(given.bus);
  const claims = given.claims ?? new Claims(collisionKey, () => {});
  const world = {
    claims,
    kafkaTopics: { find: () => ({ kind: "none" as const }) },
    groupsWithDeadLettersOf: (key: string) => (key === "team-a/usage" ? (given.groups ?? []) : []),
    namespace: (name: string) => ({ name, labels: given.namespaces?.[name] }),
  };
  const memory = memoryOf(topic, NOW);
  const context = { bus, clusterId: CLUSTER, topicName: SOURCE, namespace: { name: "team-a" }, memory };
  const declared = declaredDeadLetters(topic, context, world);
  claims.put(ownerOf(topic), [{ clusterId: CLUSTER, name: SOURCE }, ...claimsOf(declared, CLUSTER)]);
  return declared.map((letter) => withNameObstacle(letter, topic, context, world));
}

const names = (given: Given): string[] => resolved(given).map(({ name }) => name);
const ofGroup = (groupId: string): string => `${SOURCE}.${groupId}.dlq`;
const reasons = (given: Given): (string | undefined)[] => resolved(given).map(({ obstacle }) => obstacle?.reason);

describe("Dead letters of an EventTopic", () => {
  it("are none where none are declared, or they are switched off", () => {
    expect(names({ spec: { deadLetter: undefined } })).to.deep.equal([]);
    expect(names({ spec: { deadLetter: { enabled: false } } })).to.deep.equal([]);
  });

  it("are bound by the recorded id, on the recorded cluster only", () => {
    const deadLetters = [{ topicName: `${SOURCE}.dlq`, topicId: "id-dlq", state: "Ready" }];
    expect(resolved({ status: bound({ deadLetters }) })[0]?.boundId).to.equal("id-dlq");
    const moved = { ...bound({ deadLetters }), bus: { name: "bus", clusterId: "another" } };
    expect(resolved({ status: moved })[0]?.boundId).to.equal(undefined);
  });

  describe("with perGroup", () => {
    const perGroup = { deadLetter: { perGroup: true } };

    it("belong to groups by their id, else by the object's name", () => {
      const groups = [aGroup("plain"), aGroup("named", "team-a", { groupId: "billing-readers" })];
      expect(names({ spec: perGroup, groups })).to.deep.equal([ofGroup("billing-readers"), ofGroup("plain")]);
    });

    const consents: readonly {
      readonly why: string;
      readonly consumers: EventTopicSpec["consumers"];
      readonly has: boolean;
    }[] = [
      { why: "without consent", consumers: undefined, has: false },
      { why: "with consent to another", consumers: { allowedNamespaces: { names: ["team-c"] } }, has: false },
      { why: "with consent by name", consumers: { allowedNamespaces: { names: ["team-b"] } }, has: true },
      {
        why: "with consent by label",
        consumers: { allowedNamespaces: { selector: { matchLabels: { trusted: "yes" } } } },
        has: true,
      },
    ];
    for (const { why, consumers, has } of consents) {
      it(`${has ? "are" : "are not"} made for a group of another namespace ${why}`, () => {
        const given = { groups: [aGroup("foreign", "team-b")], namespaces: { "team-b": { trusted: "yes" } } };
        expect(names({ ...given, spec: { ...perGroup, consumers } })).to.have.length(has ? 1 : 0);
      });
    }

    const place = { topicName: ofGroup("reader"), topicId: "id-dlq", groupId: "reader", state: "Ready" };
    const places: readonly { why: string; clusterId: string; status?: Given["status"]; has: boolean }[] = [
      { why: "on the topic's cluster", clusterId: CLUSTER, has: true },
      { why: "on another cluster", clusterId: "cluster-2", has: false },
      {
        why: "on another cluster, which has one by mistake",
        clusterId: "cluster-2",
        status: bound({ deadLetters: [place] }),
        has: false,
      },
      { why: "of which nobody knows yet where it lives", clusterId: "", has: false },
      {
        why: "of which nobody knows any longer where it lives",
        clusterId: "",
        status: bound({ deadLetters: [place] }),
        has: true,
      },
    ];
    for (const { why, clusterId, status, has } of places) {
      it(`${has ? "are" : "are not"} those of a group ${why}`, () => {
        const groups = [aGroup("reader", "team-a", {}, clusterId)];
        expect(names({ spec: perGroup, groups, ...(status && { status }) })).to.have.length(has ? 1 : 0);
      });
    }

    it("are as many as a status can list, and no more", () => {
      const groups = Array.from({ length: 257 }, (_, index) => aGroup(`g${String(index).padStart(3, "0")}`));
      const given = reasons({ spec: perGroup, groups });
      expect(given.filter((reason) => reason === undefined)).to.have.length(256);
      expect(given[256]).to.equal("LimitExceeded");
    });

    it("do not collide among themselves: the later by name is refused", () => {
      const groups = [aGroup("a.b"), aGroup("a_b")];
      expect(reasons({ spec: perGroup, groups })).to.deep.equal([undefined, "NameCollision"]);
    });
  });

  const grants: readonly { readonly why: string; readonly given: Given; readonly reason: string | undefined }[] = [
    {
      why: "the source's domain is granted",
      given: { bus: { namespaces: [{ domains: ["billing"] }] } },
      reason: undefined,
    },
    {
      why: "only the source's name is granted",
      given: { bus: { namespaces: [{ topicNames: [{ pattern: SOURCE }] }] } },
      reason: "PolicyViolation",
    },
    {
      why: "the beginning of its name is granted",
      given: { bus: { namespaces: [{ topicNames: [{ pattern: SOURCE, patternType: "prefixed" }] }] } },
      reason: undefined,
    },
    {
      why: "a name of its own is permitted, but granted by the source's domain alone",
      given: {
        spec: { deadLetter: { nameTemplate: "errors" } },
        bus: { legacyNames: [{ pattern: "errors" }], namespaces: [{ domains: ["billing"] }] },
      },
      reason: "PolicyViolation",
    },
    {
      why: "a name of its own is not permitted",
      given: { spec: { deadLetter: { nameTemplate: "errors" } } },
      reason: "InvalidName",
    },
  ];
  for (const { why, given, reason } of grants) {
    it(`are ${reason === undefined ? "given" : `refused (${reason})`} when ${why}`, () => {
      expect(reasons(given)).to.deep.equal([reason]);
    });
  }

  it("are refused a name that another object holds, by the holder's name", () => {
    const claims = new Claims(collisionKey, () => {});
    const other = { key: "team-b/letters", uid: "u", creationTimestamp: "2020-01-01T00:00:00Z" };
    claims.put(other, [{ clusterId: CLUSTER, name: `${SOURCE}.dlq` }]);
    const [letter] = resolved({ claims });
    expect(letter?.obstacle?.reason).to.equal("ClaimedByAnother");
    expect(letter?.obstacle?.message).to.include('"team-b/letters"');
  });
});
