// Gauges whose values are read at each scrape: a table says what each takes from a reading. Reads once a scrape, however
// many gauges there are.

import type { Gauge, Registry } from "prom-client";

import { MetricFactory } from "./metric-factory.ts";

type Labels = Readonly<Record<string, string>>;

/** What one gauge shows of a reading. */
export interface ScrapedGauge<Reading> {
  readonly name: string;
  readonly help: string;
  /** Labels beside those of the reading. */
  readonly labels?: readonly string[];
  /** Those labels and the value; there is no series where it is undefined. */
  readonly values: (reading: Reading) => readonly (readonly [Labels, number | undefined])[];
}

/** Names and labels that all gauges of a table share. */
export interface ScrapedSubject<Reading> {
  /** Before each name. */
  readonly prefix: string;
  readonly labels: readonly string[];
  readonly labelsOf: (reading: Reading) => Labels;
}

/** `read` is asked at each scrape; what it no longer tells is shown no longer. */
export function scrapedGauges<Reading>(
  registry: Registry,
  subject: ScrapedSubject<Reading>,
  gauges: readonly ScrapedGauge<Reading>[],
  read: () => readonly Reading[],
): void {
  const make = new MetricFactory(registry);
  const readings = oncePerTurn(read);
  for (const { name, help, labels = [], values } of gauges) {
    const collect = (gauge: Gauge): void => {
      gauge.reset();
      for (const reading of readings()) {
        for (const [others, value] of values(reading)) {
          if (value !== undefined) gauge.set({ ...subject.labelsOf(reading), ...others }, value);
        }
      }
    };
    make.gaugeReadBy(collect, `${subject.prefix}${name}`, help, ...subject.labels, ...labels);
  }
}

/** A registry asks all its gauges in one turn of the event loop. */
function oncePerTurn<T>(read: () => T): () => T {
  let held: { readonly value: T } | undefined;
  return () => {
    if (held === undefined) {
      held = { value: read() };
      queueMicrotask(() => {
        held = undefined;
      });
    }
    return held.value;
  };
}
