// KubernetesClient: everything through which the operator speaks with one API server, made from one kubeconfig.

import type { KubernetesObject, ObjectKey } from "../../api/custom-resource.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Leases } from "../leases.ts";
import type { Resources, ResourceType } from "../resources.ts";
import { Connections } from "./connections.ts";
import { Credentials } from "./credentials.ts";
import { EventSender } from "./event-sender.ts";
import { Exchange } from "./exchange.ts";
import { AccessReader, type KubeconfigSource } from "./kubeconfig.ts";
import { LeaseClient } from "./lease-client.ts";
import { ResourceClient } from "./resource-client.ts";
import { Transport } from "./transport.ts";
import { watchStream, type WatchFrame, type WatchRequest } from "./watch-stream.ts";

export interface KubernetesClientOptions {
  readonly source: KubeconfigSource;
  /** Name and version of the program, as the API server's audit log shows it. */
  readonly userAgent: string;
  /** Owner of what server-side apply writes. */
  readonly fieldManager: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Time for one request, milliseconds. Default 30,000. */
  readonly deadlineMs?: number | undefined;
  /** Time to renew a lease; short, so that a lost answer leaves time for another try. Default 5,000. */
  readonly leaseDeadlineMs?: number | undefined;
  /** When tokens and certificates are read again, milliseconds. Default 45,000. */
  readonly credentialsMaxAgeMs?: number | undefined;
  /** How long a watch may be silent beyond its end, milliseconds. Default 5,000. */
  readonly watchGraceMs?: number | undefined;
}

/** Close it after everything that uses it has stopped. */
export class KubernetesClient {
  readonly transport: Transport;
  readonly #leaseTransport: Transport;
  readonly #options: KubernetesClientOptions;
  readonly #credentials: Credentials;
  readonly #connections = new Connections();
  readonly #exchange: Exchange;

  constructor(options: KubernetesClientOptions) {
    const { source, clock, log, deadlineMs, leaseDeadlineMs = 5_000 } = options;
    this.#options = options;
    const reader = new AccessReader(source);
    this.#credentials = new Credentials({
      read: (how) => reader.read(how),
      clock,
      log,
      maxAgeMs: options.credentialsMaxAgeMs,
    });
    const credentials = this.#credentials;
    this.#exchange = new Exchange({ ...options, credentials, connections: this.#connections });
    const exchange = this.#exchange;
    this.transport = new Transport({ exchange, credentials, clock, deadlineMs });
    this.#leaseTransport = new Transport({ exchange, credentials, clock, deadlineMs: leaseDeadlineMs });
  }

  resources<T extends KubernetesObject>(type: ResourceType): Resources<T> {
    const { fieldManager } = this.#options;
    return new ResourceClient<T>(type, { transport: this.transport, fieldManager, watch: this.#watch });
  }

  leases(key: ObjectKey): Leases {
    return new LeaseClient(key, { transport: this.#leaseTransport, watch: this.#watch });
  }

  /** Start it, and stop it last: it tells of the stop as well. */
  events(reportingController: string, reportingInstance: string): EventSender {
    const { clock, log, metrics } = this.#options;
    const transport = this.transport;
    return new EventSender({
      transport,
      reportingController,
      reportingInstance,
      clock,
      log,
      metrics: metrics.events(),
    });
  }

  /** Namespace of the kubeconfig's context, or of the pod. */
  async namespace(): Promise<string | undefined> {
    return (await this.#credentials.current()).namespace;
  }

  readonly #watch = (request: WatchRequest): AsyncIterable<WatchFrame> => {
    const { clock, watchGraceMs: graceMs } = this.#options;
    return watchStream(request, { exchange: this.#exchange, credentials: this.#credentials, clock, graceMs });
  };

  async close(): Promise<void> {
    await this.#connections.close();
  }
}
