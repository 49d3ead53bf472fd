// The two ports of the operator, seen through a CrashPoint: the same decorators for parts in memory and real ones.

import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { Resources } from "../../src/kubernetes/resources.ts";
import { keyOf } from "../../src/runtime/object-key.ts";
import { writeVerbs } from "../fakes/in-memory-kafka/faults.ts";
import type { CrashPoint } from "./crash-point.ts";

/** Everything that the API is asked for. */
export function crashingResources<T extends KubernetesObject>(target: Resources<T>, point: CrashPoint): Resources<T> {
  const { kind } = target.type;
  return {
    type: target.type,
    list: (selection, call) => point.read(() => target.list(selection, call)),
    get: (key, call) => point.read(() => target.get(key, call)),
    watch: (selection, options) => point.watch(target.watch(selection, options)),
    applyStatus: (object, status, call) =>
      point.effect(`status of ${kind} ${keyOf(object)}`, () => target.applyStatus(object, status, call)),
    patchMetadata: (object, change, call) =>
      point.effect(`metadata of ${kind} ${keyOf(object)}`, () => target.patchMetadata(object, change, call)),
    createOwned: (object, call) =>
      point.effect(`create ${kind} ${keyOf(object.metadata)}`, () => target.createOwned(object, call)),
    replaceOwned: (object, version, call) =>
      point.effect(`replace ${kind} ${keyOf(version)}`, () => target.replaceOwned(object, version, call)),
    delete: (object, call) => point.effect(`delete ${kind} ${keyOf(object)}`, () => target.delete(object, call)),
  };
}

/** Everything that Kafka is asked for; a dead process does not even close its connections. */
export function crashingAdmin(target: KafkaAdmin, point: CrashPoint): KafkaAdmin {
  return new Proxy(target, {
    get(_, name) {
      const verb = name as keyof KafkaAdmin;
      const method = target[verb] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]): Promise<unknown> => {
        const call = (): Promise<unknown> => method.apply(target, args);
        return isEffect(verb) ? point.effect(`${verb} ${subjectOf(args)}`, call) : point.read(call);
      };
    },
  });
}

function isEffect(verb: keyof KafkaAdmin): boolean {
  return verb !== "close" && verb !== "validateTopic" && writeVerbs.has(verb);
}

function subjectOf([subject]: readonly unknown[]): string {
  const { name, id, topic } = subject as { readonly name?: string; readonly id?: string; readonly topic?: string };
  return name ?? id ?? topic ?? "";
}
