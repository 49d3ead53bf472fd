// How often an object's topics were set back lately, setting by setting: what tells a slip from somebody who keeps
// changing it. In memory only: after a restart the operator corrects up to twice more before it knows again.

import type { EventTopic } from "../../api/event-topic.ts";
import type { Clock } from "../../runtime/clock.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { ConfigChangeAction } from "./actions.ts";
import { attemptOf } from "./contested.ts";

/** Changes that were undone longer ago count no longer. */
const WINDOW_MS = 3_600_000;

interface OfObject {
  readonly attempt: string;
  /** Monotonic times of corrections by setting. */
  readonly times: Map<string, readonly number[]>;
}

export class Corrections {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #byObject = new Map<string, OfObject>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Of the same setting, within the last hour, and since the object was last edited or asked to run. */
  count(topic: EventTopic, action: ConfigChangeAction): number {
    return this.#recent(this.#of(topic), settingOf(action)).length;
  }

  note(topic: EventTopic, action: ConfigChangeAction): void {
    const known = this.#of(topic);
    const setting = settingOf(action);
    known.times.set(setting, [...this.#recent(known, setting), this.#clock.monotonic()]);
    this.#byObject.set(keyOf(topic.metadata), known);
  }

  forget(key: string): void {
    this.#byObject.delete(key);
  }

  #of(topic: EventTopic): OfObject {
    const attempt = attemptOf(topic);
    const known = this.#byObject.get(keyOf(topic.metadata));
    return known?.attempt === attempt ? known : { attempt, times: new Map() };
  }

  #recent({ times }: OfObject, setting: string): readonly number[] {
    const since = this.#clock.monotonic() - WINDOW_MS;
    return (times.get(setting) ?? []).filter((time) => time > since);
  }
}

function settingOf({ topicName, key }: ConfigChangeAction): string {
  return `${topicName}/${key}`;
}
