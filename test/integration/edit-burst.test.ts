import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const EDITS = 60;
const NAMES = Array.from({ length: EDITS }, (_, index) => `edited-${index}`);

interface Costs {
  readonly topicReads: number;
  readonly busReads: number;
  readonly statusWrites: number;
  readonly changes: number;
  readonly lookups: number;
}

describe("Many edits at once", function () {
  this.timeout(60_000);
  let operator: OperatorUnderTest;
  before(async () => {
    operator = await startOperatorUnderTest();
    await Promise.all(NAMES.map((name) => operator.createTopic(name, { config: { "flush.ms": 1 } })));
    await eventually(topics, (all) => all.forEach(ready("True", "Created")));
  });
  after(() => operator.stop());

  const topics = (): Promise<EventTopic[]> => Promise.all(NAMES.map((name) => operator.topic(name)));
  const edit = async (flushMs: number): Promise<void> => {
    await Promise.all(NAMES.map((name) => operator.patchTopic(name, { spec: { config: { "flush.ms": flushMs } } })));
  };
  const expectEdited = async (flushMs: number): Promise<void> => {
    await eventually(topics, (all) => {
      for (const topic of all) {
        ready("True", "UpToDate")(topic);
        expect(topic.status?.observedGeneration).to.equal(topic.metadata.generation);
      }
    });
    const configs = await Promise.all(NAMES.map((name) => operator.probe.topicConfig(operator.topicName(name))));
    expect(new Set(configs.map((config) => config["flush.ms"]))).to.deep.equal(new Set([String(flushMs)]));
  };
  const costs = async (): Promise<Costs> => {
    const requests = await operator.requests(["eventtopics", "eventbuses"]);
    const count = (verb: string, resource: string): number =>
      requests.filter((request) => request.verb === verb && request.resource === resource).length;
    return {
      topicReads: count("get", "eventtopics"),
      busReads: count("get", "eventbuses"),
      statusWrites: count("patch", "eventtopics"),
      changes: operator.kafkaRequests("IncrementalAlterConfigs"),
      lookups: operator.kafkaRequests("DescribeConfigs"),
    };
  };
  const since = async (before: Costs): Promise<Costs> => {
    const now = await costs();
    const grown = (name: keyof Costs): [string, number] => [name, now[name] - before[name]];
    return Object.fromEntries((Object.keys(now) as (keyof Costs)[]).map(grown)) as unknown as Costs;
  };

  it("cost each one read of its topic before the change, and one write after it", async () => {
    const before = await costs();
    await edit(2);
    await expectEdited(2);
    const spent = await since(before);
    expect(spent).to.include({ topicReads: EDITS, statusWrites: EDITS });
    // How they come together is up to the API server, which takes them one by one.
    expect(spent.busReads).to.be.within(1, EDITS);
    expect(spent.changes).to.be.within(1, EDITS);
  });

  it("that are found together share the read of their bus and a few requests to Kafka", async () => {
    await operator.stop();
    await edit(3);
    const before = await costs();
    await operator.start();
    await expectEdited(3);
    const spent = await since(before);
    expect(spent).to.include({ topicReads: EDITS, statusWrites: EDITS });
    expect(spent.busReads, "reads of the bus").to.be.at.most(3);
    expect(spent.changes, "requests with changes").to.be.at.most(EDITS / 4);
    expect(spent.lookups, "requests that look").to.be.at.most(EDITS / 10);
  });
});
