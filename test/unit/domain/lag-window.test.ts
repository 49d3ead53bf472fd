import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { extendWindow, latest, LOOKS_MOST, type LagWindow } from "../../../src/domain/lag-window.ts";
import { lookAt } from "../../builders/lag.ts";

function commitsAfter(...looks: readonly { committed: number | "none"; topicId: string }[]): readonly unknown[] {
  let window: LagWindow | undefined;
  for (const { committed, topicId } of looks) {
    window = extendWindow(window, lookAt([{ committed, end: 100 }], { topicId }));
  }
  return window === undefined ? [] : window.looks.map(({ commits }) => commits[0]);
}

describe("extendWindow()", () => {
  const cases = [
    {
      why: "looks at one topic follow each other",
      given: [
        { committed: 1, topicId: "a" },
        { committed: 2, topicId: "a" },
      ],
      told: [1, 2],
    },
    {
      why: "a topic made anew begins a new window, and a commit of the old one is none of it",
      given: [
        { committed: 7, topicId: "a" },
        { committed: 7, topicId: "b" },
        { committed: 7, topicId: "b" },
      ],
      told: [undefined, undefined],
    },
    {
      why: "a commit that moved is the new topic's",
      given: [
        { committed: 7, topicId: "a" },
        { committed: 7, topicId: "b" },
        { committed: 2, topicId: "b" },
        { committed: 7, topicId: "b" },
      ],
      told: [undefined, 2, 7],
    },
    {
      why: "a commit that Kafka forgot and that stands there again is the new topic's",
      given: [
        { committed: 7, topicId: "a" },
        { committed: "none" as const, topicId: "b" },
        { committed: 7, topicId: "b" },
      ],
      told: [undefined, 7],
    },
  ];
  for (const { why, given, told } of cases) {
    it(`keeps ${JSON.stringify(told)}: ${why}`, () => {
      expect(commitsAfter(...given)).to.deep.equal(told);
    });
  }

  it("keeps the newest looks, and no more than it may", () => {
    const count = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(count, (looks) => {
        const given = Array.from({ length: looks }, (_, committed) => ({ committed, topicId: "a" }));
        const kept = commitsAfter(...given);
        expect(kept).to.deep.equal(given.map(({ committed }) => committed).slice(-LOOKS_MOST));
      }),
    );
  });

  it("tells the newest look", () => {
    const window = extendWindow(
      extendWindow(undefined, lookAt([{ committed: 1, end: 9 }])),
      lookAt([{ committed: 2, end: 9 }]),
    );
    expect(latest(window).commits).to.deep.equal([2]);
  });
});
