import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { evaluateTopic, LOOKS_LEAST, worstOf, type Evaluation } from "../../../src/domain/lag-evaluation.ts";
import { LOOKS_MOST } from "../../../src/domain/lag-window.ts";
import { lookAt, partitionWindow, windowOf } from "../../builders/lag.ts";

interface Case {
  readonly why: string;
  /** `committed/end` at each look. */
  readonly points: readonly string[];
  readonly allowedLag?: number;
  readonly hasMembers?: boolean;
  readonly is: Evaluation | undefined;
}

const growing = Array.from({ length: LOOKS_MOST }, (_, index) => `${10 + index}/${20 + index * 3}`);
const growingLater = Array.from({ length: LOOKS_MOST }, (_, index) => `${18 + index}/${28 + index * 3}`);

describe("evaluateTopic()", () => {
  const cases: readonly Case[] = [
    { why: "nothing is unread", points: ["5/5"], is: "OK" },
    { why: "nothing is unread, however long nothing moved", points: Array(10).fill("5/5"), is: "OK" },
    { why: "it lags, and was hardly looked at", points: ["5/9", "6/12", "7/15"], is: undefined },
    { why: "it reads as fast as is written", points: ["5/9", "9/13", "13/17", "17/21", "21/25"], is: "OK" },
    { why: "it does not move and somebody is there", points: Array(5).fill("5/9"), is: "Stalled" },
    { why: "it does not move and nobody is there", points: Array(5).fill("5/9"), hasMembers: false, is: "Stopped" },
    {
      why: "it has been quiet for longer than it was seen committing",
      points: ["4/9", "6/9", "6/11", "6/11", "6/11"],
      is: "Stalled",
    },
    {
      why: "it commits seldom, and was seen doing so for longer than it has been quiet",
      points: ["4/9", "4/9", "4/9", "7/12", "7/12"],
      is: "OK",
    },
    {
      why: "what is unread came after it had read everything",
      points: ["9/9", "9/9", "9/9", "9/10", "9/12"],
      is: "OK",
    },
    { why: "its end moved on, but it once stood there", points: ["9/9", "9/10", "9/11", "9/12", "9/13"], is: "OK" },
    { why: "an offset went down and is below still", points: ["9/20", "10/20", "2/20", "4/20", "6/20"], is: "Rewound" },
    { why: "it climbed back to where it was", points: ["9/20", "2/20", "6/20", "9/20", "12/20"], is: "OK" },
    { why: "it went back and stays there", points: ["9/20", "2/20", "2/20", "2/20", "2/20"], is: "Stalled" },
    { why: "it commits, and falls behind at every look", points: growing, is: "Slow" },
    { why: "that is not known before the window is full", points: growing.slice(1), is: "OK" },
    {
      why: "it fell behind, and once caught up a little",
      points: [...growing.slice(0, 5), "22/35", ...growingLater.slice(6)],
      is: "OK",
    },
    {
      why: "a lag that neither grows nor shrinks keeps up",
      points: Array.from({ length: LOOKS_MOST }, (_, index) => `${index}/${index + 4}`),
      is: "OK",
    },
    { why: "so little is allowed", points: Array(10).fill("5/6"), allowedLag: 1, is: "OK" },
    { why: "it never committed", points: Array(10).fill("none/6"), is: "NoCommits" },
    { why: "it cannot be read now", points: ["5/6", "5/6", "5/none"], is: "Unknown" },
    { why: "it could not be read in between", points: ["5/9", "5/9", "5/9", "5/none", "5/9", "5/9"], is: undefined },
  ];
  for (const { why, points, allowedLag = 0, hasMembers = true, is } of cases) {
    it(`says ${is ?? "nothing yet"}: ${why}`, () => {
      expect(evaluateTopic(partitionWindow(...points), { allowedLag, hasMembers })).to.equal(is);
    });
  }

  it("takes the marker of a transaction for nothing unread, at earlier looks too", () => {
    const unread = { committed: 5, end: 6 };
    const looks = Array.from({ length: LOOKS_LEAST }, (_, index) =>
      lookAt([unread], { hasTransactions: index === LOOKS_LEAST - 1 }),
    );
    expect(evaluateTopic(windowOf(looks), { allowedLag: 0, hasMembers: true })).to.equal("OK");
  });

  it("says of a topic what it says of its worst partition", () => {
    const looks = Array.from({ length: LOOKS_LEAST }, () =>
      lookAt([
        { committed: 9, end: 9 },
        { committed: "none", end: 9 },
        { committed: 5, end: 9 },
      ]),
    );
    expect(evaluateTopic(windowOf(looks), { allowedLag: 0, hasMembers: true })).to.equal("Stalled");
  });

  const walk = fc.array(fc.tuple(fc.integer({ min: -3, max: 5 }), fc.integer({ min: 0, max: 5 })), {
    minLength: 1,
    maxLength: 15,
  });
  /** Random commits and ends that never lie before each other. */
  const randomPoints = walk.map((steps) => {
    let [committed, end] = [10, 20];
    return steps.map(([read, written]) => {
      end += written;
      committed = Math.min(end, Math.max(0, committed + read));
      return `${committed}/${end}`;
    });
  });

  it("is OK wherever no more is unread than allowed", () => {
    fc.assert(
      fc.property(randomPoints, fc.boolean(), (points, hasMembers) => {
        const window = partitionWindow(...points);
        expect(evaluateTopic(window, { allowedLag: 1_000, hasMembers })).to.equal("OK");
      }),
    );
  });

  it("calls nobody stopped who has members, nor stalled who has none", () => {
    fc.assert(
      fc.property(randomPoints, fc.boolean(), (points, hasMembers) => {
        const judged = evaluateTopic(partitionWindow(...points), { allowedLag: 0, hasMembers });
        expect(judged).not.to.equal(hasMembers ? "Stopped" : "Stalled");
      }),
    );
  });

  it("complains of nobody whose commit moved at the last look, unless it went back or falls behind", () => {
    fc.assert(
      fc.property(randomPoints, (points) => {
        const last = Number(points.at(-1)?.split("/")[0]);
        const moved = [...points, `${last + 1}/${last + 30}`];
        const judged = evaluateTopic(partitionWindow(...moved), { allowedLag: 0, hasMembers: true });
        expect(judged).to.be.oneOf(["OK", "Slow", "Rewound", undefined]);
      }),
    );
  });
});

describe("worstOf()", () => {
  const cases: readonly { given: readonly (Evaluation | undefined)[]; is: Evaluation | undefined }[] = [
    { given: [], is: "NoCommits" },
    { given: ["NoCommits", "NoCommits"], is: "NoCommits" },
    { given: ["NoCommits", "OK"], is: "OK" },
    { given: ["OK", undefined], is: undefined },
    { given: ["OK", "Unknown", undefined], is: "Unknown" },
    { given: ["Unknown", "Slow"], is: "Slow" },
    { given: ["Rewound", "Stalled", "Stopped", "Slow"], is: "Stopped" },
  ];
  for (const { given, is } of cases) {
    it(`of ${given.map((each) => each ?? "nothing yet").join(", ") || "nothing"} is ${is ?? "nothing yet"}`, () => {
      expect(worstOf(given)).to.equal(is);
    });
  }
});
