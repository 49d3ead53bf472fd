import { Writable } from "node:stream";

import { expect } from "chai";
import { describe, it } from "mocha";

import { duration, Part, Progress } from "../../../../hack/toolchain/progress.mjs";

/** A part that began so long ago. */
function partAfter(elapsedSeconds: number, usualSeconds: number | undefined, fraction?: number): Part {
  const part = new Part("Kafka", usualSeconds);
  part.startedAt = performance.now() - elapsedSeconds * 1_000;
  if (fraction !== undefined) part.fraction = fraction;
  return part;
}

function stream(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly text: () => string } {
  let text = "";
  const writable = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream: Object.assign(writable, { isTTY, columns: 30 }) as unknown as NodeJS.WriteStream, text: () => text };
}

describe("A part's line", () => {
  it("estimates by what is usual, while nothing is measured", () => {
    expect(partAfter(10, 40).line()).to.equal("Kafka: 10 s, about 30 s left");
    expect(partAfter(50, 40).line()).to.equal("Kafka: 50 s");
    expect(partAfter(50, undefined).line()).to.equal("Kafka: 50 s");
  });

  it("trusts what is measured more, the more of it there is", () => {
    expect(partAfter(20, undefined, 0.25).line()).to.equal("Kafka: 20 s, about 1 min 0 s left");
    expect(partAfter(100, 120, 0.5).line()).to.contain("about 1 min 17 s left");
    expect(partAfter(200, 20, 0.99).line()).to.contain("about 1 s left");
  });

  it("says what is being done", () => {
    const part = partAfter(1, undefined);
    part.note = "asking Maven";
    expect(part.line()).to.equal("Kafka: 1 s (asking Maven)");
  });
});

describe("Progress", () => {
  it("says nothing of a part that is done at once", async () => {
    const { stream: to, text } = stream(false);
    expect(await new Progress(to).part({ title: "Kafka" }, async () => 7)).to.equal(7);
    expect(text()).to.equal("");
  });

  it("tells that a part is done, or has failed, and how long that took", async () => {
    const { stream: to, text } = stream(false);
    const progress = new Progress(to);
    await progress.part({ title: "Kafka" }, async (part) => void (part.startedAt -= 61_000));
    const failing = progress.part({ title: "etcd" }, async (part) => {
      part.startedAt -= 2_000;
      throw new Error("No disk");
    });
    expect(await failing.catch((error: unknown) => String(error))).to.equal("Error: No disk");
    expect(text()).to.equal("Kafka: done in 1 min 1 s\netcd: failed after 2 s\n");
  });

  it("keeps a line of its own below what it says on a terminal, cut to its width", async () => {
    const { stream: to, text } = stream(true);
    const progress = new Progress(to);
    await progress.part({ title: "A part with quite a long title" }, async (part) => {
      part.startedAt -= 1_000;
      progress.say("First");
      progress.say("Second");
    });
    const line = "A part with quite a long titl\n";
    const done = "A part with quite a long title: done in 1 s\n";
    expect(text()).to.equal(`First\n${line}\u001b[1A\u001b[JSecond\n${line}\u001b[1A\u001b[J${done}`);
  });
});

describe("duration()", () => {
  it("is told in seconds below a minute, else in minutes and seconds", () => {
    expect([400, 59_400, 60_000, 125_000].map(duration)).to.deep.equal(["0 s", "59 s", "1 min 0 s", "2 min 5 s"]);
  });
});
