// MetricFactory: makes prom-client metrics of one registry, without its configuration objects.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export class MetricFactory {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  gauge<Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  /** A gauge whose values `read` sets at each scrape. */
  gaugeReadBy<Label extends string>(
    read: (gauge: Gauge<Label>) => void,
    name: string,
    help: string,
    ...labelNames: Label[]
  ): Gauge<Label> {
    const registers = [this.#registry];
    const gauge: Gauge<Label> = new Gauge({ name, help, labelNames, registers, collect: () => read(gauge) });
    return gauge;
  }

  /** `buckets`: upper bounds, ascending. */
  histogram<Label extends string>(
    buckets: readonly number[],
    name: string,
    help: string,
    ...labelNames: Label[]
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] });
  }
}
