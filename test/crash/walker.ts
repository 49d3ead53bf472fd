// Walker: carries out the moves of a random walk in a world. What the API server or Kafka would refuse is not done.

import { eventBus } from "../../src/api/event-bus.ts";
import { eventTopic } from "../../src/api/event-topic.ts";
import { ANNOTATION, API_VERSION } from "../../src/api/group.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { retentionPolicy } from "../../src/api/retention-policy.ts";
import { validatorFor } from "../../src/api/validate.ts";
import type { InMemoryKubernetes } from "../fakes/in-memory-kubernetes.ts";
import { mutated } from "../integration/api-arbitraries.ts";
import { approveRollout, approveTopic } from "./approvals.ts";
import type { Move, WalkedKind } from "./walk-moves.ts";
import { NAMESPACE, type World } from "./world.ts";

interface Walked {
  readonly definition: KindDefinition;
  readonly judge: ReturnType<typeof validatorFor>;
  readonly objects: InMemoryKubernetes<never>;
}

type Edit = Extract<Move, { readonly move: "set" | "unset" | "mutate" | "revert" }>;

interface Stored {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: object;
}

/** How long the network needs for a throttled answer. */
const THROTTLE_MS = 500;

export class Walker {
  readonly #world: World;
  readonly #kinds: Readonly<Record<WalkedKind, Walked>>;
  /** Every spec that an object has had, by kind and name. */
  readonly #specs = new Map<string, object[]>();

  constructor(world: World) {
    this.#world = world;
    this.#kinds = {
      EventTopic: walked(eventTopic, world.topics),
      RetentionPolicy: walked(retentionPolicy, world.policies),
      EventBus: walked(eventBus, world.buses),
    };
  }

  /** Puts an end to whatever the network and the brokers do. */
  heal(): void {
    const { kafka } = this.#world;
    kafka.network = "up";
    kafka.throttleMs = undefined;
    kafka.denies = () => false;
  }

  async do(move: Move): Promise<void> {
    const world = this.#world;
    switch (move.move) {
      case "create":
        return this.#create(move.kind, move.name, move.spec);
      case "set":
      case "unset":
      case "mutate":
      case "revert":
        return this.#edit(move, (spec) => this.#changed(spec, move));
      case "delete":
        return this.#delete(move);
      case "restart":
        if (move.how === "stop") await world.stop();
        return await world.start();
      case "wait":
        return await world.pass(move.ms);
      case "label":
      case "request":
      case "confirm":
      case "approve":
        return this.#mark(move);
      default:
        return this.#inKafka(move);
    }
  }

  #create(kind: WalkedKind, name: string, spec: object): void {
    const { definition, judge, objects } = this.#kinds[kind];
    if (this.#stored({ kind, name }) !== undefined) return;
    const judged = judge({ apiVersion: API_VERSION, kind: definition.kind, metadata: { name }, spec });
    if (judged.kind === "invalid") return;
    objects.create(name, (judged.object as Stored).spec, { namespace: NAMESPACE });
    this.#remember({ kind, name }, (judged.object as Stored).spec);
  }

  #delete(object: { readonly kind: WalkedKind; readonly name: string }): void {
    if (this.#stored(object) !== undefined) this.#kinds[object.kind].objects.remove(objectKey(object));
  }

  #changed(spec: object, move: Edit): unknown {
    switch (move.move) {
      case "set":
        return { ...spec, [move.field]: move.value };
      case "unset": {
        const { [move.field as never]: _removed, ...rest } = spec;
        return rest;
      }
      case "mutate":
        return mutated({ spec }, move.mutation).spec;
      case "revert":
        return this.#specs.get(keyOf(move))?.at(-1 - move.back) ?? spec;
    }
  }

  #edit(move: { readonly kind: WalkedKind; readonly name: string }, change: (spec: object) => unknown): void {
    const { judge, objects } = this.#kinds[move.kind];
    const old = this.#stored(move);
    if (old === undefined) return;
    const judged = judge({ ...old, spec: change(old.spec) }, { old });
    if (judged.kind === "invalid") return;
    const { spec } = judged.object as Stored;
    objects.replaceSpec(objectKey(move), spec);
    this.#remember(move, spec);
  }

  #mark(move: Extract<Move, { readonly move: "label" | "request" | "confirm" | "approve" }>): void {
    const { name } = move;
    if (move.move === "approve") return this.#approve(move);
    const topic = this.#world.topic(name);
    if (topic === undefined) return;
    if (move.move === "label") this.#world.topics.label({ namespace: NAMESPACE, name }, { team: move.team });
    else if (move.move === "request") this.#world.annotateTopic(name, { [ANNOTATION.requestedAt]: move.token });
    else {
      const id = move.isRight ? (topic.status?.topicId ?? "") : "something else";
      this.#world.annotateTopic(name, { [ANNOTATION.confirmDeletion]: id });
    }
  }

  #approve(move: { readonly kind: WalkedKind; readonly name: string }): void {
    const world = this.#world;
    if (this.#stored(move) === undefined) return;
    if (move.kind === "EventTopic") approveTopic(world, move.name);
    else approveRollout(world, move.kind, move.name);
  }

  #inKafka(
    move: Exclude<
      Move,
      { readonly kind: WalkedKind } | { readonly name: string } | { readonly move: "restart" | "wait" }
    >,
  ): void {
    const { clock, kafka, oracle } = this.#world;
    if (move.move === "network") kafka.network = move.state;
    else if (move.move === "throttle") kafka.throttleMs = move.isOn ? THROTTLE_MS : undefined;
    else if (move.move === "deny") kafka.denies = (verb) => move.isOn && verb === "alterConfigs";
    else if (move.move === "makeInKafka")
      kafka.topics.create({ name: move.topic, partitions: move.partitions, configs: {} });
    else {
      const topic = kafka.topics.get(move.topic);
      if (topic === undefined) return;
      const { partitions } = topic;
      if (move.move === "growInKafka") kafka.topics.grow(move.topic, partitions.length + move.by);
      else if (move.move === "produce") kafka.produce(move.topic, 0, [clock.now() - move.ageMs]);
      else if (move.move === "commit")
        kafka.groups.commit(move.group, [{ topic: move.topic, partition: 0, offset: 0n }]);
      else if (move.move === "deleteInKafka") {
        kafka.topics.delete(topic.id);
        oracle.allowAnotherCreation(move.topic);
      } else if (move.value === null) kafka.topics.alter(move.topic, { set: {}, unset: [move.key] });
      else kafka.topics.alter(move.topic, { set: { [move.key]: move.value }, unset: [] });
    }
  }

  #stored({ kind, name }: { readonly kind: WalkedKind; readonly name: string }): Stored | undefined {
    const objects = this.#kinds[kind].objects.objects as readonly Stored[];
    return objects.find(({ metadata }) => metadata.name === name);
  }

  #remember(object: { readonly kind: WalkedKind; readonly name: string }, spec: object): void {
    const key = keyOf(object);
    this.#specs.set(key, [...(this.#specs.get(key) ?? []), spec]);
  }
}

function walked(definition: KindDefinition, objects: unknown): Walked {
  return { definition, judge: validatorFor(definition), objects: objects as InMemoryKubernetes<never> };
}

function keyOf({ kind, name }: { readonly kind: WalkedKind; readonly name: string }): string {
  return `${kind}/${name}`;
}

function objectKey({ kind, name }: { readonly kind: WalkedKind; readonly name: string }): {
  readonly namespace?: string;
  readonly name: string;
} {
  return kind === "EventTopic" ? { namespace: NAMESPACE, name } : { name };
}
