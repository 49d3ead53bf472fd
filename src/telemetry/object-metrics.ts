// The operator's objects as metrics: how many are in which state, and who owns which topic. Labels are names of kinds and
// namespaces, our closed set of reasons, and what people wrote as owner.

import type { Registry } from "prom-client";

import { scrapedGauges, type ScrapedGauge } from "./scraped-gauges.ts";

/** Objects of one kind and namespace that say the same. */
export interface ObjectCount {
  readonly kind: string;
  /** Empty for kinds without namespace. */
  readonly namespace: string;
  /** Status of Ready; `Unknown` also where nobody has looked yet. */
  readonly ready: string;
  /** Reason of Ready; `Pending` where nobody has looked yet. */
  readonly reason: string;
  readonly count: number;
}

/** A topic that an EventTopic holds. */
export interface OwnedTopic {
  readonly bus: string;
  readonly namespace: string;
  readonly name: string;
  readonly topic: string;
  /** Empty where it is not declared. */
  readonly team: string;
  readonly contact: string;
}

const OBJECTS: readonly ScrapedGauge<ObjectCount>[] = [
  {
    name: "objects",
    help: "Objects by kind, namespace, and status and reason of Ready.",
    values: ({ count }) => [[{}, count]],
  },
];

const TOPICS: readonly ScrapedGauge<OwnedTopic>[] = [
  { name: "info", help: "1; the labels say who owns the topic, to be joined by name.", values: () => [[{}, 1]] },
];

/** Both are asked at each scrape; what they no longer tell is shown no longer. */
export function objectMetrics(
  registry: Registry,
  countObjects: () => readonly ObjectCount[],
  listTopics: () => readonly OwnedTopic[],
): void {
  scrapedGauges(
    registry,
    {
      prefix: "eventbus_",
      labels: ["kind", "namespace", "ready", "reason"],
      labelsOf: ({ kind, namespace, ready, reason }: ObjectCount) => ({ kind, namespace, ready, reason }),
    },
    OBJECTS,
    countObjects,
  );
  scrapedGauges(
    registry,
    {
      prefix: "eventbus_topic_",
      labels: ["bus", "namespace", "name", "topic", "team", "contact"],
      labelsOf: (topic: OwnedTopic) => ({ ...topic }),
    },
    TOPICS,
    listTopics,
  );
}
