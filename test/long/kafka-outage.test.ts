// As test/faults/kafka-outage.test.ts, with thousands of topics and an outage of minutes; both can be set.

import { describe } from "mocha";

import { itOutlivesOutages } from "../faults/outage-suite.ts";

const topics = Number(process.env["TEST_OUTAGE_TOPICS"] ?? 5_000);
const minutes = Number(process.env["TEST_OUTAGE_MINUTES"] ?? 10);

describe(`An outage of Kafka of ${minutes} minutes, with ${topics} topics,`, () => {
  itOutlivesOutages({ topics, outageMs: minutes * 60_000, haste: 1 });
});
