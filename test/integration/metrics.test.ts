// The metrics of a real operator: every name that it tells is documented, every documented one is there, and what it tells
// of objects is what the API server holds.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/reference/metrics.md"), "utf8");

describe("The metrics of an operator", () => {
  let operator: OperatorUnderTest;
  before(async () => {
    operator = await startOperatorUnderTest();
    await operator.createTopic("owned", { owner: { team: "billing" } });
    await operator.createTopic("refused", { topicName: "not.permitted" });
    await eventually(() => operator.topic("owned"), ready("True", "Created"));
    await eventually(() => operator.topic("refused"), ready("False", "InvalidName"));
  });
  after(() => operator.stop());

  it("are those of the reference page", async () => {
    const told = (await operator.metrics("# TYPE ")).map((line) => line.split(" ")[2]);
    const documented = Array.from(PAGE.matchAll(/^\| `(\w+)` \|/gm), ([, name]) => name ?? "");
    // Those of the connections to Kafka are given with the connections, which here are the test's.
    const own = documented.filter((name) => !name.startsWith("eventbus_kafka_"));
    expect(told).to.have.members(own);
  });

  it("count objects by what they say, and name the owners of topics", async () => {
    const lines = await operator.metrics("eventbus_");
    const namespace = `namespace="${operator.id}"`;
    expect(lines).to.include.members([
      `eventbus_objects{kind="EventTopic",${namespace},ready="True",reason="Created"} 1`,
      `eventbus_objects{kind="EventTopic",${namespace},ready="False",reason="InvalidName"} 1`,
      `eventbus_objects{kind="EventBus",namespace="",ready="True",reason="Connected"} 1`,
      `eventbus_topic_info{bus="${operator.id}",${namespace},name="owned",topic="${operator.topicName("owned")}",team="billing",contact=""} 1`,
    ]);
  });
});
