// The ways to an answer: any broker, one broker, the leader of a partition, the coordinator of a group. What has to be
// looked up is asked like any other question, with the caller's deadline and priority.

import type { Clock } from "../../runtime/clock.ts";
import type { Call } from "../admin.ts";
import { type Answer, failedWith } from "../model/failure.ts";
import type { TopicPartition } from "../model/offsets.ts";
import type { TopicState } from "../model/topic.ts";
import type { BrokerAddress } from "./address.ts";
import { Directory } from "./directory.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Route, Way } from "./errand.ts";
import { type Access, type Channel, channelOf } from "./operation.ts";
import { describeTopology } from "./operations/cluster.ts";
import { findCoordinators } from "./operations/find-coordinators.ts";
import { describeTopics } from "./operations/topics.ts";
import { brokerFailure } from "./protocol-errors.ts";
import type { Router } from "./router.ts";
import { WireError } from "./wire-error.ts";

const unknownTopicOrPartition = 3;
const leaderNotAvailable = 5;
const brokerNotAvailable = 8;

// Brokers come and go slowly; who asks all of them may miss one that is younger.
const topologyFreshMs = 30_000;

export interface RoutesOptions {
  readonly router: Router;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

/** Ways are found anew for every attempt; what proved wrong is forgotten, what is known is used for 30 s. */
export class Routes {
  readonly #router: Router;
  readonly #dispatcher: Dispatcher;
  readonly #leaders: Directory<ReadonlyMap<number, number | undefined>>;
  readonly #coordinators: Directory<number>;

  constructor({ router, dispatcher, clock }: RoutesOptions) {
    this.#router = router;
    this.#dispatcher = dispatcher;
    this.#leaders = new Directory(clock);
    this.#coordinators = new Directory(clock);
  }

  /** Whichever broker answers; brokers forward to the controller what only it can do (KIP-590). */
  any(access: Access): Route {
    return { hasOthers: true, forget: () => {}, find: ({ priority }) => this.#anyLane(channelOf(access, priority)) };
  }

  broker(id: number, access: Access): Route {
    return {
      hasOthers: false,
      forget: () => {},
      find: async (call) => {
        const way = await this.#laneTo(id, access, call);
        return way.kind === "busy" ? { kind: "answer", answer: failedWith(way.failure) } : way;
      },
    };
  }

  leader(partition: TopicPartition, access: Access): Route {
    return {
      hasOthers: true,
      forget: () => this.#leaders.forget(partition.topic),
      find: (call) => this.#leaderOf(partition, access, call),
    };
  }

  coordinator(groupId: string, access: Access): Route {
    return {
      hasOthers: true,
      forget: () => this.#coordinators.forget(groupId),
      find: (call) => this.#coordinatorOf(groupId, access, call),
    };
  }

  /** All brokers of the cluster, as known lately. */
  async brokers(call: Call): Promise<Answer<readonly BrokerAddress[]>> {
    if (this.#router.ageMs > topologyFreshMs) {
      const answer = await this.#refresh(call);
      if (answer.status !== "ok") return answer;
    }
    return { status: "ok", value: this.#router.brokers };
  }

  /** What an answer told of a topic's leaders. */
  learn(topic: TopicState): void {
    this.#leaders.set(topic.name, new Map(topic.partitions.map(({ index, leader }) => [index, leader])));
  }

  async #anyLane(channel: Channel): Promise<Way> {
    try {
      return { kind: "lane", lane: await this.#router.any(channel) };
    } catch (error) {
      if (error instanceof WireError) return { kind: "answer", answer: failedWith(error.failure) };
      throw error;
    }
  }

  async #laneTo(id: number, access: Access, call: Call): Promise<Way> {
    const channel = channelOf(access, call.priority);
    const known = this.#router.broker(id, channel);
    if (known !== undefined) return { kind: "lane", lane: known };
    const answer = await this.#refresh(call);
    if (answer.status !== "ok") return { kind: "answer", answer };
    const lane = this.#router.broker(id, channel);
    if (lane !== undefined) return { kind: "lane", lane };
    return { kind: "busy", failure: brokerFailure(brokerNotAvailable, `The cluster advertises no broker ${id}`) };
  }

  async #leaderOf({ topic, partition }: TopicPartition, access: Access, call: Call): Promise<Way> {
    let leaders = this.#leaders.get(topic);
    if (leaders === undefined) {
      const answer = await this.#dispatcher.ask(describeTopics, { name: topic }, call, this.any("read"));
      if (answer.status !== "ok") return { kind: "answer", answer };
      this.learn(answer.value);
      leaders = new Map(answer.value.partitions.map(({ index, leader }) => [index, leader]));
    }
    const name = `Partition ${partition} of topic "${topic}"`;
    if (!leaders.has(partition)) {
      this.#leaders.forget(topic);
      return { kind: "answer", answer: failedWith(brokerFailure(unknownTopicOrPartition, `${name} does not exist`)) };
    }
    const leader = leaders.get(partition);
    if (leader !== undefined) return this.#laneTo(leader, access, call);
    this.#leaders.forget(topic);
    return { kind: "busy", failure: brokerFailure(leaderNotAvailable, `${name} has no leader`) };
  }

  async #coordinatorOf(groupId: string, access: Access, call: Call): Promise<Way> {
    let broker = this.#coordinators.get(groupId);
    if (broker === undefined) {
      const answer = await this.#dispatcher.ask(findCoordinators, groupId, call, this.any("read"));
      if (answer.status !== "ok") return { kind: "answer", answer };
      broker = answer.value;
      this.#coordinators.set(groupId, broker);
    }
    return this.#laneTo(broker, access, call);
  }

  async #refresh(call: Call): Promise<Answer<unknown>> {
    const answer = await this.#dispatcher.ask(describeTopology, null, call, this.any("read"));
    if (answer.status === "ok") this.#router.learn(answer.value.clusterId, answer.value.brokers);
    return answer;
  }
}
