// The binding in a program on librdkafka, by Python's confluent-kafka, which brings its own. Needs python3 with venv, and
// PyPI at the first run of a machine.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { describe, it } from "mocha";

import { bindingContent } from "../../src/domain/binding.ts";
import { clientSettings } from "../../src/domain/client-settings.ts";
import { JAVA_ONLY, LIBRDKAFKA_NAMES } from "../../src/domain/librdkafka-keys.ts";
import { environment } from "../environment/environment.ts";
import { mountBinding, mountedKey } from "../environment/mounted-program.ts";
import { Sandbox } from "../environment/sandbox.ts";

const run = promisify(execFile);
const PACKAGE = "confluent-kafka==2.16.1";
const TOPIC = "librdkafka.orders";

/** Writes five records, reads them, and commits; every property comes from the two files. */
const PROGRAM = `
import sys
from confluent_kafka import Consumer, Producer
def load(path):
    lines = [line.strip() for line in open(path, encoding="utf-8")]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
producer = Producer(load(sys.argv[1]))
failed = []
for index in range(5):
    producer.produce(sys.argv[3], key=str(index), value="written", callback=lambda e, m: e and failed.append(str(e)))
assert producer.flush(30) == 0 and not failed, failed
consumer = Consumer(load(sys.argv[2]))
consumer.subscribe([sys.argv[3]])
values = []
while len(values) < 5:
    message = consumer.poll(30)
    assert message is not None and not message.error(), message and message.error()
    values.append(message.value().decode())
consumer.commit(asynchronous=False)
consumer.close()
print(",".join(values))
`;

describe("A program on librdkafka", function () {
  this.timeout(300_000);

  it("loads a binding with every key of Kafka's own consumer that it may hold, writes and reads", async () => {
    await using sandbox = new Sandbox("librdkafka");
    const venv = join(sandbox.scratch, "venv");
    await run("python3", ["-m", "venv", venv]);
    await run(join(venv, "bin/pip"), ["install", "--quiet", "--only-binary", ":all:", PACKAGE]);
    const [{ bootstrapServers }, probe] = await Promise.all([environment().kafka(), environment().kafkaProbe()]);
    await probe.createTopic({ name: TOPIC, partitions: 2, configs: { "compression.type": "snappy" } });
    const keys = [...JAVA_ONLY, ...Object.keys(LIBRDKAFKA_NAMES), "session.timeout.ms"];
    const extra = { ...Object.fromEntries(keys.map((key) => [key, "30000"])), "fetch.max.wait.ms": "100" };
    const client = { extra };
    const content = bindingContent({
      owner: "team/reader",
      connection: { bootstrapServers, securityProtocol: "PLAINTEXT" },
      groupId: "librdkafka-reader",
      clientId: "reader",
      topics: [TOPIC],
      settings: clientSettings({ client }),
      compression: "snappy",
    });
    const data = Object.entries(content).map(([key, value]) => [key, Buffer.from(value).toString("base64")] as const);
    const root = await mountBinding(sandbox, Object.fromEntries(data));
    const files = ["librdkafka-producer.properties", "librdkafka-consumer.properties"];
    const paths = files.map((name) => mountedKey(root, name));
    const { stdout } = await run(join(venv, "bin/python"), ["-c", PROGRAM, ...paths, TOPIC]);
    expect(stdout.trim()).to.equal("written,written,written,written,written");
    const committed = await probe.committedOffsets("librdkafka-reader");
    expect(committed.reduce((sum, { offset }) => sum + offset, 0)).to.equal(5);
  });
});
