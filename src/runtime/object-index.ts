// ObjectIndex: finds keys by a value that their objects carry (the bus that they refer to, the name that they claim).

/** Maps values to the keys of the objects that carry them; an object may carry several, or none. */
export class ObjectIndex<T> {
  readonly #valuesOf: (object: T) => readonly string[];
  readonly #keys = new Map<string, Set<string>>();

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.#valuesOf = valuesOf;
  }

  /** Replaces what is known of a key; `before` and `after` as they were and are to be stored. */
  update(key: string, before: T | undefined, after: T | undefined): void {
    const old = before === undefined ? [] : this.#valuesOf(before);
    const wanted = after === undefined ? [] : this.#valuesOf(after);
    for (const value of old) if (!wanted.includes(value)) this.#remove(value, key);
    for (const value of wanted) this.#keysOf(value).add(key);
  }

  keys(value: string): Iterable<string> {
    return this.#keys.get(value) ?? [];
  }

  /** All values carried by some object. */
  values(): Iterable<string> {
    return this.#keys.keys();
  }

  #keysOf(value: string): Set<string> {
    const known = this.#keys.get(value);
    if (known !== undefined) return known;
    const keys = new Set<string>();
    this.#keys.set(value, keys);
    return keys;
  }

  #remove(value: string, key: string): void {
    const keys = this.#keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(value);
  }
}
