// How a call of the in-memory admin reaches Kafka, or does not: coalescing, deadlines, aborts, permission, the network,
// rights, throttling and faults. What Kafka then does is given as a function.

import type { Call, WriteCall } from "../../../src/kafka/admin.ts";
import { type Answer, failedWith, type KafkaFailure } from "../../../src/kafka/model/failure.ts";
import { unwatchAbort, watchAbort } from "../../../src/kafka/platformatic/abort-watch.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";
import { type Verb, writeVerbs } from "./faults.ts";
import type { InMemoryAdminOptions, InMemoryKafka } from "./in-memory-kafka.ts";

const itemsMost = 500;

interface Waiting {
  readonly verb: Verb;
  readonly name: string;
  readonly call: Call | WriteCall;
  readonly isLive: boolean;
  isSettled: boolean;
  perform(): void;
  settle(answer: Answer<never>): void;
}

const deniedCode: Partial<Record<Verb, number>> = {
  cluster: 31,
  createTopic: 29,
  listReassignments: 31,
  describeLogDirs: 31,
  describeGroup: 30,
  fetchOffsets: 30,
  commitOffset: 30,
  deleteGroup: 30,
  describeAcls: 31,
  createAcl: 31,
  deleteAcl: 31,
};

export class CallGate {
  readonly #kafka: InMemoryKafka;
  readonly #options: InMemoryAdminOptions;
  #waiting: Waiting[] = [];
  #hanging: Waiting[] = [];
  #isDead = false;
  #isClosed = false;
  #writes = 0;

  constructor(kafka: InMemoryKafka, options: InMemoryAdminOptions) {
    this.#kafka = kafka;
    this.#options = options;
  }

  /** Answers with what `perform` says, unless something comes between. */
  pass<Value>(verb: Verb, name: string, call: Call | WriteCall, perform: () => Answer<Value>): Promise<Answer<Value>> {
    if (this.#isClosed) return Promise.resolve(closed);
    const { promise, resolve } = Promise.withResolvers<Answer<Value>>();
    const settle = (answer: Answer<Value>): void => {
      waiting.isSettled = true;
      timer.cancel();
      unwatchAbort(call.signal, abort);
      resolve(answer);
    };
    const waiting: Waiting = {
      verb,
      name,
      call,
      isLive: call.priority === "live",
      isSettled: false,
      perform: () => this.#perform(verb, name, perform, settle),
      settle,
    };
    const timer = this.#kafka.clock.after(call.deadlineMs, () => {
      const message = `No broker answered ${verb} within ${call.deadlineMs} ms`;
      if (!this.#isDead) settle(failedWith({ kind: "unreachable", name: "ETIMEDOUT", message }));
    });
    const abort = (): void => settle({ status: "notSent", reason: "The call was aborted" });
    if (call.signal.aborted) {
      abort();
      return promise;
    }
    watchAbort(call.signal, abort);
    this.#enqueue(waiting);
    return promise;
  }

  close(): void {
    this.#isClosed = true;
    for (const waiting of [...this.#waiting, ...this.#hanging]) if (!waiting.isSettled) waiting.settle(closed);
  }

  #enqueue(waiting: Waiting): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(waiting);
  }

  #flush(): void {
    const items = this.#waiting.filter((waiting) => !waiting.isSettled);
    this.#waiting = [];
    // Live first; what is left keeps its order.
    const sorted = items.toSorted((one, other) => Number(other.isLive) - Number(one.isLive));
    for (const [verb, group] of Map.groupBy(sorted, (waiting) => waiting.verb)) {
      const requests = Math.ceil(group.length / itemsMost);
      if (this.#kafka.network === "up") {
        this.#kafka.requests.set(verb, (this.#kafka.requests.get(verb) ?? 0) + requests);
      }
      const isWithheld = writeVerbs.has(verb) && !(this.#options.mayWrite?.(this.#kafka.clusterId) ?? true);
      for (const waiting of group) this.#deliver(waiting, isWithheld);
    }
  }

  #deliver(waiting: Waiting, isWithheld: boolean): void {
    const { verb, call } = waiting;
    if (this.#isDead || this.#kafka.network === "hanging") {
      this.#hanging.push(waiting);
    } else if (this.#kafka.network === "refused") {
      const message = "No connection to the broker at in-memory:9092: connect ECONNREFUSED";
      waiting.settle(failedWith({ kind: "unreachable", name: "ECONNREFUSED", message }));
    } else if (writeVerbs.has(verb) && "clusterId" in call && call.clusterId !== this.#kafka.clusterId) {
      const reason = `The connection leads to another cluster, "${this.#kafka.clusterId}"`;
      waiting.settle({ status: "notSent", reason });
    } else if (isWithheld) {
      waiting.settle({ status: "notSent", reason: "The permission to write is withheld" });
    } else {
      waiting.perform();
    }
  }

  #perform<Value>(
    verb: Verb,
    name: string,
    perform: () => Answer<Value>,
    settle: (answer: Answer<Value>) => void,
  ): void {
    const refusal = this.#refusal(verb, name);
    if (refusal !== undefined) {
      settle(failedWith(refusal));
      return;
    }
    if (!writeVerbs.has(verb) || verb === "validateTopic") {
      settle(perform());
      return;
    }
    this.#writes += 1;
    const fault = this.#options.fault?.at === this.#writes ? this.#options.fault : undefined;
    const answer = fault?.when === "before" ? undefined : perform();
    if (answer?.status === "ok") this.#kafka.sideEffects.push({ verb, name });
    if (fault === undefined) {
      if (answer !== undefined) settle(answer);
    } else if (fault.effect === "hang") {
      this.#isDead = true;
    } else if (fault.effect === "unknown") {
      settle({ status: "unknown", reason: `${verb} was not answered` });
    } else {
      settle(failedWith(fault.effect));
    }
  }

  #refusal(verb: Verb, name: string): KafkaFailure | undefined {
    if (this.#kafka.denies(verb, name)) return brokerFailure(deniedCode[verb] ?? 29, "Authorization failed.");
    const { throttleMs } = this.#kafka;
    if (throttleMs === undefined || !writeVerbs.has(verb)) return undefined;
    return brokerFailure(89, "The throttling quota has been exceeded.", throttleMs);
  }
}

const closed: Answer<never> = { status: "notSent", reason: "The connection to Kafka was closed" };
