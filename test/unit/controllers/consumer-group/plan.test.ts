import { expect } from "chai";
import { describe, it } from "mocha";

import type { ModelSecret } from "../../../builders/group-run.ts";
import { conditionOf, GROUP_ID, GroupUnderTest } from "../../../builders/group-run.ts";

const OURS: ModelSecret = { whose: "ours", content: { old: "yes" } };
const FOREIGN: ModelSecret = { whose: "foreign", content: { theirs: "yes" } };
const DENIED: ModelSecret = { whose: "denied", content: { theirs: "yes" } };

interface BindingCase {
  readonly why: string;
  /** spec.binding.secretName. */
  readonly wanted?: string;
  /** status.binding.name. */
  readonly recorded?: string;
  readonly there?: Readonly<Record<string, ModelSecret>>;
  readonly done: readonly string[];
  readonly bindingReady: string;
  readonly recordedThen?: string;
}

const BINDINGS: readonly BindingCase[] = [
  { why: "is not made unasked", done: [], bindingReady: "absent" },
  { why: "is made", wanted: "new", done: ["writeBinding new"], bindingReady: "True/Current", recordedThen: "new" },
  {
    why: "is brought up to date",
    wanted: "new",
    recorded: "new",
    there: { new: OURS },
    done: ["writeBinding new"],
    bindingReady: "True/Current",
    recordedThen: "new",
  },
  {
    why: "is ours where a process died before it could say so",
    wanted: "new",
    there: { new: OURS },
    done: ["writeBinding new"],
    bindingReady: "True/Current",
    recordedThen: "new",
  },
  {
    why: "leaves a Secret alone that somebody else has made",
    wanted: "new",
    there: { new: FOREIGN },
    done: [],
    bindingReady: "False/SecretConflict",
  },
  {
    why: "needs a right",
    wanted: "new",
    there: { new: DENIED },
    done: [],
    bindingReady: "False/InsufficientPermissions",
  },
  {
    why: "is not forgotten where the right is withdrawn",
    wanted: "new",
    recorded: "new",
    there: { new: DENIED },
    done: [],
    bindingReady: "False/InsufficientPermissions",
    recordedThen: "new",
  },
  {
    why: "moves to another name, the new one first",
    wanted: "new",
    recorded: "old",
    there: { old: OURS },
    done: ["writeBinding new", "deleteBinding old"],
    bindingReady: "True/Current",
    recordedThen: "new",
  },
  {
    why: "stays under its old name where the new one is taken",
    wanted: "new",
    recorded: "old",
    there: { old: OURS, new: FOREIGN },
    done: [],
    bindingReady: "False/SecretConflict",
    recordedThen: "old",
  },
  {
    why: "goes when it is not wanted any longer",
    recorded: "old",
    there: { old: OURS },
    done: ["deleteBinding old"],
    bindingReady: "absent",
  },
  {
    why: "is not forgotten where it should go and may not be looked at",
    recorded: "old",
    there: { old: DENIED },
    done: [],
    bindingReady: "absent",
    recordedThen: "old",
  },
  {
    why: "does not take along what somebody else has put in its place",
    recorded: "old",
    there: { old: FOREIGN },
    done: [],
    bindingReady: "absent",
  },
];

describe("The plan of a binding", () => {
  for (const { why, wanted, recorded, there = {}, done, bindingReady, recordedThen } of BINDINGS) {
    it(why, async () => {
      const group = new GroupUnderTest(wanted === undefined ? {} : { binding: { secretName: wanted } });
      if (recorded !== undefined) group.status = { binding: { name: recorded } };
      for (const [name, secret] of Object.entries(there)) group.secrets.set(name, secret);
      const run = await group.run();
      expect(
        run.done.map((action) => ("secretName" in action ? `${action.type} ${action.secretName}` : "")),
      ).to.deep.equal(done);
      expect(conditionOf(run, "BindingReady")).to.equal(bindingReady);
      expect(group.status?.binding?.name).to.equal(recordedThen);
      for (const [name, secret] of Object.entries(there)) {
        if (secret.whose !== "ours") expect(group.secrets.get(name)).to.equal(secret);
      }
    });
  }

  it("waits until all topics are found: a program that reads some of them would miss the others", async () => {
    const group = new GroupUnderTest({ binding: { secretName: "new" } });
    group.declareTopic("orders", 1);
    group.topics = [...group.topics, { kind: "refused", reason: "NotGranted", message: "Not yours" }];
    const run = await group.run();
    expect(group.secrets.size).to.equal(0);
    expect(conditionOf(run, "BindingReady")).to.equal("False/NotGranted");
    expect(conditionOf(run)).to.equal("False/NotGranted");
  });

  it("needs an address of the bus", async () => {
    const group = new GroupUnderTest({ binding: { secretName: "new" } });
    group.connection = undefined;
    const run = await group.run();
    expect(group.secrets.size).to.equal(0);
    expect(conditionOf(run, "BindingReady")).to.equal("False/BusNotReady");
  });
});

