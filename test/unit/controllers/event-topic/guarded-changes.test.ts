import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../../../src/api/retention-policy.ts";
import { isConfigChange } from "../../../../src/controllers/event-topic/actions.ts";
import { liveConfig } from "../../../../src/controllers/event-topic/observe.ts";
import { rolloutId } from "../../../../src/domain/change-approval.ts";
import { lossesOf } from "../../../../src/domain/retention-loss.ts";
import { failedWith, type FailureKind } from "../../../../src/kafka/model/failure.ts";
import {
  DAY_MS,
  guardedBy,
  held,
  measured,
  records,
  SHORTER,
  statusOf,
  writes,
} from "../../../builders/guarded-run.ts";
import { anEventBus, aRetentionPolicy } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";
import { runTopic, shown, type RunResult } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const messageOf = (result: RunResult): string | undefined => statusOf(result).conditions?.[0]?.message;

describe("A change that is held back", () => {
  it("is told with what it would delete, who has not read it, and the command that approves it", () => {
    const result = held(measured(records(1_234, { audit: 1_000, bi: 1_234 })));
    expect(shown(result)).to.deep.equal(["Ready=False/ApprovalRequired", "Stalled=True/ApprovalRequired"]);
    expect(writes(result)).to.deep.equal([]);
    const [change] = statusOf(result).pendingChanges ?? [];
    expect(change).to.deep.include({
      key: "retention.ms",
      guard: "EventBus/bus",
      deletableRecords: 1_200,
      groups: [{ groupId: "audit", unreadRecords: 230 }],
      pendingSince: new Date(NOW).toISOString(),
    });
    expect(messageOf(result)).to.equal(
      'Changing retention.ms of topic "billing.usage.events" from "604800000" to "172800000" makes about 1200 records ' +
        'deletable; not read yet by group "audit" (230). The platform team approves it, together with all else in ' +
        'status.rollout of EventBus "bus": kubectl annotate eventbus bus --overwrite ' +
        "eventbus.dev/approve=$(kubectl get eventbus bus -o jsonpath='{.status.rollout.id}'), or take the change back",
    );
  });

  it("stays the same, numbers and all, until they differ by a tenth", () => {
    const first = held(measured(records(1_200)));
    const again = held({ status: statusOf(first), nowMs: NOW + DAY_MS, ...measured(records(1_300)) });
    expect(statusOf(again).pendingChanges).to.deep.equal(statusOf(first).pendingChanges);
    expect(again.events).to.deep.equal([]);
    const more = held({ status: statusOf(first), ...measured(records(1_320)) });
    expect(statusOf(more).pendingChanges?.[0]).to.deep.include({
      id: statusOf(first).pendingChanges?.[0]?.id,
      deletableRecords: 1_300,
    });
  });

  it("is looked at again in time, since what it deletes depends on the clock", () => {
    expect(held().outcome).to.deep.equal({ kind: "stalled", reason: "ApprovalRequired", recheckAt: NOW + 600_000 });
  });

  it("waits for its approval while the object is suspended, and is approved then", () => {
    const suspended = held({ spec: { ...SHORTER, suspend: true } });
    expect(shown(suspended)[0]).to.equal("Ready=False/Suspended");
    const [change] = statusOf(suspended).pendingChanges ?? [];
    const platform = rolloutId({ uid: "uid-bus", generation: 1, heldUntilMs: NOW });
    const bus = anEventBus({}, { annotations: { "eventbus.dev/approve": platform } });
    const approved = held({ spec: { ...SHORTER, suspend: true }, status: statusOf(suspended), bus });
    expect(statusOf(approved).pendingChanges).to.deep.equal([change]);
    expect(statusOf(approved).lastApproval).to.equal(undefined);
    const resumed = held({ status: statusOf(approved), bus });
    expect(writes(resumed)).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
    expect(statusOf(resumed)).to.deep.include({ lastApproval: platform, pendingChanges: undefined });
  });

  it("stays approved where Kafka did not confirm it", () => {
    const owner = guardedBy({ approver: "Owner" });
    const before = held(owner);
    const [change] = statusOf(before).pendingChanges ?? [];
    const annotations = { "eventbus.dev/approve": change?.id ?? "" };
    const answer = { status: "unknown", reason: "No answer" } as const;
    const unsure = held({ ...owner, status: statusOf(before), annotations, answer });
    expect(writes(unsure)).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
    expect(unsure.outcome.kind).to.equal("failed");
    const pending = unsure.status === undefined ? statusOf(before) : unsure.status;
    expect(pending.pendingChanges?.[0]?.id).to.equal(change?.id);
    expect(writes(held({ ...owner, status: pending, annotations }))).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
  });

  const blind: readonly { readonly kind: FailureKind; readonly shows: string; readonly ends: string }[] = [
    { kind: "busy", shows: "Ready=Unknown/BusNotReady", ends: "failed" },
    { kind: "denied", shows: "Ready=False/Denied", ends: "stalled" },
  ];
  for (const { kind, shows, ends } of blind) {
    it(`is not made, and says ${shows}, where measuring it ends with "${kind}"`, () => {
      const failure = measured(failedWith({ kind, name: "X", message: "The broker's words" }));
      for (const guard of [{}, guardedBy({ onShorten: "Allow" })]) {
        const result = held({ ...failure, ...guard });
        expect(writes(result)).to.deep.equal([]);
        expect(shown(result)[0]).to.equal(shows);
        expect(messageOf(result)).to.include("The broker's words");
        expect(result.outcome.kind).to.equal(ends);
        expect(statusOf(result).pendingChanges).to.equal(undefined);
      }
    });
  }

  it("keeps its id while nobody can measure it", () => {
    const before = held();
    const denied = measured(failedWith({ kind: "denied", name: "X", message: "No" }));
    const after = held({ status: statusOf(before), ...denied });
    expect(statusOf(after).pendingChanges).to.deep.equal(statusOf(before).pendingChanges);
  });

  it("that waits for groups is looked at every minute, and says so", () => {
    const guard = guardedBy({ onShorten: "Allow", blockIfUnread: true });
    const result = held({ ...guard, ...measured(records(12, { audit: 3 })) });
    expect(statusOf(result).pendingChanges?.[0]?.reason).to.equal("UnreadRecords");
    expect(messageOf(result)).to.include('RetentionPolicy "events" holds this back until all groups have read');
    expect(result.outcome).to.deep.include({ recheckAt: NOW + 60_000 });
  });

  it("is refused where what a reset leads to is not known", () => {
    const own = aTopicInKafka({ configs: { "retention.ms": "9" } });
    const configs = [...own.configs].map(([key, entry]) => [key, { ...entry, inherited: undefined }] as const);
    const live = { ...own, configs: new Map(configs) };
    const result = runTopic(live, { status: bound({ managedKeys: ["retention.ms"] }) });
    expect(shown(result)).to.deep.equal(["Ready=False/PolicyViolation", "Stalled=True/PolicyViolation"]);
    expect(writes(result)).to.deep.equal([]);
  });
});

