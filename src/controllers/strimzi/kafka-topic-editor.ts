// Writes KafkaTopics of one EventTopic and waits a little for what Strimzi says of them. It knows how, and not what: what
// they are to say is its caller's. Nobody else's KafkaTopic is ever changed.

import { isDeepStrictEqual } from "node:util";

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { Call } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import { KubernetesError } from "../../kubernetes/resources.ts";
import type { UnversionedObject } from "../../kubernetes/served-version.ts";
import type { Clock } from "../../runtime/clock.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { compareResourceVersions } from "../../runtime/resource-version.ts";
import { outdated } from "../live-objects.ts";
import { ownerOfKafkaTopic } from "./own-kafka-topics.ts";
import type { KafkaTopic } from "./strimzi-kinds.ts";
import type { StrimziNamespaces, StrimziWrites } from "./strimzi-stores.ts";
import { describeKafkaTopic, KAFKA_TOPIC_CONFLICT, KAFKA_TOPIC_UNWRITTEN } from "./topic-operator-answer.ts";

export interface KafkaTopicPorts {
  readonly namespaces: StrimziNamespaces;
  /** By namespace. */
  readonly writes: ReadonlyMap<string, StrimziWrites>;
  readonly clock: Clock;
}

/** The bus and cluster that must still be one another's when something is written. */
export interface WrittenPlace {
  readonly busName: string;
  readonly clusterId: string;
}

/** Makes the editor of one run for the EventTopic of key `owner`. Without `place`, only leadership must hold. */
export type KafkaTopicEditors = (owner: string, place?: WrittenPlace) => KafkaTopicEditor;

/** What is written: metadata and spec, with all that others have put there. */
export type KafkaTopicContent = UnversionedObject & Pick<KafkaTopic, "spec">;

/** Undefined: nothing to change. */
export type KafkaTopicEdit = (held: KafkaTopic | undefined) => KafkaTopicContent | undefined;

/** `held`: it says so already, and nothing was written. */
export type Edited =
  | { readonly status: "written"; readonly topic: KafkaTopic }
  | { readonly status: "held"; readonly topic: KafkaTopic };

export type Unwritten = Exclude<Answer<never>, { status: "ok" }>;

/** How long a run waits for the Topic Operator, milliseconds; it takes 0.2 s for one, and half a minute for a thousand. */
const PATIENCE_MS = 3_000;
/** What is left of a run's time for its end, milliseconds. */
const MARGIN_MS = 2_000;
const ATTEMPTS = 3;

/**
 * Guarantees
 * - One that is not for the EventTopic `owner` is neither changed nor deleted, whatever its name.
 * - A write goes to the very version that was looked at; where there is a newer one it is looked at again.
 * - Nothing is written while `mayWrite` says no, or for a call that is called off: `notSent`.
 */
export class KafkaTopicEditor {
  readonly #ports: KafkaTopicPorts;
  readonly #owner: string;
  readonly #mayWrite: () => boolean;
  /** What answers of the API server told, which the store may not know yet; by key. */
  readonly #told = new Map<string, KafkaTopic>();
  /** The last edit of each, by key. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(ports: KafkaTopicPorts, owner: string, mayWrite: () => boolean) {
    this.#ports = ports;
    this.#owner = owner;
    this.#mayWrite = mayWrite;
  }

  current(key: ObjectKey): KafkaTopic | undefined {
    const stored = this.#ports.namespaces.get(key.namespace ?? "")?.topics.get(keyOf(key));
    const told = this.#told.get(keyOf(key));
    if (told === undefined || stored === undefined) return stored ?? told;
    const versions = [stored.metadata.resourceVersion, told.metadata.resourceVersion] as const;
    return compareResourceVersions(...versions) >= 0 ? stored : told;
  }

  /** Those of one run for one KafkaTopic follow one another. */
  async edit(key: ObjectKey, edit: KafkaTopicEdit, call: Call): Promise<Edited | Unwritten> {
    const before = this.#underWay.get(keyOf(key)) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.set(keyOf(key), promise);
    await before;
    try {
      return await this.#edit(key, edit, call);
    } finally {
      resolve();
    }
  }

