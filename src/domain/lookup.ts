// What the rules need of a collection of objects: one by name, or all. Types only; stores satisfy it.

export interface Lookup<T> {
  get(name: string): T | undefined;
  list(): readonly T[];
}