describe("A handover between policies", () => {
  const strict = aRetentionPolicy({}, { name: "strict" });
  const loose = aRetentionPolicy({ ...SHORTER, changeGuard: { onShorten: "Allow" } }, { name: "loose" });
  const before = bound({ retentionPolicy: { name: "strict" } });

  it("is governed by the stricter of both, which stays on record until all is handed over", () => {
    const result = held({ spec: {}, policy: loose, formerPolicy: strict, status: before });
    expect(statusOf(result).pendingChanges?.[0]?.guard).to.equal("RetentionPolicy/strict");
    expect(statusOf(result).retentionPolicy?.name).to.equal("strict");
    const done = held({ spec: {}, policy: loose, formerPolicy: strict, status: before, ...measured(records(0)) });
    expect(writes(done)).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
    expect(statusOf(done).retentionPolicy?.name).to.equal("loose");
  });

  it("from one that is gone asks the platform", () => {
    const result = held({ spec: {}, policy: loose, status: before });
    expect(shown(result)[0]).to.equal("Ready=False/ApprovalRequired");
    expect(statusOf(result).pendingChanges?.[0]?.guard).to.equal("RetentionPolicy/loose");
  });

  it("is none for a topic that had no policy", () => {
    expect(writes(held({ spec: {}, policy: loose }))).to.deep.equal([`retention.ms=${2 * DAY_MS}`]);
  });

  it("stays open while Kafka has not confirmed it", () => {
    const answer = failedWith({ kind: "invalid", name: "X", message: "No" });
    const result = held({
      spec: {},
      policy: loose,
      formerPolicy: loose,
      status: before,
      answer,
      ...measured(records(0)),
    });
    expect(statusOf(result).retentionPolicy?.name).to.equal("strict");
  });
});

