// Says of each denial which right is missing on what: brokers say no more than "Topic authorization failed". Changes no
// other answer.

import type { KafkaAdmin } from "./admin.ts";
import type { Answer, KafkaFailure } from "./model/failure.ts";
import { missingRight, type Right } from "./rights.ts";

/** By Kafka's error code: what the denial is about. */
const RESOURCES: Readonly<Record<number, Right["resource"]>> = { 29: "topic", 30: "group", 31: "cluster" };

/** The same admin, whose denials name the operation and the resource. */
export function namingDenials(admin: KafkaAdmin): KafkaAdmin {
  return new Proxy(admin, {
    get: (target, verb) => {
      const method: unknown = Reflect.get(target, verb);
      if (typeof method !== "function" || typeof verb !== "string") return method;
      return async (...args: unknown[]): Promise<unknown> => {
        const answer = (await Reflect.apply(method, target, args)) as Answer<unknown> | undefined;
        if (answer?.status !== "failed" || answer.failure.kind !== "denied") return answer;
        return { status: "failed", failure: named(answer.failure, verb, args) };
      };
    },
  });
}

function named(failure: KafkaFailure, verb: string, args: readonly unknown[]): KafkaFailure {
  const resource = RESOURCES[failure.code ?? 0];
  const right = resource === undefined ? undefined : missingRight(verb, resource);
  if (right === undefined) return failure;
  const message = `The operator's user has no right to ${right.operation} on ${objectOf(right.resource, args)}: ${failure.message}`;
  return { ...failure, message };
}

/** As a sentence names it; the verbs name what they are about in their first argument, commits the topic in the second. */
function objectOf(resource: Right["resource"], [first, second]: readonly unknown[]): string {
  if (resource === "cluster") return "the cluster";
  if (typeof first === "string")
    return `${resource} "${resource === "topic" ? (textOf(second, "topic") ?? first) : first}"`;
  const name = textOf(first, "name") ?? textOf(first, "topic");
  if (name !== undefined) return `${resource} "${name}"`;
  return `${resource} with id ${textOf(first, "id") ?? "unknown"}`;
}

function textOf(value: unknown, field: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text: unknown = Reflect.get(value, field);
  return typeof text === "string" ? text : undefined;
}
