import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { FINALIZER } from "../../../../src/api/group.ts";
import { AclControl } from "../../../../src/controllers/access/access-control.ts";
import type { AccessKind, AccessWorld, PeerRights } from "../../../../src/controllers/access/access-world.ts";
import { withAccess } from "../../../../src/controllers/access/accompany.ts";
import { topicAccess } from "../../../../src/controllers/event-topic/access.ts";
import { NO_KAFKA_TOPICS } from "../../../../src/controllers/strimzi/kafka-topic-claims.ts";
import { aclKey, type AclBinding } from "../../../../src/kafka/model/acl.ts";
import { failed, settled, type Outcome } from "../../../../src/runtime/outcome.ts";
import type { Run, Verdict } from "../../../../src/runtime/reconcile.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";
import { silentLogger } from "../../../fakes/silent-logger.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");

interface Given {
  readonly publishers?: readonly string[];
  readonly rights?: NonNullable<EventTopicStatus["access"]>["rights"];
  readonly bus?: Parameters<typeof anEventBus>[0];
  readonly outcome?: Outcome;
  readonly deletedAgoMs?: number;
  readonly linked?: boolean;
  readonly isCurrent?: boolean;
  /** Another object declares the same rights, and has not run yet. */
  readonly wantedByAnother?: boolean;
  /** The record could not be stored. */
  readonly saveFails?: boolean;
  readonly live?: readonly AclBinding[];
}

const WRITE: AclBinding = {
  resourceType: "topic",
  resourceName: "t",
  patternType: "literal",
  principal: "User:billing",
  host: "*",
  operation: "Write",
  permission: "allow",
};
const DESCRIBE: AclBinding = { ...WRITE, operation: "Describe" };
const ON_RECORD = [WRITE, DESCRIBE].map(({ operation, principal, resourceName, resourceType }) => ({
  principal,
  operation,
  resourceType,
  resourceName,
}));

const ANOTHER: PeerRights = {
  clusterId: "c-1",
  wanted: new Set([WRITE, DESCRIBE].map(aclKey)),
  recorded: { Acl: new Map(), KafkaUser: new Map() },
};

