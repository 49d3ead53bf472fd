// Splits the body of a watch into its lines. No HTTP, no meaning.

const NEWLINE = 0x0a;

/**
 * Yields each complete line. A body that ends in the middle of a line was cut off: its rest is yielded as
 * `{ isTruncated: true }`.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly text: string; readonly isTruncated: boolean }> {
  // A line may be larger than many chunks: they are joined once, when its end has come.
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      yield { text: decode(pending), isTruncated: false };
      pending = [];
      start = end + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield { text: decode(pending), isTruncated: true };
}

function decode(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
