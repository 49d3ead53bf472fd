// LinkedList: first in, first out, with removal from the middle in constant time. Knows nothing of its values.

/** A place in one list; removing it twice is harmless. */
export interface ListNode<T> {
  readonly value: T;
}

interface Links<T> extends ListNode<T> {
  previous: Links<T> | undefined;
  next: Links<T> | undefined;
  isLinked: boolean;
}

export class LinkedList<T> {
  #first: Links<T> | undefined;
  #last: Links<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(value: T): ListNode<T> {
    const node: Links<T> = { value, previous: this.#last, next: undefined, isLinked: true };
    if (this.#last === undefined) this.#first = node;
    else this.#last.next = node;
    this.#last = node;
    this.#size += 1;
    return node;
  }

  /** Takes the first value out. */
  shift(): T | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first);
    return first?.value;
  }

  /** Takes out a node of this list; false when it is out already. */
  remove(node: ListNode<T>): boolean {
    const links = node as Links<T>;
    if (!links.isLinked) return false;
    links.isLinked = false;
    if (links.previous === undefined) this.#first = links.next;
    else links.previous.next = links.next;
    if (links.next === undefined) this.#last = links.previous;
    else links.next.previous = links.previous;
    this.#size -= 1;
    return true;
  }
}
