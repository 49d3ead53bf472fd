// Starts OpenTelemetry's SDK, which reads the OTEL_* environment itself. The SDK takes 30 MB of memory, so it is loaded only
// where somebody wants traces, and by an import of its own: a bundle would load at its start what is imported statically.

export interface Tracing {
  /** Sends what is left. Never rejects. */
  stop(): Promise<void>;
}

/** Traces only: metrics are served, and logs are written. `serviceName`: unless OTEL_SERVICE_NAME says another. */
export async function startTracing(serviceName: string): Promise<Tracing> {
  const { NodeSDK } = await import("@opentelemetry/sdk-node");
  const sdk = new NodeSDK({ serviceName, instrumentations: [], metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  return { stop: () => sdk.shutdown().catch(() => {}) };
}
