// Starts OpenTelemetry's SDK, which reads the OTEL_* environment itself. Loaded only where somebody wants traces: it takes
// 30 MB of memory.

import { NodeSDK } from "@opentelemetry/sdk-node";

export interface Tracing {
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

/** Traces only: metrics are served, and logs are written. `serviceName`: unless OTEL_SERVICE_NAME says another. */
export function startTracing(serviceName: string): Tracing {
  const sdk = new NodeSDK({ serviceName, instrumentations: [], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  return { stop: () => sdk.shutdown().catch(() => {}) };
}
