// The server.properties of a test broker: Kafka's defaults, except where a test would wait or memory would be wasted.

/** A listener beside PLAINTEXT. What it needs (keystores, mechanisms) comes in `properties`. */
export interface ListenerSpec {
  /** As in `listener.name.<name>.…`; upper case. */
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  /** The port of which clients are told, instead of its own: that of a proxy. For a single broker. */
  readonly advertisedPort?: number;
}

export interface BrokerSpec {
  readonly id: number;
  /** Port of every listener by its name, `PLAINTEXT` and `CONTROLLER` included. */
  readonly ports: ReadonlyMap<string, number>;
  readonly dataFolder: string;
}

const CLIENT_LISTENER: ListenerSpec = { name: "PLAINTEXT", protocol: "PLAINTEXT" };
const CONTROLLER_LISTENER: ListenerSpec = { name: "CONTROLLER", protocol: "PLAINTEXT" };

/** All listeners of a broker, given those that a test adds. */
export function listenersWith(extra: readonly ListenerSpec[]): readonly ListenerSpec[] {
  return [CLIENT_LISTENER, CONTROLLER_LISTENER, ...extra];
}

export function brokerProperties(
  broker: BrokerSpec,
  cluster: {
    readonly brokers: readonly BrokerSpec[];
    readonly listeners: readonly ListenerSpec[];
    readonly sessionTimeoutMs: number;
    readonly properties: Readonly<Record<string, string>>;
  },
): Record<string, string> {
  const replicas = String(cluster.brokers.length);
  const minInSync = String(Math.max(1, cluster.brokers.length - 1));
  const voters = cluster.brokers.map(({ id, ports }) => `${id}@127.0.0.1:${ports.get("CONTROLLER")}`);
  return {
    "process.roles": "broker,controller",
    "node.id": String(broker.id),
    "broker.rack": `rack-${broker.id}`,
    "controller.quorum.voters": voters.join(","),
    "log.dirs": broker.dataFolder,
    listeners: cluster.listeners.map(({ name }) => `${name}://127.0.0.1:${broker.ports.get(name)}`).join(","),
    "advertised.listeners": cluster.listeners
      .filter((listener) => listener !== CONTROLLER_LISTENER)
      .map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort ?? broker.ports.get(name)}`)
      .join(","),
    "listener.security.protocol.map": cluster.listeners.map(({ name, protocol }) => `${name}:${protocol}`).join(","),
    "inter.broker.listener.name": CLIENT_LISTENER.name,
    "controller.listener.names": CONTROLLER_LISTENER.name,
    ...internalTopics(replicas, minInSync),
    ...quickness(cluster.sessionTimeoutMs),
    ...frugality(),
    // A typo of a test must fail, and a topic deleted must stay away.
    "auto.create.topics.enable": "false",
    ...cluster.properties,
  };
}

function internalTopics(replicas: string, minInSync: string): Record<string, string> {
  return {
    "offsets.topic.num.partitions": "5",
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": "2",
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": minInSync,
    "share.coordinator.state.topic.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": minInSync,
  };
}

function quickness(sessionTimeoutMs: number): Record<string, string> {
  return {
    // Until it has passed, a killed broker cannot register again.
    "broker.session.timeout.ms": String(sessionTimeoutMs),
    "broker.heartbeat.interval.ms": String(Math.floor(sessionTimeoutMs / 5)),
    // Files of deleted topics; default 60 s.
    "log.segment.delete.delay.ms": "1000",
    // Groups form, notice and forget members within a second or so, if members wish so as well.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.session.timeout.ms": "6000",
    "group.consumer.min.heartbeat.interval.ms": "200",
    "group.consumer.heartbeat.interval.ms": "500",
  };
}

function frugality(): Record<string, string> {
  return {
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    // The default of 128 MiB is allocated on the heap at start.
    "log.cleaner.dedupe.buffer.size": "2097152",
    // Eleven MBeans a partition: a third of the heap with thousands of partitions.
    "metrics.jmx.exclude": ".*",
  };
}
