import { expect } from "chai";
import { describe, it } from "mocha";

import { topicNameOf } from "../../../../src/controllers/event-topic/actions.ts";
import type { Applied } from "../../../../src/controllers/event-topic/apply.ts";
import { failedWith, ok, type Answer, type FailureKind } from "../../../../src/kafka/model/failure.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { DLQ, letters, SOURCE, verdictOn } from "../../../builders/planned-topics.ts";
import { shown } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const entry = { topicName: DLQ, topicId: "id-dlq", partitions: 3, state: "Ready" };
const known = bound({ deadLetters: [entry] });
const wish = { boundId: "id-dlq" };
const three = { source: aTopicInKafka({ partitions: 3 }), letters: letters(3), status: known, wish };
const config = [
  { key: "cleanup.policy", value: "delete" },
  { key: "max.message.bytes", value: "1310732" },
  { key: "message.timestamp.type", value: "LogAppendTime" },
  { key: "min.insync.replicas", value: "1" },
  { key: "retention.ms", value: "1209600000" },
];

const failure = (kind: FailureKind): Answer<never> => failedWith({ kind, name: "X", message: "The broker's words" });
describe("The status of dead letters", () => {
  it("holds what they are bound to and were given", () => {
    const { status } = verdictOn(three);
    expect(status?.deadLetters).to.deep.equal([{ ...entry, groupId: undefined, createdAt: undefined, config }]);
    expect(status?.conditions?.[0]?.message).to.include(`dead-letter topic "${DLQ}"`);
  });

  it("records the topic that a run has made", () => {
    const given = { ...three, letters: ok({ kind: "absent" as const }), wish: {}, status: bound() };
    const { status } = verdictOn(given, () => ok({ id: "id-new", partitions: 3, replicationFactor: 1 }));
    const createdAt = "2026-06-01T00:00:00Z";
    const made = { topicName: DLQ, topicId: "id-new", partitions: 3, createdAt, config };
    expect(status?.deadLetters?.[0]).to.deep.include(made);
  });

  const causes: readonly {
    readonly why: string;
    readonly kind: FailureKind;
    readonly conditions: readonly string[];
    readonly ends: string;
  }[] = [
    {
      why: "a right that is missing",
      kind: "denied",
      conditions: ["Ready=False/DeadLetterFailed", "Stalled=True/DeadLetterFailed"],
      ends: "stalled",
    },
    {
      why: "an outage",
      kind: "busy",
      conditions: ["Ready=False/DeadLetterFailed", "Reconciling=True/DeadLetterFailed"],
      ends: "failed",
    },
  ];
  for (const { why, kind, conditions, ends } of causes) {
    it(`tells ${why} as its own trouble, with the conditions of the cause, beside what was done to the source`, () => {
      const verdict = verdictOn({ ...three, spec: { partitions: 6 } }, (action): Answer<Applied> =>
        topicNameOf(action) === DLQ ? failure(kind) : ok(undefined),
      );
      expect(shown(verdict)).to.deep.equal(conditions);
      expect(verdict.outcome.kind).to.equal(ends);
      expect(verdict.status?.partitions).to.equal(6);
      expect(verdict.status?.conditions?.[0]?.message).to.include(`Done all the same: Grow topic "${SOURCE}"`);
      expect(verdict.status?.deadLetters?.[0]).to.include({ topicId: "id-dlq", partitions: 3 });
    });
  }

  it("keeps what is known of one that cannot be read", () => {
    const verdict = verdictOn({ ...three, letters: failure("denied") });
    expect(verdict.status?.deadLetters).to.deep.equal([{ ...entry, groupId: undefined, state: "Denied" }]);
  });

  it("keeps what is known of one that another object has claimed", () => {
    const obstacle = { reason: "ClaimedByAnother", message: "held" } as const;
    const verdict = verdictOn({ ...three, wish: { ...wish, obstacle } });
    expect(shown(verdict)).to.deep.equal([
      "Ready=False/DeadLetterFailed",
      "Stalled=True/DeadLetterFailed",
      "Conflict=True/DeadLetterFailed",
    ]);
    expect(verdict.status?.deadLetters?.[0]).to.include({ topicId: "id-dlq", state: "ClaimedByAnother" });
  });

  it("does not take a fresh creation for gone, also where drift is only reported", () => {
    const fresh = bound({ deadLetters: [{ ...entry, createdAt: "2026-05-31T23:59:50Z" }] });
    const given = {
      ...three,
      status: fresh,
      letters: ok({ kind: "absent" as const }),
      spec: { drift: "Report" } as const,
    };
    expect(verdictOn(given).status?.deadLetters?.[0]?.state).to.equal("NotYetVisible");
    const old = bound({ deadLetters: [{ ...entry, createdAt: "2026-05-31T23:00:00Z" }] });
    expect(verdictOn({ ...given, status: old }).status?.deadLetters?.[0]?.state).to.equal("TopicMissing");
  });

  it("puts the source's trouble first where both have the same", () => {
    const given = { ...three, undecided: true, letters: ok({ kind: "absent" as const }), wish: {} };
    expect(shown(verdictOn(given))[0]).to.equal("Ready=False/RetentionPolicyNotFound");
  });

  it("lists what is no longer wanted as released, once, and forgets what was never bound", () => {
    const unbound = { topicName: `${DLQ}.x`, state: "InvalidName" };
    const status = bound({ deadLetters: [entry, unbound], released: ["billing.old.dlq"] });
    const verdict = verdictOn({ ...three, status, wish: null });
    expect(verdict.status?.released).to.deep.equal(["billing.old.dlq", DLQ]);
    expect(verdict.status?.deadLetters).to.equal(undefined);
    expect(verdict.events?.map(({ reason }) => reason)).to.deep.equal(["DeadLetterReleased"]);
    const again = verdictOn({ ...three, status: verdict.status ?? {}, wish: null });
    expect(again.events).to.deep.equal([]);
    expect(again.status?.released).to.deep.equal(verdict.status?.released);
  });

  it("takes back a name that is bound again", () => {
    const verdict = verdictOn({ ...three, status: bound({ released: [DLQ] }), wish: {} });
    expect(verdict.status?.deadLetters?.[0]).to.include({ topicId: "id-dlq" });
    expect(verdict.status?.released).to.equal(undefined);
  });

  it("remembers as wanted what was wanted where drift is only reported, so that it stays drift", () => {
    const status = bound({ deadLetters: [{ ...entry, config }] });
    const live = letters(3, { "retention.ms": "5", "max.message.bytes": "1310732" });
    const given = { ...three, letters: live, status, spec: { drift: "Report" } as const };
    const verdict = verdictOn(given);
    expect(shown(verdict)).to.deep.equal(["Ready=True/Drifted", "Drifted=True/Drifted"]);
    expect(verdict.status?.deadLetters?.[0]).to.deep.include({ state: "Drifted", config });
    const again = verdictOn({ ...given, status: verdict.status ?? {} });
    expect(shown(again)).to.deep.equal(shown(verdict));
  });

  it("is told although a dead-letter topic cannot be reached, when the source was changed", () => {
    const before = { type: "Ready", status: "True", reason: "UpToDate", message: "", observedGeneration: 2 } as const;
    const conditions = [{ ...before, lastTransitionTime: "2026-05-01T00:00:00Z" }];
    const status = bound({ deadLetters: [entry], conditions });
    const given = { ...three, status, letters: failure("busy") };
    expect(verdictOn(given).status, "as it is").to.equal(status);
    expect(verdictOn({ ...given, spec: { partitions: 6 } }).status?.partitions).to.equal(6);
  });
});
