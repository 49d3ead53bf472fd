// Makes the class archive of hack/toolchain/kafka-classes.mjs: runs a broker and the probe once, has their JVMs list
// what they loaded, and dumps those classes into the file given as argument.

import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

import { jdkProgram } from "../../hack/toolchain/jdk.mjs";
import { kafkaJars } from "./assets.ts";
import { startKafkaProbe } from "./kafka-probe.ts";
import { startKafka } from "./kafka.ts";

const [, , archive] = process.argv;
if (archive === undefined) throw new Error("Usage: train-class-archive.ts <archive>");
const lists = [`${archive}.broker`, `${archive}.probe`] as const;

const kafka = await startKafka({ jvmFlags: [`-XX:DumpLoadedClassList=${lists[0]}`] });
const probe = await startKafkaProbe(kafka.bootstrapServers, { jvmFlags: [`-XX:DumpLoadedClassList=${lists[1]}`] });
await probe.createTopic({ name: "training" });
await probe.produce("training", [{ value: "training" }], { compression: "snappy" });
for (const protocol of ["classic", "consumer"] as const) {
  const consumer = await probe.startConsumer({ groupId: protocol, protocol, topics: ["training"] });
  await consumer.stop();
  await probe.describeGroup(protocol);
}
await probe.describeConfigs({ type: "topic", name: "training" });
await probe.consume("training");
await probe.stop();
await kafka.stop();

const classes = (await Promise.all(lists.map((list) => readFile(list, "utf8")))).join("").split("\n");
const list = `${archive}.list`;
await writeFile(list, [...new Set(classes.filter((line) => !line.startsWith("#")))].join("\n"));
await promisify(execFile)(jdkProgram("java"), [
  "-Xshare:dump",
  "-Xlog:disable",
  `-XX:SharedClassListFile=${list}`,
  `-XX:SharedArchiveFile=${archive}`,
  "-XX:+UseSerialGC",
  "-cp",
  (await kafkaJars()).join(":"),
]);
await Promise.all([...lists, list].map((file) => rm(file)));
