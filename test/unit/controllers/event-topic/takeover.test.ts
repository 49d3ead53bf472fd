import { expect } from "chai";
import { describe, it } from "mocha";

import { rolloutId } from "../../../../src/domain/change-approval.ts";
import { failedWith } from "../../../../src/kafka/model/failure.ts";
import { DAY_MS, guardedBy, held, SHORTER, statusOf, writes } from "../../../builders/guarded-run.ts";
import { aRetentionPolicy } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";

describe("An adoption, whatever the guard of its policy allows", () => {
  const allow = guardedBy({ onShorten: "Allow" });
  const spec = { ...SHORTER, adoption: "Adopt" as const };
  const adopting = held({ ...allow, spec, status: {} });
  const platform = rolloutId({ uid: "uid-events", generation: 1, heldUntilMs: NOW });
  const policy = aRetentionPolicy(
    { bounds: { retentionTime: {} }, changeGuard: { onShorten: "Allow" } },
    { annotations: { "eventbus.dev/approve": platform } },
  );

  for (const [why, changeGuard] of [
    ["allows it", { onShorten: "Allow" }],
    ["would go in steps", { onShorten: "StepDown", stepDown: { by: "1d", every: "1h" } }],
    ["would ask the owner", { approver: "Owner" }],
  ] as const) {
    it(`asks the platform where the policy ${why}`, () => {
      const result = held({ ...guardedBy(changeGuard), spec, status: {} });
      expect(writes(result)).to.deep.equal([]);
      const [change] = statusOf(result).pendingChanges ?? [];
      expect(change?.guard).to.equal("RetentionPolicy/events");
      expect(statusOf(result)).to.deep.include({ topicId: "id-1", adopted: true, adopting: true });
      const annotations = { "eventbus.dev/approve": change?.id ?? "" };
      const own = held({ ...guardedBy(changeGuard), spec, status: statusOf(result), annotations });
      expect(writes(own), "what its owner says is not enough").to.deep.equal([]);
    });
  }

  it("asks it where another topic came to stand in the place of the one that was bound", () => {
    const result = held({ ...allow, spec, status: bound({ topicId: "lost" }) });
    expect(writes(result)).to.deep.equal([]);
    expect(statusOf(result).adopting).to.equal(true);
  });

  it("asks it on, run after run and after edits, until it is approved", () => {
    const edited = { spec: { ...spec, retention: { time: "3d" } }, status: statusOf(adopting) };
    expect(writes(held({ ...allow, ...edited }))).to.deep.equal([]);
    const approved = held({ policy, spec, status: statusOf(adopting), nowMs: NOW + 60_000 });
    expect(writes(approved)).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
    expect(statusOf(approved).adopting).to.equal(undefined);
    const later = held({ ...allow, spec, status: { ...statusOf(approved), adopting: undefined } });
    expect(writes(later), "from then on its policy's own guard holds").to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
  });

  it("stays one while Kafka has not confirmed what was approved, and while no policy is known", () => {
    const answer = failedWith({ kind: "invalid", name: "X", message: "No" });
    const refused = held({ policy, spec, status: statusOf(adopting), nowMs: NOW + 60_000, answer });
    expect(statusOf(refused).adopting).to.equal(true);
    const unknown = held({ undecided: true, spec, status: statusOf(adopting) });
    expect(statusOf(unknown).adopting).to.equal(true);
  });

  it("is none where nothing differs", () => {
    const result = held({ ...allow, spec: { adoption: "Adopt", retention: { time: "7d" } }, status: {} });
    expect(statusOf(result).adopting).to.equal(undefined);
  });
});
