import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { runShell, shellBlocks } from "../environment/documented-commands.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

describe("docs/first-topic.md", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      createsBus: false,
      environment: { EVENTBUS_WATCH_NAMESPACES: "orders" },
    });
  });
  after(async () => {
    await operator.stop();
    // Others on the same Kafka declare a topic of this name.
    await operator.probe.deleteTopic("orders.order.placed");
  });

  it("says commands that do what it says they do", async function () {
    this.timeout(120_000);
    const told: string[] = [];
    for (const block of shellBlocks("first-topic.md")) {
      // The page's bus is the only one; here it is marked as this operator's.
      const here = block
        .replace("kafka.example:9092", operator.bootstrapServers[0] ?? "")
        .replace("  name: first-bus\nspec:", `  name: first-bus\n  labels: { test: ${operator.id} }\nspec:`);
      told.push(await runShell(here, operator.controlPlane.adminKubeconfig));
    }
    const [bus = "", created = "", values = "", mistake = "", , reader = ""] = told;
    expect(bus).to.match(/^first-bus +True +Connected/m);
    expect(created).to.include("orders.order.placed");
    expect(JSON.parse(values)).to.deep.include({
      key: "retention.ms",
      value: "604800000",
      source: "spec",
    });
    expect(mistake).to.include("PartitionDecreaseUnsupported: ");
    expect(reader).to.match(/"groupId": ?"invoicing"/);
    const topic = await operator.probe.describeTopic("orders.order.placed");
    expect(topic?.partitions).to.have.length(6);
  });
});
