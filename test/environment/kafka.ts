// A real Kafka in KRaft mode for tests, demo and bench: one broker or three on loopback, every one a controller as well.

import { writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { jdkProgram } from "../../hack/toolchain/jdk.mjs";
import type { KafkaRelease } from "../../hack/toolchain/kafka.mjs";
import { brokerJars, sharedClassFlags } from "./assets.ts";
import type { ControlledProcess } from "./controlled-process.ts";
import { findFreePorts, withFreshPorts } from "./free-ports.ts";
import { formatDataFolder, randomKafkaId } from "./kafka-format.ts";
import { jvmFlags } from "./kafka-jvm.ts";
import { brokerProperties, listenersWith, type BrokerSpec, type ListenerSpec } from "./kafka-properties.ts";
import { Sandbox } from "./sandbox.ts";

export interface KafkaOptions {
  /** Default the release that everything runs on. */
  readonly release?: KafkaRelease;
  /** Default 1. With three, each votes in the controller quorum, so any one may be lost. */
  readonly brokers?: 1 | 3;
  /** Merged last into every broker's server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Listeners beside PLAINTEXT; see `KafkaCluster.bootstrapServersOf`. */
  readonly listeners?: readonly ListenerSpec[];
  /** Added to every broker's JVM, for example `-Dorg.apache.kafka.…`. */
  readonly jvmFlags?: readonly string[];
  /** Default 256, enough for 6,000 partitions; memory is taken only when used. */
  readonly heapMb?: number;
  /** How long a killed broker stays registered; default 9000, as Kafka's. Crash tests pass 3000. */
  readonly sessionTimeoutMs?: number;
}

export interface KafkaBroker {
  readonly id: number;
  /** Port of the PLAINTEXT listener. */
  readonly port: number;
  readonly pid: number | undefined;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when it serves; after `kill` this waits for `sessionTimeoutMs`. */
  start(): Promise<void>;
  logs(): Promise<string>;
}

/**
 * Starts Kafka with the jars of the toolchain (KAFKA_HOME, where the user has set it).
 *
 * Guarantees: every broker serves when it resolves; everything is gone after `stop()` and after the end of this process.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  return await withFreshPorts(async () => {
    const sandbox = new Sandbox("kafka");
    try {
      return await launch(sandbox, options);
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  });
}

export class KafkaCluster implements AsyncDisposable {
  readonly clusterId: string;
  /** `host:port` of every broker's PLAINTEXT listener. */
  readonly bootstrapServers: readonly string[];
  readonly brokers: readonly KafkaBroker[];
  /** The server.properties of the first broker, as it was started. */
  readonly properties: Readonly<Record<string, string>>;
  readonly #sandbox: Sandbox;
  readonly #specs: readonly BrokerSpec[];

  constructor(
    sandbox: Sandbox,
    cluster: {
      readonly clusterId: string;
      readonly specs: readonly BrokerSpec[];
      readonly brokers: readonly KafkaBroker[];
      readonly properties: Readonly<Record<string, string>>;
    },
  ) {
    this.#sandbox = sandbox;
    this.#specs = cluster.specs;
    this.clusterId = cluster.clusterId;
    this.brokers = cluster.brokers;
    this.properties = cluster.properties;
    this.bootstrapServers = this.bootstrapServersOf("PLAINTEXT");
  }

  /** `host:port` of every broker on one of the listeners it was started with. */
  bootstrapServersOf(listener: string): string[] {
    return this.#specs.map(({ ports }) => {
      const port = ports.get(listener);
      if (port === undefined) throw new Error(`Kafka was started without a listener "${listener}"`);
      return `127.0.0.1:${port}`;
    });
  }

  /** What all brokers logged, warnings and worse. */
  async logs(): Promise<string> {
    return (await Promise.all(this.brokers.map((broker) => broker.logs()))).join("");
  }

  async stop(): Promise<void> {
    await this.#sandbox.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function launch(sandbox: Sandbox, options: KafkaOptions): Promise<KafkaCluster> {
  const listeners = listenersWith(options.listeners ?? []);
  const specs = await brokerSpecs(sandbox.folder, options.brokers ?? 1, listeners);
  const clusterId = randomKafkaId();
  const jars = await brokerJars(options.release);
  const logging = await writeLoggingConfig(sandbox.folder);
  const flags = [
    ...jvmFlags({ heapMb: options.heapMb ?? 256, scratch: sandbox.scratch }),
    ...(await sharedClassFlags(jars)),
    ...(options.jvmFlags ?? []),
  ];
  const configured = specs.map((spec) => ({
    spec,
    properties: brokerProperties(spec, {
      brokers: specs,
      listeners,
      sessionTimeoutMs: options.sessionTimeoutMs ?? 9_000,
      properties: options.properties ?? {},
    }),
  }));
  const brokers = await Promise.all(
    configured.map(async ({ spec, properties }) => {
      const propertiesFile = join(sandbox.folder, `broker-${spec.id}.properties`);
      await writeFile(propertiesFile, propertiesText(properties));
      await formatDataFolder(spec.dataFolder, { clusterId, nodeId: spec.id }, { jars, propertiesFile });
      const process = sandbox.process({
        name: `broker-${spec.id}`,
        command: jdkProgram("java"),
        args: [...flags, ...logging, "-cp", jars.join(":"), "kafka.Kafka", propertiesFile],
        // A TCP connection is accepted long before the broker knows its metadata.
        isReady: (log) => log.includes("Kafka Server started"),
        readyTimeoutMs: 90_000,
      });
      await process.start();
      return asBroker(spec, process);
    }),
  );
  return new KafkaCluster(sandbox, { clusterId, specs, brokers, properties: configured[0]?.properties ?? {} });
}

