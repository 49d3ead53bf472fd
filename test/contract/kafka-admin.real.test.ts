// The KafkaAdmin contract on a real Kafka through the platformatic adapter, of one broker and of three.

import { describe } from "mocha";

import { itKeepsTheKafkaAdminContract } from "./kafka-admin.ts";
import { startRealKafka } from "./real-kafka.ts";

for (const brokers of [1, 3] as const) {
  describe(`A real Kafka of ${brokers} broker(s) as KafkaAdmin`, function () {
    this.timeout(30_000);
    itKeepsTheKafkaAdminContract(() => startRealKafka({ brokers }));
  });
}
