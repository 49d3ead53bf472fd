// What the parts that the operator depends on allow at most, measured in the same run with the same machine: creates and
// status writes of the API server, batches and single changes of Kafka. No code of the operator but its Kafka adapter.

import { randomBytes } from "node:crypto";

import { Pool } from "undici";

import type { EventTopicStatus } from "../src/api/event-topic.ts";
import type { WriteCall } from "../src/kafka/admin.ts";
import { connectKafka } from "../src/kafka/platformatic/kafka-admin.ts";
import { systemClock } from "../src/runtime/clock.ts";
import type { ControlPlane } from "../test/environment/control-plane.ts";
import { concurrently, sendJson } from "./object-load.ts";
import { topicName, topicSpec } from "./topics-load.ts";

/** More in flight brings no more through: the API server's CPU is the limit. */
const CREATES_IN_FLIGHT = 16;
const WRITES_IN_FLIGHT = [8, 16];
/** As many creates as the operator's adapter puts into one request. */
export const BATCH = 500;
const BATCHES = 3;
const CALL_DEADLINE_MS = 60_000;

export interface ApiCeiling {
  readonly createsPerSecond: number;
  readonly statusWritesPerSecond: number;
  readonly editsPerSecond: number;
}

/** Creates `count` EventTopics that nobody looks after, writes each one's status, as large as the operator's, and edits it. */
export async function measureApiCeiling(controlPlane: ControlPlane, count: number): Promise<ApiCeiling> {
  const namespace = `ceiling-${randomBytes(3).toString("hex")}`;
  const path = `/apis/eventbus.dev/v1alpha1/namespaces/${namespace}/eventtopics`;
  await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const connect = { ca: controlPlane.caPem };
  const pool = new Pool(controlPlane.url, { connections: 16, pipelining: 1, allowH2: false, connect });
  const authorization = `Bearer ${controlPlane.adminToken}`;
  const header = { apiVersion: "eventbus.dev/v1alpha1", kind: "EventTopic" };
  const shape = { bus: "nobody", partitions: 3 };
  const create = (index: number): Promise<void> =>
    sendJson(pool, {
      method: "POST",
      path,
      headers: { authorization, "content-type": "application/json" },
      body: { ...header, metadata: { name: topicName(index) }, spec: topicSpec(index, shape) },
    });
  const writeStatus = (index: number, round: number): Promise<void> =>
    sendJson(pool, {
      method: "PATCH",
      path: `${path}/${topicName(index)}/status?fieldManager=ceiling&force=true`,
      headers: { authorization, "content-type": "application/apply-patch+yaml" },
      body: { ...header, metadata: { name: topicName(index), namespace }, status: likelyStatus(index, round) },
    });
  const edit = (index: number): Promise<void> =>
    sendJson(pool, {
      method: "PATCH",
      path: `${path}/${topicName(index)}`,
      headers: { authorization, "content-type": "application/merge-patch+json" },
      body: { spec: { retention: { time: "8d" } } },
    });
  try {
    const createsPerSecond = await rate(CREATES_IN_FLIGHT, count, create);
    const rates: number[] = [];
    for (const inFlight of WRITES_IN_FLIGHT) {
      rates.push(await rate(inFlight, count, (index) => writeStatus(index, inFlight)));
    }
    const editsPerSecond = await rate(CREATES_IN_FLIGHT, count, edit);
    return { createsPerSecond, statusWritesPerSecond: Math.max(...rates), editsPerSecond };
  } finally {
    await pool.destroy();
  }
}

async function rate(inFlight: number, count: number, work: (index: number) => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await concurrently(inFlight, count, work);
  return count / ((performance.now() - startedAt) / 1_000);
}

function likelyStatus(index: number, round: number): EventTopicStatus {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const name = `bench.topic-${index}`;
  return {
    observedGeneration: 1,
    bus: { name: "bench", clusterId: "MkU3OEVBNTcwNTJENDM2Qg" },
    topicName: name,
    topicId: randomBytes(16).toString("base64url"),
    adopted: false,
    partitions: 3,
    replicationFactor: 1,
    effectiveConfig: [
      { key: "max.message.bytes", value: "1048576", source: "spec" },
      { key: "retention.ms", value: "604800000", source: "spec" },
      { key: "segment.bytes", value: "104857600", source: "spec" },
    ],
    managedKeys: ["max.message.bytes", "retention.ms", "segment.bytes"],
    conditions: [
      {
        type: "Ready",
        status: "True",
        observedGeneration: 1,
        lastTransitionTime,
        reason: "Created",
        message: `Topic "${name}" is as declared: 3 partitions, replication factor 1 (${round})`,
      },
    ],
  };
}

/** Kafka asked directly, in the way in which the operator asks it. */
export class KafkaCeiling implements AsyncDisposable {
  readonly #admin: ReturnType<typeof connectKafka>;
  readonly #call: WriteCall;
  readonly #prefix = `ceiling-${randomBytes(3).toString("hex")}`;
  #retentionMs = 604_800_000;

  constructor(bootstrapServers: readonly string[], clusterId: string) {
    this.#admin = connectKafka({
      bootstrapServers,
      security: { protocol: "PLAINTEXT" },
      clientId: "bench",
      clock: systemClock,
      mayWrite: () => true,
    });
    const { signal } = new AbortController();
    this.#call = { signal, deadlineMs: CALL_DEADLINE_MS, priority: "live", clusterId };
  }

  /** Seconds for one batch of creates, full where there are so many topics, the median of a few. The topics stay: deleting costs the broker more. */
  async batchSeconds(topics: number, partitions: number): Promise<number> {
    const seconds: number[] = [];
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const startedAt = performance.now();
      await this.#createBatch(batch, Math.min(BATCH, topics), partitions);
      seconds.push((performance.now() - startedAt) / 1_000);
    }
    return seconds.toSorted((a, b) => a - b)[Math.floor(BATCHES / 2)] ?? NaN;
  }

  /** A topic of its own, to be changed by `alter`. */
  async createOne(): Promise<void> {
    const topic = { name: `${this.#prefix}.one`, partitions: 3, replicationFactor: 1, configs: {} };
    const answer = await this.#admin.createTopic(topic, this.#call);
    if (answer.status !== "ok") throw new Error(`Cannot create a topic: ${JSON.stringify(answer)}`);
  }

  /** Milliseconds for one change of one key. */
  async alter(): Promise<number> {
    this.#retentionMs += 60_000;
    const startedAt = performance.now();
    const change = { set: { "retention.ms": String(this.#retentionMs) }, unset: [] };
    const answer = await this.#admin.alterConfigs({ kind: "topic", name: `${this.#prefix}.one` }, change, this.#call);
    if (answer.status !== "ok") throw new Error(`Cannot change a topic: ${JSON.stringify(answer)}`);
    return performance.now() - startedAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.close();
  }

  async #createBatch(batch: number, topics: number, partitions: number): Promise<void> {
    const configs = { "retention.ms": "604800000", "max.message.bytes": "1048576", "segment.bytes": "104857600" };
    const answers = await Promise.all(
      Array.from({ length: topics }, (_, index) => {
        const topic = { name: `${this.#prefix}.${batch}.${index}`, partitions, replicationFactor: 1, configs };
        return this.#admin.createTopic(topic, this.#call);
      }),
    );
    for (const answer of answers) {
      if (answer.status !== "ok") throw new Error(`Cannot create a topic: ${JSON.stringify(answer)}`);
    }
  }
}