  async #edit(key: ObjectKey, edit: KafkaTopicEdit, call: Call): Promise<Edited | Unwritten> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const held = this.current(key);
      if (held !== undefined && ownerOfKafkaTopic(held) !== this.#owner) return this.#inTheWay(held);
      const content = edit(held);
      if (held !== undefined && (content === undefined || isSaid(content, held)))
        return { status: "held", topic: held };
      if (content === undefined) break;
      const written = await this.#attempt(key, call, async (writes) => {
        const topic =
          held === undefined ? await writes.create(content, call) : await writes.replace(content, held.metadata, call);
        this.#tell(key, topic);
        return topic;
      });
      if (written.status !== "ok") return written;
      if (written.value !== "outdated") return { status: "written", topic: written.value };
      await this.until(key, call, (topic) => topic?.metadata.resourceVersion !== held?.metadata.resourceVersion);
    }
    throw outdated(`KafkaTopic "${keyOf(key)}"`);
  }

  /** Exactly this version of it; throws a conflict where there is a newer one. */
  async delete(topic: KafkaTopic, call: Call): Promise<Answer<undefined>> {
    const { metadata } = topic;
    if (ownerOfKafkaTopic(topic) !== this.#owner) return this.#inTheWay(topic);
    const deleted = await this.#attempt(metadata, call, async (writes) => {
      await writes.delete(metadata, call);
      return topic;
    });
    if (deleted.status !== "ok") return deleted;
    if (deleted.value === "outdated") throw outdated(describeKafkaTopic(topic));
    return ok(undefined);
  }

  /** As it is once `isMet` holds of it, or when patience is at its end. */
  async until(
    key: ObjectKey,
    call: Call,
    isMet: (topic: KafkaTopic | undefined) => boolean,
  ): Promise<KafkaTopic | undefined> {
    const store = this.#ports.namespaces.get(key.namespace ?? "")?.topics;
    const patienceMs = Math.min(PATIENCE_MS, call.deadlineMs - MARGIN_MS);
    if (store === undefined || patienceMs <= 0 || call.signal.aborted || isMet(this.current(key))) {
      return this.current(key);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => resolve();
    const unsubscribe = store.subscribe(() => {
      if (isMet(this.current(key))) end();
    });
    const timer = this.#ports.clock.after(patienceMs, end);
    call.signal.addEventListener("abort", end, { once: true });
    await promise;
    unsubscribe();
    timer.cancel();
    call.signal.removeEventListener("abort", end);
    return this.current(key);
  }

  /** `outdated`: something else stands there than was looked at, which the store will soon know. */
  async #attempt(
    key: ObjectKey,
    call: Call,
    send: (writes: StrimziWrites["topics"]) => Promise<KafkaTopic>,
  ): Promise<Answer<KafkaTopic | "outdated">> {
    const writes = this.#ports.writes.get(key.namespace ?? "")?.topics;
    if (call.signal.aborted) return { status: "notSent", reason: "The run was called off" };
    if (writes === undefined || !this.#mayWrite()) return { status: "notSent", reason: "Writing is not permitted now" };
    try {
      return ok(await send(writes));
    } catch (error) {
      const refusal = refusalOf(error, key, call);
      if (refusal === "outdated") {
        this.#told.delete(keyOf(key));
        return ok(refusal);
      }
      return refusal;
    }
  }

  #tell(key: ObjectKey, topic: KafkaTopic): void {
    this.#told.set(keyOf(key), topic);
    this.#ports.namespaces.get(key.namespace ?? "")?.topics.accept(topic);
  }

  #inTheWay(topic: KafkaTopic): Unwritten {
    const message =
      `${describeKafkaTopic(topic)} stands in the way and is not this object's; remove it (its topic stays once it is annotated ` +
      `strimzi.io/managed: "false"), or hand it over with the annotation eventbus.dev/event-topic: ${this.#owner}`;
    return { status: "failed", failure: { kind: "invalid", name: KAFKA_TOPIC_CONFLICT, message } };
  }
}

/** In the middle of a write, of which nobody knows what came. */
const CALLED_OFF: Unwritten = { status: "unknown", reason: "The run was called off meanwhile", handedOver: "before" };

/** Throws what says nothing about the write. */
function refusalOf(error: unknown, key: ObjectKey, { signal }: Call): Unwritten | "outdated" {
  if (!(error instanceof KubernetesError)) {
    if (signal.aborted) return CALLED_OFF;
    throw error;
  }
  const { code, message } = error;
  const name = KAFKA_TOPIC_UNWRITTEN;
  switch (code) {
    case 403:
      return { status: "failed", failure: { kind: "denied", name, message: missingRight(key, message) } };
    case 400:
    case 422:
      return { status: "failed", failure: { kind: "invalid", name, message } };
    case 404:
    case 409:
      return "outdated";
    default:
      throw error;
  }
}

function isSaid({ metadata, spec }: KafkaTopicContent, held: KafkaTopic | undefined): boolean {
  if (held === undefined) return false;
  const { annotations = {}, labels = {} } = held.metadata;
  return (
    isDeepStrictEqual(spec, held.spec) &&
    isDeepStrictEqual({ ...metadata.labels }, { ...labels }) &&
    isDeepStrictEqual({ ...metadata.annotations }, { ...annotations })
  );
}

function missingRight({ namespace = "" }: ObjectKey, message: string): string {
  return (
    `The operator may not write KafkaTopics in namespace "${namespace}" (${message}); grant it the Role ` +
    "event-bus-operator-strimzi-topics of config/strimzi-topics there"
  );
}
