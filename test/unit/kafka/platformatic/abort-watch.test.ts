import { getEventListeners } from "node:events";

import { expect } from "chai";
import { describe, it } from "mocha";

import { unwatchAbort, watchAbort } from "../../../../src/kafka/platformatic/abort-watch.ts";

describe("watchAbort()", () => {
  it("tells everybody who still listens, through one listener", () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: number[] = [];
    const callbacks = [1, 2, 3].map((number) => () => void told.push(number));
    for (const callback of callbacks) watchAbort(signal, callback);
    expect(getEventListeners(signal, "abort")).to.have.length(1);
    unwatchAbort(signal, callbacks[1] ?? expect.fail());
    controller.abort();
    expect(told).to.deep.equal([1, 3]);
    for (const callback of callbacks) unwatchAbort(signal, callback);
    expect(told).to.deep.equal([1, 3]);
  });

  it("leaves nothing on a signal that nobody listens to, and begins anew", () => {
    const controller = new AbortController();
    const { signal } = controller;
    const told: string[] = [];
    const callback = (): void => void told.push("aborted");
    for (let round = 0; round < 2; round += 1) {
      watchAbort(signal, callback);
      unwatchAbort(signal, callback);
      expect(getEventListeners(signal, "abort")).to.have.length(0);
    }
    watchAbort(signal, callback);
    controller.abort();
    expect(told).to.deep.equal(["aborted"]);
  });
});
