// What changes in a store, as those hear of it who subscribe. Types only.

/** How a change came to be known: by a list, by a watch, or as the response to our own write. */
export type ChangeSource = "list" | "watch" | "own";

export interface Change<T> {
  readonly key: string;
  /** Absent: the object is new. */
  readonly before?: T | undefined;
  /** Absent: the object is gone. */
  readonly after?: T | undefined;
  readonly source: ChangeSource;
}

export type ChangeListener<T> = (change: Change<T>) => void;
