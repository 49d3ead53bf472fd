import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { EventSeries } from "../../../../src/kubernetes/client/event-series.ts";

const MINUTE_MS = 60_000;

describe("EventSeries", () => {
  let series: EventSeries<string>;

  beforeEach(() => {
    series = new EventSeries<string>();
  });

  it("creates for the first occurrence, updates for the second, and counts from then on", () => {
    const steps = [1, 2, 3, 4].map((second) => series.occur("key", "name-1", "context", second * 1_000).kind);
    expect(steps).to.deep.equal(["create", "update", "none", "none"]);
  });

  it("tells the final count six minutes after the last occurrence, and begins anew then", () => {
    for (let second = 0; second < 10; second += 1) series.occur("key", `name-${second}`, "context", second * 1_000);
    expect(series.due(9_000 + 6 * MINUTE_MS - 1)).to.deep.equal([]);
    expect(series.due(9_000 + 6 * MINUTE_MS)).to.deep.equal([
      { name: "name-0", count: 10, lastAt: 9_000, context: "context" },
    ]);
    expect(series.due(60 * MINUTE_MS)).to.deep.equal([]);
    expect(series.occur("key", "name-new", "context", 60 * MINUTE_MS).kind).to.equal("create");
  });

  it("tells nothing at the end that has been told", () => {
    series.occur("key", "name", "context", 0);
    series.occur("key", "name", "context", 1);
    expect(series.due(10 * MINUTE_MS)).to.deep.equal([]);
  });

  it("tells the count of a series that goes on every thirty minutes", () => {
    let told = 0;
    for (let minute = 0; minute <= 95; minute += 1) {
      series.occur("key", "name", "context", minute * MINUTE_MS);
      told += series.due(minute * MINUTE_MS).length;
    }
    expect(told).to.equal(3);
  });

  it("keeps a bounded number of series", () => {
    for (let index = 0; index < 5_000; index += 1) series.occur(`key-${index}`, "name", "context", 0);
    expect(series.occur("key-4999", "name", "context", 1).kind).to.equal("update");
    expect(series.occur("key-0", "name", "context", 1).kind).to.equal("create");
  });
});
