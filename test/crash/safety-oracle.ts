// SafetyOracle: judges each write of the operator at the moment when it is made, by the rules that keep data safe, and
// by nothing that the operator itself believes. It keeps what it found wrong, one sentence each.

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import type { CustomResource } from "../../src/api/custom-resource.ts";
import type { EventBus } from "../../src/api/event-bus.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "../../src/api/group.ts";
import type { RetentionPolicy } from "../../src/api/retention-policy.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { AclBinding } from "../../src/kafka/model/acl.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import type { CommittedOffset } from "../../src/kafka/model/offsets.ts";
import type { ConfigChange, ConfigResource } from "../../src/kafka/model/topic-config.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";
import { aclCreationProblem, aclDeletionProblem } from "./access-rules.ts";
import { commitProblem, groupConfigProblem, groupDeletionProblem } from "./group-rules.ts";
import {
  claimProblem,
  consequenceOf,
  kafkaTopicProblems,
  meeting,
  ownerOf,
  type StrimziWrite,
} from "./kafka-topic-rules.ts";
import { kafkaUserProblems } from "./kafka-user-rules.ts";
import { statusProblems } from "./status-problems.ts";
import type { StrimziSide } from "./strimzi-side.ts";
import { boundIds, revertedKeys, wantsPartitions, wishesFor, type Wish } from "./topic-wishes.ts";

/** The truth that writes are judged by. */
export interface Truth {
  readonly clock: { now(): number };
  readonly kafka: InMemoryKafka;
  readonly topics: InMemoryKubernetes<EventTopic>;
  readonly buses: InMemoryKubernetes<EventBus>;
  readonly policies: InMemoryKubernetes<RetentionPolicy>;
  readonly groups: InMemoryKubernetes<ConsumerGroup>;
  readonly strimzi: Pick<StrimziSide, "topics" | "users">;
}

/** A change of one configuration value that somebody approved, and in which quality. */
export interface ApprovedLoss {
  readonly topicName: string;
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly by: "owner" | "platform";
}

type Shortening = Pick<ApprovedLoss, "from" | "to">;

type Judge = (answer: Answer<unknown>) => void;

/** Kinds whose status is not ours. */
const OTHERS_KINDS: ReadonlySet<string> = new Set(["Secret", "KafkaTopic", "KafkaUser"]);

export class SafetyOracle {
  readonly violations: string[] = [];
  /** While true, nothing may be written to Kafka at all. */
  forbidsKafka = false;
  readonly #truth: Truth;
  readonly #creates = new Map<string, number>();
  /** Creations that are in order, by name: one, and one more for each legitimate end of the topic. */
  readonly #allowed = new Map<string, number>();

  #approved: readonly ApprovedLoss[] = [];

  constructor(truth: Truth) {
    this.#truth = truth;
  }

  /** Somebody else ended this topic: its operator may make another. */
  allowAnotherCreation(name: string): void {
    this.#allowed.set(name, this.#allowedCreations(name) + 1);
  }

  /** Somebody approved it: it may be made once. */
  allowLoss(loss: ApprovedLoss): void {
    this.#approved = [...this.#approved, loss];
  }

