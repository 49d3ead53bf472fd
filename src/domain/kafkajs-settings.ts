// What a kafkajs program passes on as it is: to `new Kafka`, `consumer`, `subscribe`, `run`, `producer` and `send`. Pure.
// kafkajs knows the classic protocol only, and commits what a batch has resolved itself: that is its synchronous commit.

import type { BindingFacts } from "./binding-facts.ts";

export function kafkajsSettings(facts: BindingFacts): object {
  const { clientId, connection, credentialsSecret, groupId, settings, topics } = facts;
  const { autoOffsetReset, isolationLevel } = settings;
  return {
    kafka: {
      clientId,
      brokers: connection.bootstrapServers,
      ...tlsOf(facts),
      ...(connection.saslMechanism && { sasl: { mechanism: connection.saslMechanism.toLowerCase() } }),
    },
    consumer: {
      groupId,
      ...(isolationLevel && { readUncommitted: isolationLevel === "read_uncommitted" }),
      ...tuning(facts),
    },
    subscribe: { topics, fromBeginning: autoOffsetReset === "earliest" },
    run: { autoCommit: true },
    producer: { idempotent: true, maxInFlightRequests: 1, retry: { retries: 3 } },
    send: { acks: -1 },
    hints: hintsOf(facts),
    ...(credentialsSecret && { credentialsSecretRef: { name: credentialsSecret } }),
  };
}

function tlsOf({ connection }: BindingFacts): object {
  if (!connection.securityProtocol.endsWith("SSL")) return {};
  const { certificateAuthorities } = connection;
  return { ssl: certificateAuthorities === undefined ? true : { ca: [certificateAuthorities] } };
}

/** Kafka's keys that kafkajs has another word for; all are numbers. */
const TUNING: Readonly<Record<string, string>> = {
  "session.timeout.ms": "sessionTimeout",
  "heartbeat.interval.ms": "heartbeatInterval",
  "metadata.max.age.ms": "metadataMaxAge",
  "fetch.min.bytes": "minBytes",
  "fetch.max.bytes": "maxBytes",
  "fetch.max.wait.ms": "maxWaitTimeInMs",
  "max.partition.fetch.bytes": "maxBytesPerPartition",
};

function tuning({ settings }: BindingFacts): object {
  const known = [...settings.extra].flatMap(([key, value]) => {
    const name = TUNING[key];
    return name === undefined || !/^\d{1,15}$/.test(value) ? [] : [[name, Number(value)] as const];
  });
  const { maxPollIntervalMs } = settings;
  return {
    // The longest time that a member may take to come back in a rebalance: what max.poll.interval.ms bounds elsewhere.
    ...(maxPollIntervalMs !== undefined && { rebalanceTimeout: maxPollIntervalMs }),
    ...Object.fromEntries(known),
  };
}

/** What is up to the program, whatever its client. */
function hintsOf({ deadLetter, settings }: BindingFacts): object {
  const { commitMode, errorHandling, maxPollRecords, pollTimeoutMs } = settings;
  return {
    commitMode,
    maxPollRecords,
    pollTimeoutMs,
    ...(errorHandling && { errorHandling }),
    ...(deadLetter && { deadLetter }),
  };
}
