// What a mocha process shares: one control plane, one Kafka and one probe, started when a test first asks for them.
// Tests keep apart by namespaces, topic prefixes and EventBus objects of their own.

// Types only: a process that needs no part (unit tests) loads none.
import type { ControlPlane } from "./control-plane.ts";
import type { KafkaProbe } from "./kafka-probe.ts";
import type { KafkaCluster } from "./kafka.ts";

/**
 * The parts, each started on first use and then shared.
 *
 * Guarantees: a part is started at most once; a failed start is told to everybody who asks; `stop` ends all that was
 * started.
 */
export class Environment {
  #controlPlane: Promise<ControlPlane> | undefined;
  #kafka: Promise<KafkaCluster> | undefined;
  #kafkaProbe: Promise<KafkaProbe> | undefined;

  /** With the audit log on; without the controller-manager, which a test may start (after the CRDs). */
  controlPlane(): Promise<ControlPlane> {
    this.#controlPlane ??= import("./control-plane.ts").then((part) => part.startControlPlane({ audit: true }));
    return this.#controlPlane;
  }

  /** One broker. Tests that stop or configure brokers start a Kafka of their own. */
  kafka(): Promise<KafkaCluster> {
    this.#kafka ??= import("./kafka.ts").then((part) => part.startKafka());
    return this.#kafka;
  }

  /** The independent client of `kafka()`. */
  kafkaProbe(): Promise<KafkaProbe> {
    this.#kafkaProbe ??= Promise.all([import("./kafka-probe.ts"), this.kafka()]).then(([part, kafka]) =>
      part.startKafkaProbe(kafka.bootstrapServers),
    );
    return this.#kafkaProbe;
  }

  /** Undefined where no test has asked for one, or it did not start. */
  async startedControlPlane(): Promise<ControlPlane | undefined> {
    return await this.#controlPlane?.catch(() => undefined);
  }

  async stop(): Promise<void> {
    const started = [this.#kafkaProbe, this.#kafka, this.#controlPlane];
    this.#kafkaProbe = this.#kafka = this.#controlPlane = undefined;
    await Promise.all(started.map(stopIfStarted));
  }
}

async function stopIfStarted(part: Promise<{ stop(): Promise<void> }> | undefined): Promise<void> {
  // A part that failed to start has said so to its test, and has nothing to stop.
  const [started] = await Promise.allSettled([part]);
  if (started.status === "fulfilled") await started.value?.stop();
}

/** Secrets that operators have shown since this was last asked; after a file of tests. */
export async function shownSecrets(): Promise<string[]> {
  const controlPlane = await shared.startedControlPlane();
  // Where there was no control plane no operator ran.
  if (controlPlane === undefined) return [];
  const { secretsShown, transcript } = await import("./secret-scan.ts");
  return [...transcript.take(), ...(await secretsShown(controlPlane))];
}

const shared = new Environment();

/** The environment of this mocha process. `root-hooks.ts` stops it at the end. */
export function environment(): Environment {
  return shared;
}
