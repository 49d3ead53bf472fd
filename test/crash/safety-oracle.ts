// SafetyOracle: judges each write of the operator at the moment when it is made, by the rules that keep data safe, and
// by nothing that the operator itself believes. It keeps what it found wrong, one sentence each.

import { READY_REASONS } from "../../src/api/conditions.ts";
import type { CustomResource } from "../../src/api/custom-resource.ts";
import type { EventBus } from "../../src/api/event-bus.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "../../src/api/group.ts";
import { KINDS } from "../../src/api/kinds.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import type { ConfigChange, ConfigResource } from "../../src/kafka/model/topic-config.ts";
import { conditionProblems } from "../environment/condition-problems.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";

/** The truth that writes are judged by. */
export interface Truth {
  readonly kafka: InMemoryKafka;
  readonly topics: InMemoryKubernetes<EventTopic>;
  readonly buses: InMemoryKubernetes<EventBus>;
}

type Judge = (answer: Answer<unknown>) => void;

export class SafetyOracle {
  readonly violations: string[] = [];
  /** While true, nothing may be written to Kafka at all. */
  forbidsKafka = false;
  readonly #truth: Truth;
  readonly #creates = new Map<string, number>();
  /** Creations that are in order, by name: one, and one more for each legitimate end of the topic. */
  readonly #allowed = new Map<string, number>();

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  /** Somebody else ended this topic: its operator may make another. */
  allowAnotherCreation(name: string): void {
    this.#allowed.set(name, this.#allowedCreations(name) + 1);
  }

  /** A write to Kafka begins; the returned function is told its answer. */
  seesCall(verb: keyof KafkaAdmin, args: readonly unknown[]): Judge {
    if (this.forbidsKafka) this.#violated(`${verb} ${JSON.stringify(args[0])} while nothing may be written`);
    switch (verb) {
      case "createTopic":
        return this.#creation((args[0] as { readonly name: string }).name);
      case "deleteTopic":
        return this.#deletion((args[0] as { readonly id: string }).id);
      case "createPartitions":
        return this.#growth(args[0] as { readonly name: string; readonly count: number });
      case "alterConfigs":
        return this.#configuration(args[0] as ConfigResource, args[1] as ConfigChange);
      default:
        return this.#wrong(`${verb} is never called by this operator`);
    }
  }

  /** The operator wrote this object. */
  sawObject(object: CustomResource<unknown>): void {
    const { kind, metadata, status } = object;
    const told = (problem: string): void => this.#violated(`${kind} ${metadata.name}: ${problem}`);
    for (const problem of conditionProblems(object)) told(problem);
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    const reasons = READY_REASONS[kind as keyof typeof READY_REASONS] as Readonly<Record<string, { ready: string }>>;
    if (ready !== undefined && reasons[ready.reason]?.ready !== ready.status) {
      told(`Ready=${ready.status} has the reason "${ready.reason}", which the table does not have`);
    }
    const schema = KINDS.find((candidate) => candidate.kind === kind)?.status.strict();
    const parsed = schema?.safeParse(status ?? {});
    if (parsed?.success === false) told(`its status does not fit its schema: ${parsed.error.message}`);
    for (const problem of orderProblems(status ?? {}, "status")) told(problem);
  }

