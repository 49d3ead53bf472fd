// What somebody does to topics in Kafka itself, behind the operator's back: done once the broker shows what its controller has
// taken, so that whoever looks next sees it. Not for topics that are put right by themselves meanwhile.

import { expect } from "chai";

import { eventually } from "./eventually.ts";
import type { KafkaProbe } from "./kafka-probe.ts";

export async function configureByHand(
  probe: KafkaProbe,
  name: string,
  set: Readonly<Record<string, string>>,
): Promise<void> {
  await probe.alterConfigs({ type: "topic", name }, { set });
  await eventually(
    () => probe.topicConfig(name),
    (config) => expect(config).to.include(set),
  );
}

export async function growByHand(probe: KafkaProbe, name: string, count: number): Promise<void> {
  await probe.createPartitions(name, count);
  await eventually(
    () => probe.describeTopic(name),
    (topic) => expect(topic?.partitions).to.have.length(count),
  );
}
