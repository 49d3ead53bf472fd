import { expect } from "chai";
import { describe, it } from "mocha";

import { CONDITION_TYPES, READY_REASONS } from "../../../src/api/conditions.ts";
import { KINDS } from "../../../src/api/kinds.ts";
import type { ReadyReason } from "../../../src/api/reasons/ready-reason.ts";

const ALL = Object.entries(READY_REASONS).flatMap(([kind, reasons]) =>
  Object.entries<ReadyReason>(reasons).map(([reason, entry]) => ({ name: `${kind}/${reason}`, reason, ...entry })),
);

describe("READY_REASONS", () => {
  it("covers every kind", () => {
    expect(Object.keys(READY_REASONS)).to.have.members(KINDS.map(({ kind }) => kind));
  });

  it("says of every reason in whole sentences what is the case and what to do", () => {
    for (const { name, reason, means, remedy, wokenBy } of ALL) {
      expect(reason, name).to.match(/^[A-Z][A-Za-z]+$/);
      expect(means, name).to.match(/^[A-Za-z].*\.$/);
      expect(remedy, name).to.match(/^[A-Z].*\.$/);
      expect(wokenBy, name).to.match(/[^.]$/);
    }
  });

  it("never stalls while True, and is never False without Reconciling or Stalled: kstatus would wait for ever", () => {
    for (const { name, ready, beside } of ALL) {
      if (beside === "asCause") continue;
      const told = beside.filter((type) => type === "Reconciling" || type === "Stalled");
      expect(told.length, name).to.equal(ready === "True" ? 0 : 1);
      if (ready === "Unknown") expect(told, name).to.deep.equal(["Reconciling"]);
    }
  });

  it("tells a person what to do wherever it stalls", () => {
    for (const { name, beside, remedy } of ALL) {
      if (beside !== "asCause" && beside.includes("Stalled")) expect(remedy, name).to.not.equal("Nothing to do.");
    }
  });

  it("means the same by one word in every kind, as far as Ready and what stands beside it go", () => {
    const shapes = new Map<string, string>();
    for (const { name, reason, ready, beside } of ALL.filter((entry) => !MAY_DIFFER.has(entry.reason))) {
      const shape = JSON.stringify([ready, beside]);
      expect(shape, name).to.equal(shapes.get(reason) ?? shape);
      shapes.set(reason, shape);
    }
  });
});

/** A suspended topic is Ready until its spec changes; an unreachable bus is not ready, an unreachable coordinator unknown. */
const MAY_DIFFER = new Set(["Suspended", "Unreachable"]);

describe("CONDITION_TYPES", () => {
  it("lists Ready, Reconciling, Stalled first, as kubectl and Flux show them", () => {
    expect(Object.keys(CONDITION_TYPES).slice(0, 3)).to.deep.equal(["Ready", "Reconciling", "Stalled"]);
  });

  it("fits into the 16 conditions that a status holds", () => {
    expect(Object.keys(CONDITION_TYPES).length).to.be.at.most(16);
  });

  it("knows every condition that stands beside Ready", () => {
    const beside = ALL.flatMap((entry) => (entry.beside === "asCause" ? [] : entry.beside));
    expect(Object.keys(CONDITION_TYPES)).to.include.members(beside);
  });
});
