// The topics of one EventTopic through Strimzi: what would be a request to Kafka becomes a change of a KafkaTopic, and what the
// Topic Operator says of it the answer. Where a topic has no KafkaTopic (any more), Kafka itself is asked.

import type { ObjectKey } from "../../api/custom-resource.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL } from "../../api/group.ts";
import type { KafkaAdmin, WriteCall } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { ConfigChange, ConfigResource } from "../../kafka/model/topic-config.ts";
import { replicationFactorOf, type CreatedTopic, type NewTopic } from "../../kafka/model/topic.ts";
import { parseKey } from "../../runtime/object-key.ts";
import { outdated } from "../live-objects.ts";
import type { KafkaTopicCorrection } from "./kafka-topic-correction.ts";
import type { KafkaTopicContent, KafkaTopicEdit, KafkaTopicEditor } from "./kafka-topic-editor.ts";
import {
  configText,
  isBeingGivenUp,
  isManaged,
  isReleased,
  kafkaTopicKey,
  type Delegation,
  type KafkaTopicPlace,
} from "./own-kafka-topics.ts";
import { releaseKafkaTopic } from "./release-kafka-topic.ts";
import { CLUSTER_LABEL, MANAGED_ANNOTATION, type KafkaTopic } from "./strimzi-kinds.ts";
import { describeKafkaTopic, topicOperatorAnswer } from "./topic-operator-answer.ts";
import { writtenMetadata } from "./written-metadata.ts";

/** Configuration keys of a topic that others have set, as far as that is on record, by the topic's name. */
export type OthersKeys = (topicName: string) => ReadonlySet<string>;

type Handing = Extract<Answer<never>, { status: "unknown" }>["handedOver"];

/**
 * Guarantees
 * - A run before the Topic Operator has acted writes nothing again: the KafkaTopic says so already.
 * - A managed KafkaTopic is deleted for one reason only: its topic is to be deleted, and it stands for the very topic of that
 *   id. Every other one is released first, and deleted when Strimzi has said so.
 */
export class KafkaTopicWriter {
  readonly #editor: KafkaTopicEditor;
  readonly #delegation: Delegation;
  readonly #admin: KafkaAdmin;
  readonly #othersKeys: OthersKeys;

  constructor(editor: KafkaTopicEditor, delegation: Delegation, admin: KafkaAdmin, othersKeys: OthersKeys) {
    this.#editor = editor;
    this.#delegation = delegation;
    this.#admin = admin;
    this.#othersKeys = othersKeys;
  }

