// Writes KafkaTopics of one EventTopic and waits a little for what Strimzi says of them. It knows how, and not what: what
// they are to say is its caller's. Nobody else's KafkaTopic is ever changed.

import { isDeepStrictEqual } from "node:util";

import type { ObjectKey } from "../../api/custom-resource.ts";
import type { Call } from "../../kafka/admin.ts";
import { failedWith, ok, type Answer } from "../../kafka/model/failure.ts";
import { KubernetesError } from "../../kubernetes/resources.ts";
import type { UnversionedObject } from "../../kubernetes/served-version.ts";
import type { Clock } from "../../runtime/clock.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { compareResourceVersions } from "../../runtime/resource-version.ts";
import { outdated } from "../live-objects.ts";
import { ownerOfKafkaTopic } from "./own-kafka-topics.ts";
import type { KafkaTopic } from "./strimzi-kinds.ts";
import type { StrimziNamespaces, StrimziWrites } from "./strimzi-stores.ts";
import { describeKafkaTopic, KAFKA_TOPIC_CONFLICT } from "./topic-operator-answer.ts";

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
  readonly #told = new Map<string, { readonly uid: string; readonly topic: KafkaTopic | undefined }>();

  constructor(ports: KafkaTopicPorts, owner: string, mayWrite: () => boolean) {
    this.#ports = ports;
    this.#owner = owner;
    this.#mayWrite = mayWrite;
  }

  current(key: ObjectKey): KafkaTopic | undefined {
    const stored = this.#ports.namespaces.get(key.namespace ?? "")?.topics.get(keyOf(key));
    const told = this.#told.get(keyOf(key));
    if (told === undefined || (stored !== undefined && isNewer(stored, told))) return stored;
    return told.topic;
  }

  async edit(key: ObjectKey, edit: KafkaTopicEdit, call: Call): Promise<Edited | Unwritten> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const held = this.current(key);
      if (held !== undefined && ownerOfKafkaTopic(held) !== this.#owner) return this.#inTheWay(held);
      const content = edit(held);
      if (content === undefined || isSaid(content, held)) {
        if (held === undefined) throw outdated(describeKafkaTopic({ metadata: { ...NOBODY, ...key } }));
        return { status: "held", topic: held };
      }
      const written = await this.#attempt(key, call, async (writes) => {
        const topic =
          held === undefined ? await writes.create(content, call) : await writes.replace(content, held.metadata, call);
        this.#tell(key, topic);
        return topic;
      });
      if (written.status !== "ok") return written;
      if (written.value !== "outdated") return { status: "written", topic: written.value };
    }
    throw outdated(describeKafkaTopic({ metadata: { ...NOBODY, ...key } }));
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

  /** `outdated`: something else stands there than was looked at; what stands there is known now. */
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
      if (!(error instanceof KubernetesError)) throw error;
      const { code, message, reason } = error;
      if (code === 403) return failedWith({ kind: "denied", name: reason, message: missingRight(key, message) });
      if (code === 422 || code === 400) return failedWith({ kind: "invalid", name: reason, message });
      if (code !== 404 && code !== 409) throw error;
      this.#tell(key, await writes.get({ namespace: key.namespace ?? "", name: key.name }, call));
      return ok("outdated");
    }
  }

  #tell(key: ObjectKey, topic: KafkaTopic | undefined): void {
    const uid = topic?.metadata.uid ?? this.current(key)?.metadata.uid ?? "";
    this.#told.set(keyOf(key), { uid, topic });
    if (topic !== undefined) this.#ports.namespaces.get(key.namespace ?? "")?.topics.accept(topic);
  }

  #inTheWay(topic: KafkaTopic): Unwritten {
    const message =
      `${describeKafkaTopic(topic)} stands in the way and is not this object's; remove it (its topic stays once it is annotated ` +
      `strimzi.io/managed: "false"), or hand it over with the annotation eventbus.dev/event-topic: ${this.#owner}`;
    return { status: "failed", failure: { kind: "invalid", name: KAFKA_TOPIC_CONFLICT, message } };
  }
}

const NOBODY = { uid: "", resourceVersion: "", creationTimestamp: "" } as const;

function isNewer(
  { metadata }: KafkaTopic,
  told: { readonly uid: string; readonly topic: KafkaTopic | undefined },
): boolean {
  if (told.topic === undefined) return metadata.uid !== told.uid;
  return compareResourceVersions(metadata.resourceVersion, told.topic.metadata.resourceVersion) >= 0;
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
