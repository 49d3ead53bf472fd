// Finds ports that nobody listens on. A found port is not reserved: somebody else may take it before the server does,
// so servers are started through `withFreshPorts`.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the ephemeral ranges of Linux (32768) and macOS (49152), so that no outgoing connection takes the port of a
// server that is down for a moment and has to come back on it; below the NodePort range (30000) as well.
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;

/** What etcd, kube-apiserver and Kafka write before they end for want of their port. */
const PORT_TAKEN = /address already in use/i;
const ATTEMPTS = 3;

/** Runs `start`, which finds ports and starts servers on them, again when somebody else took a port in between. */
export async function withFreshPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || !PORT_TAKEN.test(error.message)) throw error;
    }
  }
}

/** `count` different loopback ports, free at the time of the call. */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count && attempt < 1_000; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  if (found.size < count) throw new Error(`No ${count} free ports between ${FIRST_PORT} and ${LAST_PORT}`);
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
