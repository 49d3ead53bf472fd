import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { splitLines } from "../../../../src/kubernetes/client/watch-lines.ts";

async function* inChunks(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    // Turned over at once, so that a kept reference to a reused buffer would show.
    if (cut > start) yield bytes.slice(start, cut);
    start = Math.max(start, cut);
    await Promise.resolve();
  }
}

describe("splitLines()", () => {
  it("gives the lines that were sent, wherever the network cut them, characters of many bytes included", async () => {
    const line = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\n"));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const got: string[] = [];
        for await (const { text, isTruncated } of splitLines(inChunks(bytes, cuts))) {
          expect(isTruncated).to.equal(false);
          got.push(text);
        }
        expect(got).to.deep.equal(lines);
      }),
    );
  });

  it("tells a rest without an end apart", async () => {
    const got: unknown[] = [];
    for await (const line of splitLines(inChunks(Buffer.from("whole\nhal"), []))) got.push(line);
    expect(got).to.deep.equal([
      { text: "whole", isTruncated: false },
      { text: "hal", isTruncated: true },
    ]);
  });
});
