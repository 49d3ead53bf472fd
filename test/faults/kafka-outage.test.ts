import { describe } from "mocha";

import { itOutlivesOutages } from "./outage-suite.ts";

describe("An outage of Kafka of some seconds, with some hundred topics,", () => {
  itOutlivesOutages({ topics: 200, outageMs: 3_000, haste: 3 });
});
