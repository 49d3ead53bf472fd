// The contract of the KafkaAdmin port as one suite: what holds on a real Kafka holds on the in-memory one.
// It asserts what the port says, never how an adapter does it.

import { after, before } from "mocha";

import { itKeepsTheContractOfCalls } from "./kafka-admin-calls.ts";
import { itKeepsTheContractOfConfigurations } from "./kafka-admin-configs.ts";
import { itKeepsTheContractOfGroupWrites } from "./kafka-admin-group-writes.ts";
import { itKeepsTheContractOfGroups } from "./kafka-admin-groups.ts";
import { itKeepsTheContractOfRecords } from "./kafka-admin-records.ts";
import { KafkaSuite, type KafkaUnderTest } from "./kafka-admin-suite.ts";
import { itKeepsTheContractOfTopics } from "./kafka-admin-topics.ts";
import { KAFKA_4_3, type KafkaRelease } from "./kafka-release.ts";

/** Defines the suite for one kind of Kafka. */
export function itKeepsTheKafkaAdminContract(
  start: () => Promise<KafkaUnderTest>,
  release: KafkaRelease = KAFKA_4_3,
): void {
  let started: KafkaSuite | undefined;
  const suite = (): KafkaSuite => {
    if (started === undefined) throw new Error("The Kafka under test has not been started");
    return started;
  };
  before(async function () {
    this.timeout(120_000);
    started = new KafkaSuite(await start());
  });
  after(async () => {
    await started?.admin.close();
    await started?.kafka.stop();
  });

  itKeepsTheContractOfTopics(suite, release);
  itKeepsTheContractOfConfigurations(suite, release);
  itKeepsTheContractOfRecords(suite);
  itKeepsTheContractOfGroups(suite, release);
  itKeepsTheContractOfGroupWrites(suite, release);
  itKeepsTheContractOfCalls(suite);
}
