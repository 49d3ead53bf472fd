// A run of a ConsumerGroup through its phases, on a Kafka in memory and Secrets in a map, with what it refers to as given.
// It may stop before its status is stored, as a process that dies does.

import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroup, ConsumerGroupSpec, ConsumerGroupStatus } from "../../src/api/consumer-group.ts";
import type { EventBusSpec } from "../../src/api/event-bus.ts";
import { FINALIZER } from "../../src/api/group.ts";
import type { GroupAction } from "../../src/controllers/consumer-group/actions.ts";
import { applyGroup, type GroupRecords } from "../../src/controllers/consumer-group/apply.ts";
import type { SecretState } from "../../src/controllers/consumer-group/binding-secrets.ts";
import { desiredAbsence, desiredGroup } from "../../src/controllers/consumer-group/desired.ts";
import type { FinishedGroupStory } from "../../src/controllers/consumer-group/flow.ts";
import type { ReadTopic, ResolvedGroup } from "../../src/controllers/consumer-group/group-world.ts";
import { memoryOf } from "../../src/controllers/consumer-group/memory.ts";
import { observeGroup } from "../../src/controllers/consumer-group/observe.ts";
import { planGroup } from "../../src/controllers/consumer-group/plan.ts";
import { proveGroup } from "../../src/controllers/consumer-group/prove.ts";
import { restrictGroup } from "../../src/controllers/consumer-group/restrict.ts";
import { withIntent } from "../../src/controllers/consumer-group/status.ts";
import { summarizeGroup } from "../../src/controllers/consumer-group/summarize.ts";
import type { GroupReading } from "../../src/domain/group-reading.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { PublicConnection } from "../../src/kafka/model/connection.ts";
import { ok } from "../../src/kafka/model/failure.ts";
import type { Verdict } from "../../src/runtime/reconcile.ts";
import { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import { aConsumerGroup, anEventBus } from "./objects.ts";

export const GROUP_ID = "reader";
export const NOW_MS = Date.parse("2026-06-01T00:00:00Z");
const CALL = { signal: new AbortController().signal, deadlineMs: 10_000, priority: "live" } as const;
const GENERATION = 2;
const EVERY_POLICY = ["Retain", "DeleteGroup"] as const;

type Content = Readonly<Record<string, string>>;

/** Whose a Secret is, and what it holds. */
export interface ModelSecret {
  readonly whose: "ours" | "foreign" | "denied";
  readonly content: Content;
}

/** Kafka, the Secrets of the namespace, and the object as it is stored. */
export class GroupUnderTest {
  readonly kafka = new InMemoryKafka({ clusterId: "cluster-1" });
  readonly secrets = new Map<string, ModelSecret>();
  /** Of `spec.topics`, in place of what resolve finds. */
  topics: readonly ReadTopic[] = [];
  bus: Partial<EventBusSpec> = { namespaces: [{}] };
  connection: PublicConnection | undefined = { bootstrapServers: ["kafka:9092"], protocol: "PLAINTEXT" };
  heldBy: string | undefined;
  isDeleted = false;
  spec: Partial<ConsumerGroupSpec>;
  status: ConsumerGroupStatus | undefined;
  nowMs = NOW_MS;
  /** Since the numbers of the status were written. */
  sinceNumbersMs = Infinity;
  #hasFinalizer = false;

  constructor(spec: Partial<ConsumerGroupSpec> = {}) {
    this.spec = spec;
  }

  get object(): ConsumerGroup {
    const topics = this.topics.map((topic) => ({ topicName: topic.kind === "found" ? topic.topicName : "refused" }));
    const group = aConsumerGroup(
      { ...(topics.length > 0 && { topics }), ...this.spec },
      { generation: GENERATION },
      this.status,
    );
    const metadata = {
      ...group.metadata,
      ...(this.isDeleted && { deletionTimestamp: new Date(NOW_MS).toISOString() }),
      ...(this.#hasFinalizer && { finalizers: [FINALIZER] }),
    };
    return { ...group, metadata };
  }

  get hasFinalizer(): boolean {
    return this.#hasFinalizer;
  }

  /** A topic with records of these times on each partition, that the group reads. */
  declareTopic(name: string, partitions: number, timesMs: readonly number[] = []): void {
    this.kafka.topics.create({ name, partitions, configs: {} });
    for (let index = 0; index < partitions; index += 1) this.kafka.produce(name, index, timesMs);
    this.topics = [...this.topics, { kind: "found", topicName: name, isManaged: true }];
  }

  commit(topic: string, partition: number, offset: number): void {
    this.kafka.groups.commit(GROUP_ID, [{ topic, partition, offset: BigInt(offset) }]);
  }

  /** So that the group is there. */
  commitAnything(): void {
    this.commit("anything", 0, 0);
  }

  /** `<topic>/<partition>@<offset>`, sorted. */
  get commits(): readonly string[] {
    const commits = this.kafka.groups.commits(GROUP_ID);
    return commits.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`).toSorted();
  }

  /** What is set on the group itself. */
  get configs(): Content {
    const own = this.kafka.groups.describeConfigs(GROUP_ID).filter(({ source }) => source === "group");
    return Object.fromEntries(own.map(({ key, value }) => [key, value ?? ""]));
  }

  /** `dies`: before its status is stored; what it has put on record in the middle is kept. */
  async run({
    dies = false,
    reading,
  }: { readonly dies?: boolean; readonly reading?: GroupReading } = {}): Promise<Run> {
    const admin = this.kafka.admin();
    const group = this.object;
    const memory = memoryOf(group);
    const resolved = this.#resolved(admin);
    const desired = this.isDeleted ? desiredAbsence(resolved) : desiredGroup(group, resolved);
    const observed = await observeGroup(desired, {
      admin,
      call: CALL,
      memory,
      hasGroupConfigs: true,
      readReading: () => Promise.resolve(reading ?? this.#reading()),
      lookAtSecret: (name, content) => Promise.resolve(this.#lookAt(name, content)),
    });
    const plan = planGroup(desired, observed, { group, memory });
    const evidence = await proveGroup(plan.steps, admin, CALL);
    const restricted = restrictGroup(plan, group, resolved.bus, evidence);
    const call = { ...CALL, clusterId: this.kafka.clusterId };
    const results = await applyGroup(restricted, admin, call, this.#records());
    const story = { stage: "finished", resolved, desired, observed, plan, evidence, restricted, results } as const;
    // What was put on record meanwhile is part of the object that the summary is made of.
    const moment = { memory, nowMs: this.nowMs, sinceNumbersMs: this.sinceNumbersMs };
    const verdict = summarizeGroup(group, story, moment);
    if (!dies) {
      // As the runtime stores it.
      if (verdict.status !== undefined) this.status = { ...verdict.status, observedGeneration: GENERATION };
      if (verdict.release === true) this.#hasFinalizer = false;
    }
    return { story, verdict, done: restricted.steps.map(({ action }) => action) };
  }

  #resolved(admin: KafkaAdmin): ResolvedGroup {
    return {
      identity: { busName: "bus", clusterId: this.kafka.clusterId, groupId: GROUP_ID },
      bus: anEventBus(this.bus),
      admin,
      connection: this.connection,
      capabilities: ["groupConfigs"],
      grant: { kind: "granted", adoption: "IfIdentical", deletionPolicies: EVERY_POLICY },
      heldBy: this.heldBy,
      topics: this.topics,
    };
  }

  #reading(): GroupReading {
    const live = this.kafka.groups.list().find(({ groupId }) => groupId === GROUP_ID);
    return {
      kind: "read",
      groupId: GROUP_ID,
      state: live?.state ?? "Absent",
      type: live?.type ?? "unknown",
      members: live?.state === "Stable" ? 1 : 0,
      topics: [],
      missingTopics: [],
      evaluation: "OK",
    };
  }

  #lookAt(name: string, content: Content | undefined): SecretState {
    const secret = this.secrets.get(name);
    if (secret === undefined) return { kind: "absent" };
    if (secret.whose !== "ours") return { kind: secret.whose };
    if (content !== undefined && isDeepStrictEqual(secret.content, content)) return { kind: "current" };
    return { kind: "own", metadata: { name, namespace: "team-a", uid: `uid-${name}`, resourceVersion: "1" } as never };
  }

  #records(): GroupRecords {
    return {
      own: async () => void (this.#hasFinalizer = true),
      intend: async ({ beginnings, configKeys }) => {
        this.status = withIntent(this.object, beginnings, configKeys, this.nowMs);
      },
      writeBinding: async ({ secretName, content }) => {
        this.secrets.set(secretName, { whose: "ours", content });
        return ok(undefined);
      },
      deleteBinding: async ({ secretName }) => {
        this.secrets.delete(secretName);
        return ok(undefined);
      },
    };
  }
}

export interface Run {
  readonly story: FinishedGroupStory;
  readonly verdict: Verdict<ConsumerGroupStatus>;
  /** What was permitted, and done. */
  readonly done: readonly GroupAction[];
}

/** `<status>/<reason>` of a condition of a run; `absent`: it is not there. */
export function conditionOf({ verdict }: Run, type = "Ready"): string {
  const found = verdict.status?.conditions?.find((condition) => condition.type === type);
  return found === undefined ? "absent" : `${found.status}/${found.reason}`;
}