describe("Steps", () => {
  const guard = guardedBy({ onShorten: "StepDown", stepDown: { by: "1d", every: "1h" } });
  const first = held(guard);

  it("are no trouble: the topic is Ready, and woken by the clock", () => {
    expect(shown(first)).to.deep.equal(["Ready=True/SteppingDown"]);
    expect(first.outcome).to.deep.equal({ kind: "settled", recheckAt: NOW + 3_600_000 });
    expect(messageOf(first)).to.include("by 1d every 1h");
  });

  it("are made when they are due, told as events, and followed by the next", () => {
    const nowMs = NOW + 3_600_000;
    const result = held({ ...guard, status: statusOf(first), nowMs });
    expect(writes(result)).to.deep.equal([`retention.ms=${6 * DAY_MS}`]);
    expect(result.events?.map(({ reason }) => reason)).to.include("SteppedDown");
    expect(statusOf(result).pendingChanges?.[0]).to.deep.include({
      from: String(6 * DAY_MS),
      nextStepAt: new Date(nowMs + 3_600_000).toISOString(),
    });
  });

  it("that Kafka did not take are tried again, not announced anew", () => {
    const nowMs = NOW + 3_600_000;
    const answer = failedWith({ kind: "invalid", name: "X", message: "No" });
    const result = held({ ...guard, status: statusOf(first), nowMs, answer });
    expect(statusOf(result).pendingChanges).to.deep.equal(statusOf(first).pendingChanges);
  });

  it("of a correction keep what was wanted, so that it stays a correction", () => {
    const live = aTopicInKafka({ configs: { "retention.ms": String(7 * DAY_MS) } });
    const wanted = [{ key: "retention.ms", value: String(2 * DAY_MS), source: "spec" }];
    const start = { ...guard, spec: SHORTER, ...measured(records(12)) };
    const waiting = runTopic(live, { ...start, status: bound({ effectiveConfig: wanted }) });
    const stepped = runTopic(live, { ...start, status: statusOf(waiting), nowMs: NOW + 3_600_000 });
    expect(statusOf(stepped).drift).to.deep.equal([
      { key: "retention.ms", wanted: String(2 * DAY_MS), found: String(6 * DAY_MS) },
    ]);
    expect(shown(stepped)).to.deep.equal(["Ready=True/SteppingDown", "Drifted=True/Drifted"]);
  });
});

describe("A guarded run, for every spec and every topic", () => {
  const spec = fc.record(
    {
      cleanupPolicy: fc.constantFrom("delete", "compact", "compact,delete"),
      retention: fc.record(
        { time: fc.constantFrom("2d", "3d", "unlimited"), bytesPerPartition: fc.constantFrom(10, "unlimited") },
        { requiredKeys: [] },
      ),
      config: fc.record({ "delete.retention.ms": fc.constantFrom(1, 99_999_999_999) }, { requiredKeys: [] }),
      configOwnership: fc.constantFrom("Declared", "Full"),
      drift: fc.constantFrom("Correct", "Report"),
      suspend: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<EventTopicSpec>>;
  const configs = fc.record(
    {
      "cleanup.policy": fc.constantFrom("delete", "compact", "compact,delete"),
      "retention.ms": fc.constantFrom("-1", String(2 * DAY_MS), String(5 * DAY_MS)),
      "retention.bytes": fc.constantFrom("-1", "10", "20"),
      "delete.retention.ms": fc.constantFrom("1", "2"),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string>>;
  const guard = fc.constantFrom<RetentionPolicySpec["changeGuard"]>(
    undefined,
    { onShorten: "Deny" },
    { approver: "Owner" },
    { onShorten: "StepDown", stepDown: { by: "1d", every: "1h" } },
  );

  it("writes nothing destructive that nobody approved", () => {
    fc.assert(
      fc.property(spec, configs, guard, fc.boolean(), fc.boolean(), (wish, present, changeGuard, isReadable, isNew) => {
        const live = aTopicInKafka({ configs: present });
        const log = isReadable ? records(5) : failedWith({ kind: "busy", name: "X", message: "No" });
        const policy = aRetentionPolicy({
          bounds: { retentionTime: {}, retentionBytes: {}, cleanupPolicies: ["delete", "compact", "compact,delete"] },
          changeGuard: isNew ? { onShorten: "Allow" } : changeGuard,
        });
        const { written } = runTopic(live, {
          spec: isNew ? { ...wish, adoption: "Adopt" } : wish,
          policy,
          status: isNew ? {} : bound({ managedKeys: Object.keys(present) }),
          ...measured(log),
        });
        const changes = written.flatMap((action) =>
          isConfigChange(action) ? [{ key: action.key, from: action.from, to: action.effective }] : [],
        );
        expect([...lossesOf(changes, liveConfig(live.configs)).keys()]).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });
});