/** One run of a topic that is bound; what became of it, and what was done in which order. */
async function run(given: Given = {}) {
  const kafka = new InMemoryKafka({ clusterId: "c-1" });
  for (const binding of given.live ?? []) kafka.acls.create(binding);
  const steps: string[] = [];
  const bus = anEventBus({ accessManagement: "Acl", ...given.bus });
  const base = anEventTopic({ publishers: (given.publishers ?? []).map((name) => ({ name })) });
  const access = given.rights === undefined ? {} : { access: { clusterId: "c-1", rights: given.rights } };
  const bound = { bus: { name: bus.metadata.name, clusterId: "c-1" }, topicName: "t", topicId: "id" };
  const topic: EventTopic = {
    ...base,
    metadata: {
      ...base.metadata,
      finalizers: [FINALIZER],
      ...(given.deletedAgoMs === undefined
        ? {}
        : { deletionTimestamp: new Date(NOW - given.deletedAgoMs).toISOString() }),
    },
    status: { ...bound, ...access },
  };
  const link =
    given.linked === false
      ? ({ kind: "connecting" } as const)
      : ({
          kind: "connected",
          admin: kafka.admin(),
          cluster: { id: "c-1", brokers: [], capabilities: [] },
        } as const);
  const world: AccessWorld<EventTopic> = {
    buses: { get: () => bus, list: () => [bus] },
    link: () => link,
    control: (_bus, admin) => new AclControl(admin),
    isOurs: () => true,
    namespace: () => undefined,
    isTerminating: () => false,
    deletionTimeoutMs: 60_000,
    peers: () => (given.wantedByAnother === true ? [ANOTHER] : []),
    isCurrent: async () => given.isCurrent ?? true,
    nowMs: () => NOW,
  };
  const kind: AccessKind<EventTopic> = topicAccess({ ...world, kafkaTopics: NO_KAFKA_TOPICS });
  const theRun = {
    signal: new AbortController().signal,
    priority: "live",
    remainingMs: () => 10_000,
    log: silentLogger,
    mark: async () => void steps.push("finalizer"),
    saveStatus: async (status: EventTopicStatus) => {
      if (given.saveFails === true) throw new Error("Conflict");
      steps.push(`record ${status.access?.rights?.length ?? 0} before ${kafka.acls.list().length}`);
    },
  } as unknown as Run<EventTopicStatus>;
  const inner = async (): Promise<Verdict<EventTopicStatus>> => {
    steps.push("kind");
    const conditions = [
      {
        type: "Ready",
        status: "True" as const,
        reason: "UpToDate",
        message: "",
        observedGeneration: 1,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ];
    return { outcome: given.outcome ?? settled(), status: { ...bound, conditions }, release: true };
  };
  const verdict = await withAccess<EventTopic, EventTopicStatus>(inner, kind, world)(topic, theRun);
  const said = verdict.status?.conditions?.map(({ type, status, reason }) => `${type}=${status}/${reason}`);
  const acls = kafka.acls.list().map(({ operation, principal }) => `${principal} ${operation}`);
  return { verdict, steps, said, acls, reads: kafka.requestCount("describeAcls") };
}

const BOTH = ["User:billing Describe", "User:billing Write"];

describe("A kind's run with rights", () => {
  it("puts rights on record, and the finalizer on, before it grants them", async () => {
    const { acls, said, steps, verdict } = await run({ publishers: ["billing"] });
    expect(steps).to.deep.equal(["kind", "finalizer", "record 2 before 0"]);
    expect(acls).to.have.members(BOTH);
    expect(said).to.deep.equal(["Ready=True/UpToDate", "AccessGranted=True/Granted"]);
    expect(verdict.release).to.equal(false);
    expect(verdict.status?.access?.rights).to.have.length(2);
  });

  it("grants nothing that could not be put on record", async () => {
    const { acls, said, verdict } = await run({ publishers: ["billing"], saveFails: true });
    expect(acls).to.deep.equal([]);
    expect(said?.[0]).to.equal("Ready=False/AccessPending");
    expect(verdict.outcome.kind).to.equal("failed");
  });

  it("reads, writes and says nothing for who declares no rights", async () => {
    const { reads, said, steps, verdict } = await run();
    expect([reads, steps, said]).to.deep.equal([0, ["kind"], ["Ready=True/UpToDate"]]);
    expect(verdict.release).to.equal(true);
  });

  it("leaves rights alone where the bus manages none (any longer), and does not hold the object for them", async () => {
    const bus = { accessManagement: "None" } as const;
    const { acls, reads, verdict } = await run({
      publishers: ["audit"],
      rights: ON_RECORD,
      live: [WRITE, DESCRIBE],
      bus,
    });
    expect(acls).to.have.members(BOTH);
    expect(reads).to.equal(0);
    expect(verdict.status?.access?.rights).to.deep.equal(ON_RECORD);
    expect(verdict.release).to.equal(true);
  });

  for (const [why, given] of [
    ["its own work failed", { outcome: failed("BusNotReady", "down") }],
    ["the cluster is not connected", { linked: false }],
    ["the namespace lost its grant", { bus: { namespaces: [{ names: ["others"] }] } }],
  ] as const) {
    it(`changes no right while ${why}, and keeps the record and the finalizer`, async () => {
      const { acls, reads, verdict } = await run({ ...given, rights: ON_RECORD, live: [WRITE, DESCRIBE] });
      expect(acls).to.have.members(BOTH);
      expect(reads).to.equal(0);
      expect(verdict.status?.access?.rights).to.deep.equal(ON_RECORD);
      expect(verdict.release).to.equal(false);
    });
  }

  it("changes no right by an old view of the API", async () => {
    const { acls, verdict } = await run({ rights: ON_RECORD, live: [WRITE, DESCRIBE], isCurrent: false });
    expect(acls).to.have.members(BOTH);
    expect(verdict.outcome.kind).to.equal("failed");
    expect(verdict.status?.access?.rights).to.have.length(2);
  });

  for (const [what, spec, reason] of [
    ["suspended", { suspend: true }, "Suspended"],
    ["read-only", { access: "ReadOnly" }, "ReadOnly"],
  ] as const) {
    it(`changes no right on a bus that is ${what}, and says so`, async () => {
      const { acls, said } = await run({ publishers: ["billing"], bus: spec });
      expect(acls).to.deep.equal([]);
      expect(said).to.deep.equal([
        "Ready=False/AccessNotGranted",
        "Stalled=True/AccessNotGranted",
        `AccessGranted=False/${reason}`,
      ]);
    });
  }

  it("only reports a right that somebody took away, where drift is only reported", async () => {
    const given = { publishers: ["billing"], rights: ON_RECORD, live: [DESCRIBE], bus: { drift: "Report" } } as const;
    const { acls, said } = await run(given);
    expect(acls).to.deep.equal(["User:billing Describe"]);
    expect(said).to.include("AccessGranted=False/Drifted");
  });

  it("takes rights away from a deleted object before it goes, and asks its kind only where that has to delete", async () => {
    const { acls, steps, verdict } = await run({ rights: ON_RECORD, live: [WRITE, DESCRIBE], deletedAgoMs: 0 });
    expect(acls).to.deep.equal([]);
    expect(steps).to.deep.equal([]);
    expect(verdict).to.deep.include({ outcome: settled(), release: true });
  });

  it("waits when it is deleted until another object has its rights on record, or else nobody ever takes them away", async () => {
    const given = { rights: ON_RECORD, live: [WRITE, DESCRIBE], wantedByAnother: true };
    const waiting = await run({ ...given, deletedAgoMs: 0 });
    expect(waiting.verdict.outcome).to.include({ kind: "failed", reason: "AccessPending" });
    expect(waiting.verdict.release).to.equal(undefined);
    const left = await run({ ...given, deletedAgoMs: 61_000 });
    expect(left.verdict.events?.map(({ reason }) => reason)).to.deep.equal(["RightsLeftBehind"]);
    expect(left.acls).to.have.members(BOTH);
  });

  it("waits for the cluster when it is deleted, and then leaves the rights behind and says so", async () => {
    const given = { rights: ON_RECORD, live: [WRITE, DESCRIBE], linked: false };
    const waiting = await run({ ...given, deletedAgoMs: 30_000 });
    expect(waiting.verdict.outcome.kind).to.equal("failed");
    expect(waiting.verdict.release).to.equal(undefined);
    const left = await run({ ...given, deletedAgoMs: 61_000 });
    expect(left.verdict.release).to.equal(true);
    expect(left.verdict.events?.map(({ reason }) => reason)).to.deep.equal(["RightsLeftBehind"]);
    expect(left.acls).to.have.members(BOTH);
  });
});
