// The two ports, seen by those who look over the operator's shoulder: every call is counted, every write is judged by
// the oracle against the world as it is at that moment, also where its answer is lost later.

import type { CustomResource, KubernetesObject } from "../../src/api/custom-resource.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import type { Resources } from "../../src/kubernetes/resources.ts";
import { keyOf } from "../../src/runtime/object-key.ts";
import { writeVerbs, type Verb } from "../fakes/in-memory-kafka/faults.ts";
import type { StrimziWrite } from "./kafka-topic-rules.ts";
import type { SafetyOracle } from "./safety-oracle.ts";

const STRIMZI_GROUP = "kafka.strimzi.io";

/** What goes on in a world, as counts. */
export interface Activity {
  calls: number;
  effects: number;
  /** Something was written to the API. */
  changed(): void;
}

export function observedResources<T extends KubernetesObject>(
  target: Resources<T>,
  activity: Activity,
  oracle: SafetyOracle,
): Resources<T> {
  const counted = async <R>(call: () => Promise<R>): Promise<R> => {
    activity.calls += 1;
    try {
      return await call();
    } finally {
      activity.calls += 1;
    }
  };
  const written = async <R extends KubernetesObject>(call: () => Promise<R>): Promise<R> => {
    activity.effects += 1;
    const object = await counted(call);
    activity.changed();
    oracle.sawObject(object as unknown as CustomResource<unknown>);
    return object;
  };
  /** Of Strimzi's objects each write is judged; what it is carried out on is looked at before. */
  const judged = async <R>(write: Omit<StrimziWrite, "kind">, call: () => Promise<R>): Promise<R> => {
    const { group, kind } = target.type;
    const tell = group === STRIMZI_GROUP ? oracle.seesStrimziWrite({ ...write, kind }) : undefined;
    const answer = await call();
    tell?.();
    return answer;
  };
  return {
    type: target.type,
    list: (selection, call) => counted(() => target.list(selection, call)),
    get: (key, call) => counted(() => target.get(key, call)),
    async *watch(selection, options) {
      for await (const event of target.watch(selection, options)) {
        activity.calls += 1;
        yield event;
      }
    },
    applyStatus: (object, status, call) => written(() => target.applyStatus(object, status, call)),
    patchMetadata: (object, change, call) => written(() => target.patchMetadata(object, change, call)),
    createOwned: (content, call) =>
      judged({ verb: "create", key: keyOf(content.metadata), content }, () =>
        written(() => target.createOwned(content, call)),
      ),
    replaceOwned: (content, version, call) =>
      judged({ verb: "replace", key: keyOf(version), content }, () =>
        written(() => target.replaceOwned(content, version, call)),
      ),
    delete: (object, call) =>
      judged({ verb: "delete", key: keyOf(object) }, async () => {
        activity.effects += 1;
        await counted(() => target.delete(object, call));
        activity.changed();
      }),
  };
}

export function observedAdmin(target: KafkaAdmin, activity: Activity, oracle: SafetyOracle): KafkaAdmin {
  return new Proxy(target, {
    get(_, name) {
      const verb = name as keyof KafkaAdmin;
      const method = target[verb] as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]): Promise<unknown> => {
        activity.calls += 1;
        const isWrite = verb !== "validateTopic" && writeVerbs.has(verb as Verb);
        const judge = isWrite ? oracle.seesCall(verb, args) : undefined;
        const answer = await method.apply(target, args);
        activity.calls += 1;
        if (isWrite && (answer as Answer<unknown>).status === "ok") activity.effects += 1;
        judge?.(answer as Answer<unknown>);
        return answer;
      };
    },
  });
}
