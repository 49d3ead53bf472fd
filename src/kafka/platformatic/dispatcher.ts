// Starts errands and ends them all when the admin closes. Holds no knowledge of brokers.

import type { Clock } from "../../runtime/clock.ts";
import type { Call, WriteCall } from "../admin.ts";
import type { Answer } from "../model/failure.ts";
import { Errand, type Route } from "./errand.ts";
import type { Operation } from "./operation.ts";

export interface DispatcherOptions {
  readonly clock: Clock;
  brokerFailed(id: number): void;
}

const longestTimeoutMs = 0x7fffffff;

/**
 * Guarantees
 * - While a call is under way the process does not end for want of work.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #underWay = new Set<{ cancel(reason: string): void }>();
  #closed: string | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  async ask<Item, Value>(
    operation: Operation<Item, Value>,
    item: Item,
    call: Call | WriteCall,
    route: Route,
  ): Promise<Answer<Value>> {
    if (this.#closed !== undefined) return { status: "notSent", reason: this.#closed };
    const { clock } = this.#options;
    const brokerFailed = (id: number): void => this.#options.brokerFailed(id);
    const errand = new Errand({ clock, operation, item, call, route, brokerFailed });
    this.#underWay.add(errand);
    this.#keepProcessAlive();
    try {
      return await errand.answer;
    } finally {
      this.#underWay.delete(errand);
      this.#keepProcessAlive();
    }
  }

  /** Answers everything under way, and from now on everything that is asked, without asking a broker. */
  close(reason: string): void {
    this.#closed = reason;
    for (const errand of this.#underWay) errand.cancel(reason);
  }

  // The timers of a Clock let the process end, and while no broker answers there is no socket either that keeps it.
  #keepProcessAlive(): void {
    if (this.#underWay.size > 0) this.#keepAlive ??= setTimeout(() => {}, longestTimeoutMs);
    else {
      clearTimeout(this.#keepAlive);
      this.#keepAlive = undefined;
    }
  }
}
