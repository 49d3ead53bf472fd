// A producer on kafkajs that knows nothing but a binding: writes to the topics of a ConsumerGroup, so many records a second
// ($RATE), until SIGTERM.

import { setTimeout as sleep } from "node:timers/promises";

import kafkajs from "kafkajs";

import { readBinding } from "./binding.mjs";

const { Kafka, logLevel } = kafkajs;
const settings = await readBinding();
const { topics } = settings.subscribe;
const rate = Number(process.env.RATE ?? 20);

const producer = new Kafka({ ...settings.kafka, logLevel: logLevel.ERROR }).producer(settings.producer);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

await producer.connect();
console.log(`Writes ${rate} records a second to ${topics.join(", ")}`);
for (let count = 0; !stop.signal.aborted; count += 1) {
  const tenant = `tenant-${count % 7}`;
  // The key keeps a tenant's records in order, and on one partition.
  const messages = [{ key: tenant, value: JSON.stringify({ tenant, count }) }];
  await producer.send({ ...settings.send, topic: topics[count % topics.length], messages });
  await sleep(1_000 / rate, undefined, { signal: stop.signal }).catch(() => undefined);
}
await producer.disconnect();
