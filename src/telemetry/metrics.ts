// Metrics: what the runtime counts, in words. Types only; prometheus-metrics.ts gives them their names.

import type { Registry } from "prom-client";

/** How a run ended, in controller-runtime's words. */
export type RunResult = "success" | "error" | "requeue" | "requeue_after";

export interface ControllerMetrics {
  started(): void;
  /** `seconds`: how long the run took. */
  finished(result: RunResult, seconds: number): void;
  /** The run ended in an outcome that only a change of input can lift. */
  stalled(): void;
  panicked(): void;
  timedOut(): void;
  /** A write lost a race; not an error. */
  conflicted(): void;
  /** The object changed while the run worked on it; not an error. */
  superseded(): void;
}

/** What a queue is asked for at each scrape. */
export interface QueueReading {
  depth(priority: "live" | "bulk"): number;
  readonly delayed: number;
  runningForMs(): readonly number[];
}

export interface QueueMetrics {
  added(): void;
  retried(): void;
  taken(waitedSeconds: number): void;
  worked(seconds: number): void;
}

export interface ReflectorMetrics {
  watched(): void;
  watchedBriefly(): void;
  /** `missed`: changes that the list brought and no watch had told. */
  listed(reason: string, items: number, missed: number): void;
}

export interface RequestMetrics {
  /** `code`: the HTTP status, or `<error>` when no answer came. `seconds` is absent for watches, which last as long as they should. */
  finished(method: string, code: string, seconds?: number): void;
  /** Time spent in line for one of the slots. */
  queued(method: string, seconds: number): void;
}

export interface ElectionMetrics {
  /** `isLeading`: this process holds the lease. */
  changed(isLeading: boolean): void;
  /** The lease had to be read before it was written. */
  slowPathTaken(): void;
}

export interface EventMetrics {
  sent(): void;
  dropped(): void;
}

export interface Metrics {
  /** For what others count; the server shows it. */
  readonly registry: Registry;
  controller(name: string, maxInFlight: number): ControllerMetrics;
  queue(name: string, reading: QueueReading): QueueMetrics;
  reflector(name: string): ReflectorMetrics;
  requests(host: string): RequestMetrics;
  election(name: string): ElectionMetrics;
  events(): EventMetrics;
  /** Listeners of stores that threw. */
  listenerFailed(): void;
}