describe("The plan of a group's topics", () => {
  it("says which are not there, and goes on with the others", async () => {
    const group = new GroupUnderTest({ initialOffsets: "Earliest" });
    group.declareTopic("orders", 1);
    group.topics = [...group.topics, { kind: "found", topicName: "gone", isManaged: false }];
    const run = await group.run();
    expect(group.commits).to.deep.equal(["orders/0@0"]);
    expect(conditionOf(run)).to.equal("False/TopicNotFound");
    expect(run.verdict.outcome.kind).to.equal("waiting");
  });

  it("tries again soon where only the brokers do not show an EventTopic's topic", async () => {
    const group = new GroupUnderTest({ initialOffsets: "Earliest" });
    group.topics = [{ kind: "found", topicName: "fresh", isManaged: true }];
    const run = await group.run();
    expect(conditionOf(run)).to.equal("False/TopicNotFound");
    expect(run.verdict.outcome.kind).to.equal("failed");
  });
});

const deleted = (): GroupUnderTest => {
  const group = new GroupUnderTest({ deletionPolicy: "DeleteGroup" });
  group.isDeleted = true;
  return group;
};

describe("The plan of a deletion with its group", () => {
  it("deletes, waits until the coordinator says so, and then lets go", async () => {
    const group = deleted();
    group.commitAnything();
    const first = await group.run();
    expect(first.done.map(({ type }) => type)).to.deep.equal(["deleteGroup"]);
    expect(first.verdict.release).to.equal(undefined);
    expect(first.verdict.outcome.kind).to.equal("waiting");
    const second = await group.run();
    expect(second.done).to.deep.equal([]);
    expect(second.verdict.release).to.equal(true);
  });

  it("lets go of a group that never was", async () => {
    const { verdict } = await deleted().run();
    expect(verdict.release).to.equal(true);
  });

  it("returns the configuration that it has set, and none other", async () => {
    const group = deleted();
    group.status = { managedKeys: ["consumer.session.timeout.ms"] };
    const set = { "consumer.session.timeout.ms": "46000", "consumer.heartbeat.interval.ms": "6000" };
    group.kafka.groups.alter(GROUP_ID, { set, unset: [] });
    await group.run();
    expect(group.configs).to.deep.equal({ "consumer.heartbeat.interval.ms": "6000" });
    expect((await group.run()).verdict.release).to.equal(true);
  });

  it("is blocked by members, of whom it names five", async () => {
    const group = deleted();
    for (let index = 0; index < 7; index += 1) group.kafka.groups.join(GROUP_ID, "classic", { clientId: `c${index}` });
    const run = await group.run();
    expect(run.done).to.deep.equal([]);
    expect(conditionOf(run)).to.equal("False/DeletionBlocked");
    const message = run.verdict.status?.conditions?.[0]?.message;
    expect(message)
      .to.include('"c0" (127.0.0.1)')
      .and.include('"c4"')
      .and.include("and 2 more")
      .and.not.include('"c5"');
  });

  it("is blocked by a member that comes between the look and the deletion", async () => {
    const group = deleted();
    group.commitAnything();
    const { groups } = group.kafka;
    const deleteAsAdmin = groups.deleteAsAdmin.bind(groups);
    groups.deleteAsAdmin = (groupId) => {
      groups.join(groupId, "classic");
      return deleteAsAdmin(groupId);
    };
    expect(conditionOf(await group.run())).to.equal("False/DeletionBlocked");
  });

  it("does nothing where the group cannot be read", async () => {
    const group = deleted();
    group.commitAnything();
    group.kafka.denies = (verb) => verb === "describeGroup";
    const run = await group.run();
    expect(run.done).to.deep.equal([]);
    expect(run.verdict.release).to.equal(undefined);
    expect(conditionOf(run)).to.equal("False/InsufficientPermissions");
  });
});
