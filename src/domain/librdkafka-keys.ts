// Where the consumer properties of librdkafka differ from those of Kafka's own client. Pure. librdkafka refuses to start with
// a property that it does not know. Keys of security, ssl and sasl are not here: a binding takes none from its object.

/** Known to Kafka 4.3's ConsumerConfig (and older) and not to librdkafka; checked against 2.16, which is the newest. */
export const JAVA_ONLY: ReadonlySet<string> = new Set([
  "auto.include.jmx.reporter",
  "config.providers",
  "default.api.timeout.ms",
  "exclude.internal.topics",
  "interceptor.classes",
  "internal.throw.on.fetch.stable.offset.unsupported",
  "key.deserializer",
  // Only since 2.16, where it is for share groups.
  "max.poll.records",
  "metric.reporters",
  "metrics.num.samples",
  "metrics.recording.level",
  "metrics.sample.window.ms",
  "share.acquire.mode",
  "socket.connection.setup.timeout.max.ms",
  "value.deserializer",
]);

/** The same under another name. */
export const LIBRDKAFKA_NAMES: Readonly<Record<string, string>> = {
  "fetch.max.wait.ms": "fetch.wait.max.ms",
  "receive.buffer.bytes": "socket.receive.buffer.bytes",
  "send.buffer.bytes": "socket.send.buffer.bytes",
};