  /** A write to Kafka begins; the returned function is told its answer. */
  seesCall(verb: keyof KafkaAdmin, args: readonly unknown[]): Judge {
    if (this.forbidsKafka) this.#violated(`${verb} ${JSON.stringify(args)} while nothing may be written`);
    const claim = claimProblem(this.#topicOf(verb, args), this.#truth);
    return both(this.#judgeOf(verb, args), this.#wrong(claim));
  }

  #judgeOf(verb: keyof KafkaAdmin, args: readonly unknown[]): Judge {
    switch (verb) {
      case "createTopic":
        return this.#creation((args[0] as { readonly name: string }).name);
      case "deleteTopic":
        return this.#deletion((args[0] as { readonly id: string }).id);
      case "createPartitions":
        return this.#growth(args[0] as { readonly name: string; readonly count: number });
      case "alterConfigs":
        return this.#configuration(args[0] as ConfigResource, args[1] as ConfigChange);
      case "commitOffset":
        return this.#groupWrite(
          args[0] as string,
          commitProblem(args[0] as string, args[1] as CommittedOffset, this.#truth),
        );
      case "deleteGroup":
        return this.#groupWrite(args[0] as string, groupDeletionProblem(args[0] as string, this.#truth));
      case "createAcl":
        return this.#wrong(aclCreationProblem(args[0] as AclBinding, this.#truth), this.#hold([]));
      case "deleteAcl":
        return this.#wrong(aclDeletionProblem(args[0] as AclBinding, this.#truth), this.#hold([]));
      default:
        return this.#wrong(`${verb} is never called by this operator`);
    }
  }

  /** A write to one of Strimzi's objects begins; the returned function is called once it was carried out. */
  seesStrimziWrite(write: StrimziWrite): () => void {
    const isTopic = write.kind === "KafkaTopic";
    const { after, before } = meeting(write, this.#truth);
    // Gone already, and so nothing is written.
    if (isTopic && before === undefined && after === undefined) return () => {};
    const owner = isTopic ? ownerOf(before ?? after, this.#truth) : undefined;
    const hold = this.#hold(owner === undefined ? [] : [{ object: owner, role: "source" }]);
    const told = `${write.kind} "${write.key}" met a ${write.verb}`;
    const problems = [
      ...(isTopic ? kafkaTopicProblems(write, this.#truth) : kafkaUserProblems(write, this.#truth)),
      ...(hold === undefined ? [] : [`${told} although ${hold}`]),
      ...(this.forbidsKafka ? [`${told} while nothing may be written`] : []),
    ];
    const judges = isTopic ? this.#consequences(write) : [];
    return () => {
      for (const judge of [this.#wrong(...problems), ...judges]) judge({ status: "ok", value: undefined });
    };
  }

  /** The operator wrote this object. */
  sawObject(object: CustomResource<unknown>): void {
    if (OTHERS_KINDS.has(object.kind)) return;
    for (const problem of statusProblems(object)) this.#violated(`${object.kind} ${object.metadata.name}: ${problem}`);
  }

  /** What Strimzi will do is judged as if the operator did it. */
  #consequences(write: StrimziWrite): Judge[] {
    const consequence = consequenceOf(write, this.#truth);
    if (consequence === undefined) return [];
    const { deletedId, growsTo, isCreated, name, set, unset } = consequence;
    const isConfigured = Object.keys(set).length + unset.length > 0;
    return [
      ...(isCreated ? [this.#creation(name)] : []),
      ...(deletedId === undefined ? [] : [this.#deletion(deletedId)]),
      ...(growsTo === undefined ? [] : [this.#growth({ name, count: growsTo })]),
      ...(isConfigured ? [this.#configuration({ kind: "topic", name }, { set, unset })] : []),
    ];
  }

  /** Its name; empty for what is about no topic. */
  #topicOf(verb: keyof KafkaAdmin, [subject]: readonly unknown[]): string {
    const { id = "", kind = "topic", name = "" } = Object(subject) as Readonly<Record<string, string>>;
    if (verb === "deleteTopic") return this.#truth.kafka.topics.byId(id)?.name ?? "";
    const isAboutTopic = verb === "createTopic" || verb === "createPartitions" || verb === "alterConfigs";
    return isAboutTopic && kind === "topic" ? name : "";
  }

  #groupWrite(groupId: string, problem: string | undefined): Judge {
    const hold = this.#hold([]);
    return this.#wrong(problem, hold === undefined ? undefined : `Group "${groupId}" was changed although ${hold}`);
  }

  #creation(name: string): Judge {
    const wishes = this.#wishes(name).filter(({ object }) => object.metadata.deletionTimestamp === undefined);
    const problem = wishes.length === 0 ? "nobody declares it" : this.#hold(wishes);
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
    const owners = this.#truth.topics.objects.filter((object) => boundIds(object).includes(id));
    const entitled = owners.filter(({ metadata, spec }) => {
      const confirmed = (metadata.annotations?.[ANNOTATION.confirmDeletion] ?? "").split(",");
      const isConfirmed = spec.deletionProtection === false || confirmed.includes(id);
      const isWanted = metadata.deletionTimestamp !== undefined && spec.deletionPolicy === "Delete";
      const isHeld = spec.suspend === true || metadata.finalizers?.includes(FINALIZER) !== true;
      return isWanted && !isHeld && (isConfirmed || !this.#isInUse(topic?.name ?? ""));
    });
    const wishes = entitled.map((object) => ({ object, role: "source" }) as const);
    const heirs = this.#wishes(topic?.name ?? "").filter(
      ({ object }) => object.metadata.deletionTimestamp === undefined,
    );
    const problem =
      (entitled.length === 0 ? "no object asks for it" : this.#hold(wishes)) ??
      (heirs.length === 0 ? undefined : `${heirs[0]?.object.metadata.name} wants it`);
    return (answer) => {
      if (answer.status !== "ok" || topic === undefined) return;
      if (problem !== undefined) this.#violated(`Topic ${id} was deleted although ${problem}`);
      else this.allowAnotherCreation(topic.name);
    };
  }

  #growth({ name, count }: { readonly name: string; readonly count: number }): Judge {
    const { topics } = this.#truth.kafka;
    const isCompacted = topics.get(name)?.configs["cleanup.policy"]?.includes("compact") === true;
    const wishes = this.#wishes(name).filter((wish) => {
      const { spec, status } = wish.object;
      const isKeyed = wish.role === "source" && (spec.partitionKey !== undefined || isCompacted);
      const source = topics.get(status?.topicName ?? "")?.partitions.length ?? 0;
      return wantsPartitions(wish, count, source) && (!isKeyed || spec.acknowledgePartitionGrowth === count);
    });
    return this.#wrong(
      wishes.length === 0 ? `Topic "${name}" grew to ${count}, which nobody wants` : undefined,
      this.#hold(wishes),
    );
  }

  #configuration({ kind, name }: ConfigResource, { set, unset }: ConfigChange): Judge {
    if (kind === "group") return this.#groupWrite(name, groupConfigProblem(name, { set, unset }, this.#truth));
    const wishes = this.#wishes(name);
    const reverted = wishes.flatMap((wish) => revertedKeys(wish, set, unset));
    const loss = this.#loss(name, set, unset);
    const judge = this.#wrong(
      kind === "topic" ? undefined : `Configuration of ${kind} "${name}" was changed`,
      wishes.length === 0 ? `Topic "${name}" was configured, which nobody declares` : undefined,
      reverted.length > 0 ? `Topic "${name}": ${reverted.join(", ")} set against the live spec` : undefined,
      this.#recordProblem(name, wishes, [...Object.keys(set), ...unset], unset),
      this.#hold(wishes),
    );
    return (answer) => {
      judge(answer);
      if (loss === undefined || answer.status !== "ok" || this.#useApproval(name, loss)) return;
      this.#violated(`Topic "${name}": retention.ms ${loss.from} to ${loss.to} lets records go, unapproved`);
    };
  }

  /** Keys of a source topic are on record before they are touched; those of dead letters are known without. */
  #recordProblem(
    name: string,
    wishes: readonly Wish[],
    keys: readonly string[],
    unset: readonly string[],
  ): string | undefined {
    const sources = wishes.filter(({ role }) => role === "source").map(({ object }) => object);
    if (sources.length === 0) return undefined;
    const recorded = new Set(sources.flatMap(({ status }) => status?.managedKeys ?? []));
    const isFull = sources.some(({ spec }) => spec.configOwnership === "Full");
    const unrecorded = keys.filter((key) => !recorded.has(key) && !(isFull && unset.includes(key)));
    return unrecorded.length === 0 ? undefined : `Topic "${name}": ${unrecorded.join(", ")} changed without a record`;
  }

  /** Records become deletable only where somebody has said a second time that they may, or that nobody need. */
  #loss(name: string, set: ConfigChange["set"], unset: ConfigChange["unset"]): Shortening | undefined {
    const { buses, clock, kafka, policies } = this.#truth;
    const guards = [...policies.objects, ...buses.objects].map(({ spec }) => spec.changeGuard);
    if (guards.some((guard) => guard?.onShorten === "Allow" || guard?.onShorten === "StepDown")) return undefined;
    const retention = set["retention.ms"] ?? (unset.includes("retention.ms") ? "604800000" : undefined);
    if (retention === undefined || Number(retention) < 0) return undefined;
    const live = Number(kafka.topics.get(name)?.configs["retention.ms"] ?? "604800000");
    if (live >= 0 && Number(retention) >= live) return undefined;
    const logs = kafka.topics.get(name)?.partitions ?? [];
    const lost = logs.filter(
      (log) => log.end > log.start && log.offsetAt(clock.now() - Number(retention)) !== log.start,
    );
    if (lost.length === 0) return undefined;
    return { from: String(live), to: retention };
  }

  /** Whether the change was approved by one who may; that approval is used up. */
  #useApproval(topicName: string, { from, to }: Shortening): boolean {
    const { buses, policies } = this.#truth;
    const mayOwn = [...policies.objects, ...buses.objects].some(({ spec }) => spec.changeGuard?.approver === "Owner");
    const used = this.#approved.find(
      (loss) =>
        loss.topicName === topicName && loss.from === from && loss.to === to && (loss.by === "platform" || mayOwn),
    );
    this.#approved = this.#approved.filter((loss) => loss !== used);
    return used !== undefined;
  }

  #wishes(name: string): Wish[] {
    return wishesFor(name, this.#truth.topics.objects);
  }

  /** What holds every change back. */
  #hold(wishes: readonly Wish[]): string | undefined {
    if (wishes.length > 0 && wishes.every(({ object }) => object.spec.suspend === true))
      return "its object is suspended";
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

function both(one: Judge, other: Judge): Judge {
  return (answer) => {
    one(answer);
    other(answer);
  };
}
