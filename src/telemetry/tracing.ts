// Spans of runs and of requests to Kafka, by OpenTelemetry's API alone: nothing is recorded until somebody has started an
// SDK (tracing-sdk.ts), and then this costs next to nothing.

import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const tracer = trace.getTracer("event-bus-operator");

/** Whether the environment asks for traces: an exporter or its address is set, and nothing turns the SDK off. */
export function wantsTraces(environment: Readonly<Record<string, string | undefined>>): boolean {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: address = "",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces = "",
    OTEL_SDK_DISABLED: isOff = "false",
    OTEL_TRACES_EXPORTER: exporter = "",
  } = environment;
  if (isOff.toLowerCase() === "true" || exporter === "none") return false;
  return [address, ofTraces, exporter].some((value) => value !== "");
}

/** Which run it is. */
export interface RunLabels {
  readonly controller: string;
  /** Key of the object. */
  readonly object: string;
  readonly reconcileId: string;
  readonly priority: string;
  /** What asked for it. */
  readonly cause?: string | undefined;
}

const FAILED: ReadonlySet<string> = new Set(["failed", "panicked"]);

/** Carries out a run within a span that ends with it and says how it ended. */
export async function inRunSpan<End extends { readonly kind: string }>(
  { cause = "", controller, object, priority, reconcileId }: RunLabels,
  run: () => Promise<End>,
): Promise<End> {
  const attributes = {
    "eventbus.controller": controller,
    "eventbus.object": object,
    "eventbus.reconcile_id": reconcileId,
    "eventbus.priority": priority,
    "eventbus.cause": cause,
  };
  return await tracer.startActiveSpan(`reconcile ${controller}`, { attributes }, async (span) => {
    try {
      const end = await run();
      span.setAttribute("eventbus.outcome", end.kind);
      if (FAILED.has(end.kind)) span.setStatus({ code: SpanStatusCode.ERROR });
      return end;
    } finally {
      span.end();
    }
  });
}

/** One request to a broker, once it has ended. It may serve many runs, so it is nobody's child. */
export function traceKafkaRequest(request: {
  readonly api: string;
  readonly broker: string;
  readonly items: number;
  readonly durationMs: number;
  readonly outcome: string;
}): void {
  const { api, broker, durationMs, items, outcome } = request;
  const endTime = Date.now();
  const span = tracer.startSpan(`kafka ${api}`, {
    kind: SpanKind.CLIENT,
    root: true,
    startTime: endTime - durationMs,
    attributes: {
      "messaging.system": "kafka",
      "rpc.method": api,
      "server.address": broker,
      "eventbus.items": items,
      "eventbus.outcome": outcome,
    },
  });
  if (outcome !== "answered") span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endTime);
}
