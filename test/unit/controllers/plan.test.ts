import { expect } from "chai";
import { describe, it } from "mocha";

import { applySteps, type Step } from "../../../src/controllers/plan.ts";
import { failedWith, ok, type Answer } from "../../../src/kafka/model/failure.ts";

const step = (id: string, after: readonly string[] = []): Step<string> => ({ id, after, action: id });
const refused = failedWith({ kind: "invalid", name: "INVALID_CONFIG", message: "no" });

describe("applySteps()", () => {
  it("starts independent steps side by side and dependants after what they depend on", async () => {
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const execute = async (action: string): Promise<Answer<void>> => {
      log.push(`start ${action}`);
      if (action !== "c") await gate.promise;
      log.push(`end ${action}`);
      return ok(undefined);
    };
    const running = applySteps([step("a"), step("b"), step("c", ["a"])], execute);
    await Promise.resolve();
    await Promise.resolve();
    expect(log).to.deep.equal(["start a", "start b"]);
    gate.resolve();
    await running;
    expect(log.indexOf("start c")).to.be.greaterThan(log.indexOf("end a"));
  });

  it("skips the dependants of a failed step, and only them", async () => {
    const results = await applySteps([step("a"), step("b", ["a"]), step("c", ["b"]), step("d")], (action) =>
      Promise.resolve(action === "a" ? refused : ok(undefined)),
    );
    expect(results.map(({ answer }) => answer.status)).to.deep.equal(["failed", "skipped", "skipped", "ok"]);
  });

  it("does not let dependants of an unknown result start", async () => {
    const results = await applySteps([step("a"), step("b", ["a"])], () =>
      Promise.resolve({ status: "unknown" as const, reason: "No answer" }),
    );
    expect(results[1]?.answer).to.deep.equal({ status: "skipped", after: "a" });
  });

  const orders: readonly {
    readonly why: string;
    readonly first: Answer<void>;
    readonly second: "ok" | "skipped";
  }[] = [
    { why: "was done", first: ok(undefined), second: "ok" },
    { why: "Kafka refuses for good", first: refused, second: "ok" },
    { why: "may be done later", first: failedWith({ kind: "busy", name: "X", message: "" }), second: "skipped" },
    { why: "may have been done", first: { status: "unknown", reason: "No answer" }, second: "skipped" },
    { why: "was not sent", first: { status: "notSent", reason: "Aborted" }, second: "skipped" },
  ];
  for (const { why, first, second } of orders) {
    it(`${second === "ok" ? "goes on" : "does not go on"} after a step that it waits for and that ${why}`, async () => {
      const log: string[] = [];
      const results = await applySteps([step("a"), { ...step("b"), waitsFor: ["a"] }], async (action) => {
        log.push(`start ${action}`);
        await Promise.resolve();
        log.push(`end ${action}`);
        return action === "a" ? first : ok(undefined);
      });
      expect(results[1]?.answer.status).to.equal(second);
      expect(log.slice(0, 2)).to.deep.equal(["start a", "end a"]);
    });
  }

  it("rejects with what an action threw, but not before the others have ended", async () => {
    const gate = Promise.withResolvers<void>();
    let hasEnded = false;
    const running = applySteps([step("throws"), step("slow"), step("after", ["throws"])], async (action) => {
      if (action === "throws") throw new Error("Made up");
      await gate.promise;
      return ok(undefined);
    }).finally(() => (hasEnded = true));
    running.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).to.equal(false);
    gate.resolve();
    const error: unknown = await running.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "Made up");
  });
});