  async createTopic(topic: NewTopic, call: WriteCall): Promise<Answer<CreatedTopic>> {
    const { place } = this.#delegation;
    if (place === undefined) return await this.#admin.createTopic(topic, call);
    const answer = await this.#serve(topic.name, (held) => this.#whole(topic, place, held), call);
    if (answer.status !== "ok") return answer;
    return ok({ id: answer.value, ...(await this.#shapeOf(topic, answer.value, call)) });
  }

  /** As the broker tells a creator: also what was left to it. */
  async #shapeOf(
    { name, partitions, replicationFactor }: NewTopic,
    id: string,
    call: WriteCall,
  ): Promise<Omit<CreatedTopic, "id">> {
    if (partitions !== undefined && replicationFactor !== undefined) return { partitions, replicationFactor };
    const seen = await this.#admin.describeTopic({ name }, call);
    if (seen.status !== "ok" || seen.value.id !== id) return { partitions, replicationFactor };
    return { partitions: seen.value.partitions.length, replicationFactor: replicationFactorOf(seen.value) };
  }

  async createPartitions(
    growth: { readonly name: string; readonly count: number; readonly currentCount: number },
    call: WriteCall,
  ): Promise<Answer<void>> {
    if (this.#delegation.place === undefined) return await this.#admin.createPartitions(growth, call);
    return await this.#change(growth.name, { partitions: growth.count, set: {}, unset: [] }, call);
  }

  async alterConfigs(resource: ConfigResource, change: ConfigChange, call: WriteCall): Promise<Answer<void>> {
    if (this.#delegation.place === undefined) return await this.#admin.alterConfigs(resource, change, call);
    return await this.#change(resource.name, change, call);
  }

  /** By its KafkaTopic only where that stands for the topic of this id; else by id, once it is released. */
  async deleteTopic(
    { id, name }: { readonly id: string; readonly name: string },
    call: WriteCall,
  ): Promise<Answer<void>> {
    const key = kafkaTopicKey(name, this.#delegation);
    const held = key === undefined ? undefined : this.#own(key);
    if (key === undefined || held === undefined || isReleased(held)) return await this.#admin.deleteTopic({ id }, call);
    if (isManaged(held) && held.metadata.deletionTimestamp !== undefined) {
      return handedOver("before", `${describeKafkaTopic(held)} is being deleted, and Strimzi has not done it yet`);
    }
    const answer = topicOperatorAnswer(held);
    if (answer.kind === "served" && answer.topicId === id) return await this.#deleteWith(held, key, call);
    const released = await this.release(held, call);
    return released.status === "ok" ? await this.#admin.deleteTopic({ id }, call) : released;
  }

  /** A topic that is there already gets its KafkaTopic, which says just what it is. */
  async declare(topic: NewTopic, call: WriteCall): Promise<Answer<undefined>> {
    const { place } = this.#delegation;
    if (place === undefined) return ok(undefined);
    const edit: KafkaTopicEdit = (held) => {
      // Not known when this was planned: what others have made of it since must not be overwritten.
      if (held !== undefined && !isBeingGivenUp(held)) throw outdated(describeKafkaTopic(held));
      return this.#whole(topic, place, held);
    };
    return withoutValue(await this.#serve(topic.name, edit, call));
  }

  /** Takes back what Kafka has not become, and is not to become. */
  async correct(topicName: string, correction: KafkaTopicCorrection, call: WriteCall): Promise<Answer<undefined>> {
    return withoutValue(await this.#serve(topicName, (held) => corrected(correction, held), call));
  }

  async release(topic: Pick<KafkaTopic, "metadata">, call: WriteCall): Promise<Answer<undefined>> {
    return await releaseKafkaTopic(topic, this.#editor, call);
  }

  async #deleteWith(held: KafkaTopic, key: ObjectKey, call: WriteCall): Promise<Answer<void>> {
    const deleted = await this.#editor.delete(held, call);
    if (deleted.status !== "ok") return deleted;
    const { uid } = held.metadata;
    const left = await this.#editor.until(key, call, (topic) => topic?.metadata.uid !== uid);
    if (left?.metadata.uid !== uid) return ok(undefined);
    return handedOver("now", `${describeKafkaTopic(held)} is being deleted, and Strimzi has not done it yet`);
  }

  async #change(name: string, change: KafkaTopicCorrection, call: WriteCall): Promise<Answer<void>> {
    const answer = await this.#serve(name, (held) => corrected(change, held), call);
    return answer.status === "ok" ? ok(undefined) : answer;
  }

  /** Answers with the topic's id once the Topic Operator has done what the KafkaTopic says. */
  async #serve(topicName: string, edit: KafkaTopicEdit, call: WriteCall): Promise<Answer<string>> {
    const key = this.#keyOf(topicName);
    const standing = this.#own(key);
    if (standing?.metadata.deletionTimestamp !== undefined) {
      return handedOver("before", `${describeKafkaTopic(standing)} is being deleted`);
    }
    const edited = await this.#editor.edit(key, edit, call);
    if (edited.status !== "written" && edited.status !== "held") return edited;
    const isWritten = edited.status === "written";
    const topic = (isWritten ? await this.#editor.until(key, call, isAnswered) : undefined) ?? edited.topic;
    const answer = topicOperatorAnswer(topic);
    switch (answer.kind) {
      case "refused":
        return { status: "failed", failure: answer.failure };
      case "silent":
        return handedOver(isWritten ? "now" : "before", answer.message);
      case "served": {
        if (isWritten && answer.topicId !== undefined) return ok(answer.topicId);
        const message =
          `${describeKafkaTopic(topic)} says so, and Kafka is not so (any more); Strimzi's Topic Operator puts that right at ` +
          "its next pass, within two minutes by default";
        return handedOver(isWritten ? "now" : "before", message);
      }
    }
  }

  /** The KafkaTopic of a topic that it says everything about. */
  #whole(
    { name, partitions, replicationFactor, configs }: NewTopic,
    { cluster }: KafkaTopicPlace,
    held: KafkaTopic | undefined,
  ): KafkaTopicContent {
    const key = this.#keyOf(name);
    const { [MANAGED_ANNOTATION]: managed, [ANNOTATION.givenUp]: _mark, ...kept } = held?.metadata.annotations ?? {};
    // What was unmanaged by others stays so.
    const isKept = held !== undefined && managed !== undefined && !isBeingGivenUp(held);
    const { partitions: _p, replicas: _r, config: before = {}, ...others } = held?.spec ?? {};
    // Of a topic that was lost; all else that it says and nobody wants was asked for by us, and came to nothing.
    const ofOthers = Object.entries(before).filter(([entry]) => this.#othersKeys(name).has(entry));
    return {
      metadata: {
        ...writtenMetadata(key, held),
        labels: { ...held?.metadata.labels, [CLUSTER_LABEL]: cluster, [LABEL.managedBy]: FIELD_MANAGER },
        annotations: {
          ...kept,
          ...(isKept ? { [MANAGED_ANNOTATION]: managed } : {}),
          [ANNOTATION.eventTopic]: this.#delegation.owner,
        },
      },
      spec: {
        ...(key.name === name ? {} : { topicName: name }),
        ...others,
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicationFactor === undefined ? {} : { replicas: replicationFactor }),
        config: Object.fromEntries([
          ...ofOthers,
          ...Object.entries(configs).map(([entry, value]) => [entry, asSaid(before[entry], value)] as const),
        ]),
      },
    };
  }

  #keyOf(topicName: string): ObjectKey {
    return kafkaTopicKey(topicName, this.#delegation) ?? { name: topicName };
  }

  #own(key: ObjectKey): KafkaTopic | undefined {
    const held = this.#editor.current(key);
    return held?.metadata.annotations?.[ANNOTATION.eventTopic] === this.#delegation.owner ? held : undefined;
  }
}

function isAnswered(topic: KafkaTopic | undefined): boolean {
  return topic !== undefined && topicOperatorAnswer(topic).kind !== "silent";
}

/** Key of a KafkaTopic as an action names it. */
export function kafkaTopicOf(key: string): Pick<KafkaTopic, "metadata"> {
  return { metadata: { ...parseKey(key), uid: "", resourceVersion: "", creationTimestamp: "" } };
}

/** Undefined where there is none: a part of what is not there cannot be written. */
function corrected(
  { partitions, set, unset }: KafkaTopicCorrection,
  held: KafkaTopic | undefined,
): KafkaTopicContent | undefined {
  if (held === undefined) return undefined;
  const { config: before = {}, ...spec } = held.spec ?? {};
  const kept = Object.entries(before).filter(([key]) => !unset.includes(key));
  const changed = Object.entries(set).map(([key, value]) => [key, asSaid(before[key], value)] as const);
  const config = Object.fromEntries([...kept, ...changed]);
  return withSpec(held, { ...spec, ...(partitions === undefined ? {} : { partitions }), config });
}

function withSpec(held: KafkaTopic, spec: KafkaTopic["spec"]): KafkaTopicContent {
  return { metadata: writtenMetadata(held.metadata, held), spec };
}

/** A value that means the same stays as it is written. */
function asSaid(before: unknown, value: string): unknown {
  return before !== undefined && configText(before) === value ? before : value;
}

function handedOver(handing: Handing, reason: string): Extract<Answer<never>, { status: "unknown" }> {
  return { status: "unknown", reason, handedOver: handing };
}

function withoutValue(answer: Answer<unknown>): Answer<undefined> {
  return answer.status === "ok" ? ok(undefined) : answer;
}
