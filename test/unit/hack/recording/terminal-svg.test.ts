import { expect } from "chai";
import { describe, it } from "mocha";

import { terminalSvg } from "../../../../hack/recording/terminal-svg.ts";

const size = { columns: 10, rows: 2 };

function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text [^>]*>(.*)<\/text>/g), ([, text = ""]) => text);
}

describe("terminalSvg()", () => {
  it("shows every line, as text, wrapped at spaces where there are any", () => {
    const svg = terminalSvg(
      [
        { atMs: 0, text: "a <b> & c" },
        { atMs: 10, text: "0123456789xyz" },
        { atMs: 15, text: "one two three four" },
        { atMs: 20, text: "" },
      ],
      size,
    );
    expect(textsOf(svg)).to.deep.equal(["a &lt;b&gt; &amp; c", "0123456789", "xyz", "one two", "three four", ""]);
  });

  it("scrolls by a line for each that does not fit", () => {
    const svg = terminalSvg(
      Array.from({ length: 5 }, (_, index) => ({ atMs: index * 500, text: String(index) })),
      size,
    );
    expect(svg.match(/translateY\(-\d+px\)/g)).to.deep.equal([
      "translateY(-18px)",
      "translateY(-36px)",
      "translateY(-54px)",
    ]);
  });

  it("shortens what nobody wants to wait for, and keeps the order", () => {
    const svg = terminalSvg(
      [
        { atMs: 0, text: "a" },
        { atMs: 90_000, text: "b" },
        { atMs: 90_001, text: "c" },
      ],
      size,
    );
    expect(svg.match(/animation-delay:[\d.]+s/g)).to.deep.equal([
      "animation-delay:0.06s",
      "animation-delay:1.26s",
      "animation-delay:1.32s",
    ]);
  });
});