async function brokerSpecs(
  folder: string,
  count: number,
  listeners: readonly ListenerSpec[],
): Promise<readonly BrokerSpec[]> {
  const ports = await findFreePorts(count * listeners.length);
  const specs = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    ports: new Map(listeners.map(({ name }, listener) => [name, ports[index * listeners.length + listener] ?? 0])),
    dataFolder: join(folder, `broker-${index + 1}`),
  }));
  await Promise.all(specs.map(({ dataFolder }) => mkdir(dataFolder)));
  return specs;
}

function asBroker(spec: BrokerSpec, process: ControlledProcess): KafkaBroker {
  return {
    id: spec.id,
    port: spec.ports.get("PLAINTEXT") ?? 0,
    get pid() {
      return process.pid;
    },
    pause: () => process.pause(),
    resume: () => process.resume(),
    kill: () => process.kill(),
    stop: () => process.stop(),
    start: () => process.start(),
    logs: () => process.logs(),
  };
}

/** A value may hold anything but a line break; only backslashes mean something in it. */
function propertiesText(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll("\\", "\\\\")}\n`)
    .join("");
}

/** Warnings, and when a broker is ready; flags for both generations of Log4j, since Kafka 3.9 has the first. */
async function writeLoggingConfig(folder: string): Promise<string[]> {
  const [ready, network] = ["kafka.server.KafkaRaftServer", "org.apache.kafka.clients.NetworkClient"];
  const pattern = "%d{ISO8601} %p %m (%c)%n";
  const second = [
    "appender.stdout.type=Console",
    "appender.stdout.name=stdout",
    "appender.stdout.layout.type=PatternLayout",
    `appender.stdout.layout.pattern=${pattern}`,
    "rootLogger.level=warn",
    "rootLogger.appenderRef.stdout.ref=stdout",
    `logger.server.name=${ready}`,
    "logger.server.level=info",
    // Every broker that is not up yet is told again and again.
    `logger.network.name=${network}`,
    "logger.network.level=error",
  ];
  const first = [
    "log4j.rootLogger=WARN, stdout",
    "log4j.appender.stdout=org.apache.log4j.ConsoleAppender",
    "log4j.appender.stdout.layout=org.apache.log4j.PatternLayout",
    `log4j.appender.stdout.layout.ConversionPattern=${pattern}`,
    `log4j.logger.${ready}=INFO`,
    `log4j.logger.${network}=ERROR`,
  ];
  const files = [join(folder, "log4j2.properties"), join(folder, "log4j.properties")] as const;
  await Promise.all([writeFile(files[0], `${second.join("\n")}\n`), writeFile(files[1], `${first.join("\n")}\n`)]);
  return [`-Dlog4j2.configurationFile=${files[0]}`, `-Dlog4j.configuration=file:${files[1]}`];
}
