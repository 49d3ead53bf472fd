// Connections: the sockets to the API server. HTTP/1.1 only; a bounded pool for requests, one for the lease, and for
// each watch a connection of its own. It knows no Kubernetes.

import { Pool, ProxyAgent, Socks5ProxyAgent, type buildConnector, type Dispatcher } from "undici";

import type { Access } from "./kubeconfig.ts";

/** Which sockets a request may use. Leases never stand behind other requests; watches hold theirs for long. */
export type ConnectionClass = "requests" | "leases" | "watches";

/** Sockets a class may open; 0 for as many as are in use at once. */
const LIMITS: Readonly<Record<ConnectionClass, number>> = { requests: 16, leases: 1, watches: 0 };

/** The pools in use for one address, proxy and TLS material. */
interface Pools {
  readonly identity: string;
  readonly byClass: Map<ConnectionClass, Dispatcher>;
}

export interface ConnectionsOptions {
  /** Connecting takes at most this long, milliseconds. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Sockets are replaced when this old, milliseconds, so that load spreads over API servers. Default 600,000. */
  readonly maxAgeMs?: number | undefined;
}

/**
 * Guarantees
 * - A pool is replaced when address, proxy or TLS material change; requests under way end on the old one.
 * - HTTP/2 is never negotiated: one stuck stream would hold up all others on the connection.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  #pools: Pools | undefined;
  #access: Access | undefined;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ConnectionsOptions = {}) {
    this.#options = options;
  }

  /** The pool for requests of this class, with this access. */
  pool(connectionClass: ConnectionClass, access: Access): Dispatcher {
    const { byClass } = this.#poolsFor(access);
    const known = byClass.get(connectionClass);
    if (known !== undefined) return known;
    const pool = this.#open(LIMITS[connectionClass], access);
    byClass.set(connectionClass, pool);
    return pool;
  }

  /** Ends all connections, those in use as well. */
  async close(): Promise<void> {
    const pools = [...(this.#pools?.byClass.values() ?? [])];
    this.#pools = undefined;
    await Promise.all([...pools.map((pool) => pool.destroy()), ...this.#closing]);
  }

  #poolsFor(access: Access): Pools {
    if (this.#pools !== undefined && access === this.#access) return this.#pools;
    this.#access = access;
    const identity = JSON.stringify([access.server, access.proxyUrl, access.tls]);
    if (this.#pools?.identity === identity) return this.#pools;
    this.#retire();
    this.#pools = { identity, byClass: new Map() };
    return this.#pools;
  }

  #open(limit: number, { server, proxyUrl, tls }: Access): Dispatcher {
    const origin = new URL(server).origin;
    const options: Omit<Pool.Options, "connect"> = {
      connections: limit === 0 ? null : limit,
      pipelining: 1,
      allowH2: false,
      clientTtl: this.#options.maxAgeMs ?? 600_000,
      // Idle sockets are closed by us first: most load balancers cut after 60 s without a word.
      keepAliveTimeout: 50_000,
      keepAliveMaxTimeout: 50_000,
    };
    const material = Object.entries(tls).filter(([, value]) => value !== undefined);
    const connect = {
      ...Object.fromEntries(material),
      allowH2: false,
      timeout: this.#options.connectTimeoutMs ?? 10_000,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    };
    if (proxyUrl === undefined) return new Pool(origin, { ...options, connect });
    const proxied = { ...options, requestTls: connect as buildConnector.BuildOptions };
    // It bounds no connections by itself; those who use it do (request slots).
    if (proxyUrl.startsWith("socks")) return new Socks5ProxyAgent(proxyUrl, proxied);
    return new ProxyAgent({ ...proxied, uri: proxyUrl });
  }

  #retire(): void {
    for (const pool of this.#pools?.byClass.values() ?? []) {
      const closing = pool.close().finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    }
  }
}