  #creation(name: string): Judge {
    const wishes = this.#claiming(name).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const problem = wishes.length === 0 ? "nobody declares it" : this.#problemOfHeld(wishes);
    return (answer) => {
      if (answer.status !== "ok") return;
      const count = (this.#creates.get(name) ?? 0) + 1;
      this.#creates.set(name, count);
      if (problem !== undefined) this.#violated(`Topic "${name}" was created although ${problem}`);
      if (count > this.#allowedCreations(name)) this.#violated(`Topic "${name}" was created ${count} times`);
    };
  }

  #deletion(id: string): Judge {
    const topic = this.#truth.kafka.topics.byId(id);
    const owners = this.#truth.topics.objects.filter(({ status }) => status?.topicId === id);
    const entitled = owners.filter(({ metadata, spec }) => {
      const isConfirmed =
        spec.deletionProtection === false || metadata.annotations?.[ANNOTATION.confirmDeletion] === id;
      const isWanted = metadata.deletionTimestamp !== undefined && spec.deletionPolicy === "Delete";
      const isHeld = spec.suspend === true || metadata.finalizers?.includes(FINALIZER) !== true;
      return isWanted && !isHeld && (isConfirmed || !this.#isInUse(topic?.name ?? ""));
    });
    const problem = entitled.length === 0 ? "no object asks for it" : this.#problemOfHeld(entitled);
    return (answer) => {
      if (answer.status !== "ok" || topic === undefined) return;
      if (problem !== undefined) this.#violated(`Topic ${id} was deleted although ${problem}`);
      else this.allowAnotherCreation(topic.name);
    };
  }

  #growth({ name, count }: { readonly name: string; readonly count: number }): Judge {
    const topic = this.#truth.kafka.topics.get(name);
    const wishes = this.#claiming(name).filter(({ spec }) => {
      const isSized = spec.sizing !== undefined || spec.partitions === count;
      const isKeyed = spec.partitionKey !== undefined || topic?.configs["cleanup.policy"]?.includes("compact") === true;
      return isSized && (!isKeyed || spec.acknowledgePartitionGrowth === count);
    });
    return this.#wrong(
      wishes.length === 0 ? `Topic "${name}" grew to ${count}, which nobody wants` : undefined,
      this.#problemOfHeld(wishes),
    );
  }

  #configuration(resource: ConfigResource, { set, unset }: ConfigChange): Judge {
    const owners = this.#claiming(resource.name);
    const [owner] = owners;
    const recorded = new Set(owners.flatMap(({ status }) => status?.managedKeys ?? []));
    const isFull = owners.some(({ spec }) => spec.configOwnership === "Full");
    const unrecorded = [...Object.keys(set), ...(isFull ? [] : unset)].filter((key) => !recorded.has(key));
    const reverted = owners.flatMap((object) => revertedKeys(object, set, unset));
    return this.#wrong(
      reverted.length > 0 ? `Topic "${resource.name}": ${reverted.join(", ")} set against the live spec` : undefined,
      resource.kind === "topic" ? undefined : `Configuration of ${resource.kind} "${resource.name}" was changed`,
      owner === undefined ? `Topic "${resource.name}" was configured, which nobody declares` : undefined,
      unrecorded.length > 0 ? `Topic "${resource.name}": ${unrecorded.join(", ")} changed without a record` : undefined,
      this.#problemOfHeld(owners),
    );
  }

  /** Objects that claim this name, by what they have recorded, else by what they declare (the template is {domain}). */
  #claiming(name: string): EventTopic[] {
    return this.#truth.topics.objects.filter(
      ({ spec, status }) => (status?.topicName ?? spec.topicName ?? spec.domain) === name,
    );
  }

  #problemOfHeld(wishes: readonly EventTopic[]): string | undefined {
    if (wishes.length > 0 && wishes.every(({ spec }) => spec.suspend === true)) return "its object is suspended";
    const bus = this.#truth.buses.objects.find(({ metadata }) => metadata.name === "bus");
    if (bus === undefined) return "its EventBus is gone";
    if (bus.spec.suspend === true) return "its EventBus is suspended";
    return bus.spec.access === "ReadOnly" ? "its EventBus is read-only" : undefined;
  }

  #isInUse(name: string): boolean {
    const { kafka } = this.#truth;
    const holdsRecords = kafka.topics.get(name)?.partitions.some(({ start, end }) => end > start) === true;
    const groups = kafka.groups.list().map(({ groupId }) => groupId);
    return holdsRecords || groups.some((id) => kafka.groups.commits(id).some(({ topic }) => topic === name));
  }

  #allowedCreations(name: string): number {
    return this.#allowed.get(name) ?? 1;
  }

  #wrong(...problems: readonly (string | undefined)[]): Judge {
    return (answer) => {
      if (answer.status !== "ok") return;
      for (const problem of problems) if (problem !== undefined) this.#violated(problem);
    };
  }

  #violated(sentence: string): void {
    this.violations.push(sentence);
  }
}

/** Keys whose value the live spec itself says, and says otherwise. */
function revertedKeys({ spec }: EventTopic, set: ConfigChange["set"], unset: ConfigChange["unset"]): readonly string[] {
  const declared = new Map(Object.entries(spec.config ?? {}).map(([key, value]) => [key, String(value)]));
  if (spec.compressionType !== undefined) declared.set("compression.type", spec.compressionType);
  const wrong = Object.entries(set).filter(([key, value]) => declared.has(key) && declared.get(key) !== value);
  return [...wrong.map(([key]) => key), ...unset.filter((key) => declared.has(key))];
}

/** Lists of names are sorted and hold each name once; empty ones are not there. */
function orderProblems(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([key, item]) => orderProblems(item, `${path}.${key}`));
  if (value.length === 0) return [`${path} is empty instead of absent`];
  const inside = value.flatMap((item, index) => orderProblems(item, `${path}[${index}]`));
  if (/\.(conditions|brokers|pendingChanges|leftBehind)$/.test(path)) return inside;
  const names = value.map(nameOf);
  const sorted = [...new Set(names)].toSorted();
  return names.join("\n") === sorted.join("\n") ? inside : [...inside, `${path} is not sorted: ${names.join(", ")}`];
}

function nameOf(item: unknown): string {
  if (typeof item !== "object" || item === null) return String(item);
  const { key, name, topicName, groupId } = item as Readonly<Record<string, string>>;
  return key ?? topicName ?? groupId ?? name ?? JSON.stringify(item);
}
