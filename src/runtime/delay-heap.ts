// DelayHeap: items by the time they fall due, with removal of any of them. No clock and no timers.

export interface Delayed {
  /** Milliseconds on the clock of the caller. */
  readonly dueAt: number;
}

/** A binary heap that knows where each item stands; items due at the same time leave in the order they came. */
export class DelayHeap<T extends Delayed> {
  readonly #items: T[] = [];
  readonly #places = new Map<T, { index: number; readonly order: number }>();
  #order = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The item due first; it stays. */
  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#places.set(item, { index: this.#items.length, order: (this.#order += 1) });
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** Harmless when the item is not here. */
  remove(item: T): void {
    const place = this.#places.get(item);
    if (place === undefined) return;
    this.#places.delete(item);
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, place.index);
    this.#rise(place.index);
    this.#sink(place.index);
  }

  clear(): void {
    this.#items.length = 0;
    this.#places.clear();
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let earliest = index;
      if (left < this.#items.length && this.#isBefore(left, earliest)) earliest = left;
      if (right < this.#items.length && this.#isBefore(right, earliest)) earliest = right;
      if (earliest === index) return;
      this.#swap(index, earliest);
      index = earliest;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [itemA, itemB] = [this.#items[a], this.#items[b]];
    if (itemA === undefined || itemB === undefined) return false;
    if (itemA.dueAt !== itemB.dueAt) return itemA.dueAt < itemB.dueAt;
    return (this.#places.get(itemA)?.order ?? 0) < (this.#places.get(itemB)?.order ?? 0);
  }

  #swap(a: number, b: number): void {
    const [itemA, itemB] = [this.#items[a], this.#items[b]];
    if (itemA === undefined || itemB === undefined) return;
    this.#put(itemA, b);
    this.#put(itemB, a);
  }

  #put(item: T, index: number): void {
    this.#items[index] = item;
    const place = this.#places.get(item);
    if (place !== undefined) place.index = index;
  }
}
