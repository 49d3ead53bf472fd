// Reads the flexible encoding of Kafka's protocol (KIP-482) from one buffer, for answers that are large and frequent. The
// library's Reader walks a list of network chunks for every number, which costs five times as much.

import type { Reader } from "@platformatic/kafka";

export class ByteReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** What the library's reader has not read yet. */
  static from(reader: Reader): ByteReader {
    const rest = reader.buffer.subarray(reader.position);
    return new ByteReader(rest.buffer);
  }

  get isAtEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  get position(): number {
    return this.#position;
  }

  /** The bytes from `start` to where the reader stands. */
  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.#position);
  }

  /** Goes past `expected` where these very bytes come next; else stays. */
  skipIfSame(expected: Buffer): boolean {
    const end = this.#position + expected.length;
    if (end > this.#bytes.length) return false;
    if (this.#bytes.compare(expected, 0, expected.length, this.#position, end) !== 0) return false;
    this.#position = end;
    return true;
  }

  int8(): number {
    const value = this.#bytes.readInt8(this.#position);
    this.#position += 1;
    return value;
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.#position);
    this.#position += 2;
    return value;
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.#position);
    this.#position += 4;
    return value;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  unsignedVarInt(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined || shift > 28) throw new RangeError("The answer ends inside a number");
      this.#position += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  nullableString(): string | null {
    const length = this.unsignedVarInt() - 1;
    if (length < 0) return null;
    const start = this.#position;
    this.skip(length);
    return this.#bytes.toString("utf8", start, this.#position);
  }

  string(): string {
    return this.nullableString() ?? "";
  }

  array<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.unsignedVarInt() - 1; left > 0; left -= 1) items.push(item());
    return items;
  }

  skip(bytes: number): void {
    this.#position += bytes;
    if (this.#position > this.#bytes.length) throw new RangeError("The answer is cut short");
  }

  skipString(): void {
    this.skip(Math.max(0, this.unsignedVarInt() - 1));
  }

  skipTaggedFields(): void {
    for (let left = this.unsignedVarInt(); left > 0; left -= 1) {
      this.unsignedVarInt();
      this.skip(this.unsignedVarInt());
    }
  }
}
