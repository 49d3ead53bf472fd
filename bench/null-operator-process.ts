// The operator of null-operator.ts as a process: started as it would ship, asked for its costs, killed.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

import { NODE_FLAGS } from "../hack/shipped-form.ts";
import type { CostReport } from "./null-operator.ts";

interface Message {
  readonly kind: "loaded" | "synced" | "report";
  readonly costs: CostReport;
}

export class NullOperator {
  readonly #child: ChildProcess;

  constructor(program: string, kubeconfig: string, namespace: string) {
    this.#child = fork(program, [kubeconfig, namespace], { execArgv: [...NODE_FLAGS], stdio: "inherit" });
  }

  /** What it had cost when it was loaded, and when its store was filled. */
  async ready(): Promise<{ readonly loaded: CostReport; readonly synced: CostReport }> {
    const loaded = await this.#message("loaded");
    return { loaded, synced: await this.#message("synced") };
  }

  async report(): Promise<CostReport> {
    this.#child.send("report");
    return await this.#message("report");
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #message(kind: Message["kind"]): Promise<CostReport> {
    for (;;) {
      const [message] = (await once(this.#child, "message")) as [Message];
      if (message.kind === kind) return message.costs;
    }
  }
}
