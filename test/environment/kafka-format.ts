// Formats a broker's data folder as `kafka-storage format` does, without a JVM for the Kafka that is pinned.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";

import { jdkProgram } from "../../hack/toolchain/jdk.mjs";

/** The version whose `bootstrap.checkpoint` is embedded below. */
const EMBEDDED_VERSION = "4.3.1";

// `bootstrap.checkpoint` as `kafka-storage format` of 4.3.1 writes it: a metadata snapshot of three record batches
// (header, feature levels, footer) that holds no ids, only the levels metadata.version 30 (4.3-IV0),
// eligible.leader.replicas.version 1, group.version 1 (KIP-848), share.version 1, streams.version 1 and
// transaction.version 2. Without it every feature would be at level 0. For another Kafka the real tool is run.
const BOOTSTRAP_CHECKPOINT = `
AAAAAAAAAAAAAABHAAAAAAJB6MhZACAAAAAAAAABofrF5W0AAAGh+sXlbf//////////////////AAAAASoAAAAIAAAAAxYAAAAAAAAAAAAAAAAA
AAAAAAAAAQAAAPEAAAAAAhtWJJUAAAAAAAUAAAGh+sXljwAAAaH6xeWP//////////////////8AAAAGOgAAAAEuAQwAEW1ldGFkYXRhLnZlcnNp
b24AHgAAWgAAAgFOAQwAIWVsaWdpYmxlLmxlYWRlci5yZXBsaWNhcy52ZXJzaW9uAAEAADQAAAQBKAEMAA5ncm91cC52ZXJzaW9uAAEAADQAAAYB
KAEMAA5zaGFyZS52ZXJzaW9uAAEAADgAAAgBLAEMABBzdHJlYW1zLnZlcnNpb24AAQAAQAAACgE0AQwAFHRyYW5zYWN0aW9uLnZlcnNpb24AAgAA
AAAAAAAAAAcAAAA/AAAAAAJOqTYqACAAAAAAAAABofrF5ZAAAAGh+sXlkP//////////////////AAAAARoAAAAIAAAABAYAAAAA
`;

/** A Kafka id: 16 random bytes, base64url without padding, not starting with `-` (which tools read as an option). */
export function randomKafkaId(): string {
  for (;;) {
    const id = randomBytes(16).toString("base64url");
    if (!id.startsWith("-")) return id;
  }
}

/** Leaves alone what an earlier start has written: call it once a data folder. */
export async function formatDataFolder(
  folder: string,
  identity: { readonly clusterId: string; readonly nodeId: number },
  kafka: { readonly jars: readonly string[]; readonly propertiesFile: string },
): Promise<void> {
  if (!kafka.jars.some((jar) => basename(jar) === `kafka-clients-${EMBEDDED_VERSION}.jar`)) {
    await runStorageTool(identity.clusterId, kafka);
    return;
  }
  await mkdir(folder, { recursive: true });
  const meta = [
    "version=1",
    `cluster.id=${identity.clusterId}`,
    `node.id=${identity.nodeId}`,
    `directory.id=${randomKafkaId()}`,
  ];
  await writeFile(join(folder, "meta.properties"), `${meta.join("\n")}\n`);
  await writeFile(join(folder, "bootstrap.checkpoint"), Buffer.from(BOOTSTRAP_CHECKPOINT, "base64"));
}

async function runStorageTool(
  clusterId: string,
  kafka: { readonly jars: readonly string[]; readonly propertiesFile: string },
): Promise<void> {
  const classPath = kafka.jars.join(":");
  const tool = ["kafka.tools.StorageTool", "format", "--cluster-id", clusterId, "--config", kafka.propertiesFile];
  await promisify(execFile)(jdkProgram("java"), ["-cp", classPath, ...tool]);
}
