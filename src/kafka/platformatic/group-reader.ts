// Reads groups: listed by every broker, described by the group's own protocol. Only reads.

import type { Call } from "../admin.ts";
import { type Answer, ok } from "../model/failure.ts";
import type { GroupListing, GroupState, GroupType } from "../model/offsets.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Operation } from "./operation.ts";
import { describeClassicGroups, describeConsumerGroups } from "./operations/describe-groups.ts";
import { listGroups } from "./operations/list-groups.ts";
import { spareTime } from "./partial.ts";
import type { Routes } from "./routes.ts";

/** Lists and describes groups; see the port for what holds. */
export class GroupReader {
  readonly #dispatcher: Dispatcher;
  readonly #routes: Routes;

  constructor(dispatcher: Dispatcher, routes: Routes) {
    this.#dispatcher = dispatcher;
    this.#routes = routes;
  }

  /** Every broker knows only the groups that it coordinates; what those say that answer counts. */
  async list(call: Call): Promise<Answer<{ readonly groups: readonly GroupListing[]; readonly isPartial: boolean }>> {
    const brokers = await this.#routes.brokers(call);
    if (brokers.status !== "ok") return brokers;
    const answers = await Promise.all(
      brokers.value.map(({ id }) =>
        this.#dispatcher.ask(listGroups, null, spareTime(call), this.#routes.broker(id, "read")),
      ),
    );
    const lists = answers.flatMap((answer) => (answer.status === "ok" ? [answer.value] : []));
    const refusal = answers.find((answer) => answer.status !== "ok");
    if (lists.length === 0 && refusal !== undefined) return refusal;
    // A group that moves may be listed twice.
    const groups = new Map(lists.flatMap((list) => [...list]));
    return ok({ groups: [...groups.values()], isPartial: refusal !== undefined });
  }

  /**
   * The listing tells the protocol; without it (a group that is not there, not listed yet, or hidden from us) both are
   * asked, because each calls a group of the other missing.
   */
  async describe(groupId: string, call: Call): Promise<Answer<GroupState>> {
    const route = this.#routes.coordinator(groupId, "read");
    const listed = await this.#dispatcher.ask(listGroups, null, call, route);
    if (listed.status !== "ok") return listed;
    const listing = listed.value.get(groupId);
    const [first, second] = protocols(listing?.type ?? "unknown");
    if (first === undefined) return ok({ groupId, type: "unknown", state: "Unknown", ...listing, members: [] });
    const answer = await this.#dispatcher.ask(first, groupId, call, route);
    if (!isMissing(answer) || second === undefined) return answer;
    const other = await this.#dispatcher.ask(second, groupId, call, route);
    // A broker that does not know the other protocol holds no group of it.
    return isUnsupported(other) ? answer : other;
  }
}

function protocols(type: GroupType): readonly Operation<string, GroupState>[] {
  switch (type) {
    case "classic":
    case "unknown":
      return [describeClassicGroups, describeConsumerGroups];
    case "consumer":
      return [describeConsumerGroups, describeClassicGroups];
    case "share":
    case "streams":
      return [];
  }
}

function isMissing(answer: Answer<unknown>): boolean {
  return answer.status === "failed" && answer.failure.kind === "missing";
}

function isUnsupported(answer: Answer<unknown>): boolean {
  return answer.status === "failed" && answer.failure.kind === "unsupported";
}
