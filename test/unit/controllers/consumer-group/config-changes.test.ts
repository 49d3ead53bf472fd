import { expect } from "chai";
import { describe, it } from "mocha";

import { conditionOf, GROUP_ID, GroupUnderTest } from "../../../builders/group-run.ts";

const SESSION = "consumer.session.timeout.ms";
const HEARTBEAT = "consumer.heartbeat.interval.ms";

interface Case {
  readonly why: string;
  readonly declared?: Readonly<Record<string, string | number>>;
  readonly managed?: readonly string[];
  readonly live?: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly managedThen?: readonly string[];
  readonly ready?: string;
}

const CASES: readonly Case[] = [
  {
    why: "sets what is declared",
    declared: { [SESSION]: 46_000 },
    after: { [SESSION]: "46000" },
    managedThen: [SESSION],
  },
  {
    why: "does not set what is so already by itself, and does not call it its own",
    declared: { [SESSION]: 45_000 },
    after: {},
  },
  {
    why: "takes over what somebody has set as declared",
    declared: { [SESSION]: 46_000 },
    live: { [SESSION]: "46000" },
    after: { [SESSION]: "46000" },
    managedThen: [SESSION],
  },
  {
    why: "corrects what somebody has changed",
    declared: { [SESSION]: 46_000 },
    managed: [SESSION],
    live: { [SESSION]: "50000" },
    after: { [SESSION]: "46000" },
    managedThen: [SESSION],
  },
  {
    why: "leaves what nobody declares, and is not ours",
    declared: { [SESSION]: 46_000 },
    live: { [HEARTBEAT]: "6000" },
    after: { [SESSION]: "46000", [HEARTBEAT]: "6000" },
    managedThen: [SESSION],
  },
  {
    why: "returns what is declared no longer",
    managed: [SESSION],
    live: { [SESSION]: "46000", [HEARTBEAT]: "6000" },
    after: { [HEARTBEAT]: "6000" },
  },
  { why: "forgets a key that somebody else has returned", managed: [SESSION], after: {} },
  {
    why: "refuses a key that brokers do not know, and sets the others",
    declared: { "consumer.sesion.timeout.ms": 1, [HEARTBEAT]: 6_000 },
    after: { [HEARTBEAT]: "6000" },
    managedThen: [HEARTBEAT],
    ready: "False/GroupConfigUnsupported",
  },
  {
    why: "tells what the broker says of a value that it does not take",
    declared: { [SESSION]: 1 },
    after: {},
    managedThen: [SESSION],
    ready: "False/BrokerRejected",
  },
];

describe("The configuration of a group", () => {
  for (const { why, declared, managed, live = {}, after, managedThen, ready = "True/Observed" } of CASES) {
    it(why, async () => {
      const group = new GroupUnderTest({ groupConfig: declared });
      if (managed !== undefined) group.status = { managedKeys: managed };
      group.kafka.groups.alter(GROUP_ID, { set: live, unset: [] });
      const run = await group.run();
      expect(group.configs).to.deep.equal(after);
      expect(group.status?.managedKeys).to.deep.equal(managedThen);
      expect(conditionOf(run)).to.equal(ready);
    });
  }

  it("is on record before it is set", async () => {
    const group = new GroupUnderTest({ groupConfig: { [SESSION]: 46_000 } });
    const { groups } = group.kafka;
    const alter = groups.alter.bind(groups);
    const recorded: unknown[] = [];
    groups.alter = (...args) => {
      recorded.push(group.status?.managedKeys);
      return alter(...args);
    };
    await group.run();
    expect(recorded).to.deep.equal([[SESSION]]);
  });
});
