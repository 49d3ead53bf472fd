// What a program knows Kafka by: its binding, the Secret of a ConsumerGroup, mounted below $SERVICE_BINDING_ROOT
// (servicebinding.io); and, where the bus asks who is there, the credentials that the workload mounts beside it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

const root = process.env.SERVICE_BINDING_ROOT ?? "/bindings";
const binding = join(root, process.env.BINDING ?? "kafka");
/** The Secret that `credentialsSecretRef` of the binding names; a binding itself holds no credential. */
const credentials = join(root, process.env.CREDENTIALS ?? "credentials");

/** Settings of kafkajs, complete. */
export async function readBinding() {
  const settings = JSON.parse(await readFile(join(binding, "kafkajs.json"), "utf8"));
  if (settings.kafka.sasl !== undefined) {
    const [username, password] = await Promise.all(["username", "password"].map(credential));
    Object.assign(settings.kafka.sasl, { username, password });
  }
  return settings;
}

async function credential(key) {
  return (await readFile(join(credentials, key), "utf8")).trim();
}
