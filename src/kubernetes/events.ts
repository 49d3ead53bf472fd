// EventRecorder: the port through which controllers tell people what happened (events.k8s.io/v1). No HTTP.

import type { KubernetesObject } from "../api/custom-resource.ts";

export interface EventNote {
  readonly type: "Normal" | "Warning";
  /** CamelCase, the same word as the condition's where there is one. */
  readonly reason: string;
  /** What the operator did or refused, in one CamelCase verb (`CreateTopic`). */
  readonly action: string;
  /** For people; cut at 1024 characters. */
  readonly note: string;
}

/** Never blocks and never throws: a full queue drops the event and counts it. Repeats become series. */
export interface EventRecorder {
  record(regarding: KubernetesObject, event: EventNote): void;
}
