// The operator with the in-memory Kafka of the tests behind its port, everything else as it ships: what is left is the
// API's side. Its Kafka ends with the process.

import { runOperator } from "../src/cli/operator.ts";
import { InMemoryKafka } from "../test/fakes/in-memory-kafka/in-memory-kafka.ts";

const kafka = new InMemoryKafka();
const edge = { environment: process.env, version: "0.0.0-stub", exit: (code: number) => process.exit(code) };
await runOperator(edge, (options) => kafka.admin({ mayWrite: (clusterId) => options.mayWrite(clusterId) }));
