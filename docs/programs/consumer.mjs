// A consumer on kafkajs that knows nothing but its binding: the Secret of a ConsumerGroup, mounted below
// $SERVICE_BINDING_ROOT (servicebinding.io). It says how many records it has read, and leaves its group on SIGTERM.

import kafkajs from "kafkajs";
import snappy from "kafkajs-snappy";

import { readBinding } from "./binding.mjs";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
// kafkajs itself knows gzip alone, and the topics of the data platform store snappy.
CompressionCodecs[CompressionTypes.Snappy] = snappy;

const settings = await readBinding();

const consumer = new Kafka({ ...settings.kafka, logLevel: logLevel.ERROR }).consumer(settings.consumer);
let read = 0;
let skipped = 0;

// From the start on: a group is left in order also by a program that has only just joined it.
process.once("SIGTERM", () => void consumer.disconnect().then(() => process.exit(0)));

await consumer.connect();
await consumer.subscribe(settings.subscribe);
// What a batch has read is committed before the next one is fetched.
await consumer.run({ ...settings.run, eachMessage, eachBatchAutoResolve: true });
consumer.on(consumer.events.END_BATCH_PROCESS, () => console.log(`Read ${read} records, skipped ${skipped}`));
console.log(`Reads ${settings.subscribe.topics.join(", ")} in group ${settings.consumer.groupId}`);

async function eachMessage({ topic, partition, message }) {
  try {
    await handle(message);
    read += 1;
  } catch (error) {
    // hints.errorHandling: LogAndSkip. One bad record must not hold up those behind it.
    skipped += 1;
    console.error(`Skipped ${topic}/${partition}@${message.offset}: ${error.message}`);
  }
}

/** Your own work stands here. */
async function handle({ value }) {
  JSON.parse(String(value));
}
