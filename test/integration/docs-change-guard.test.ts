import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { runShell, shellBlocks } from "../environment/documented-commands.ts";
import { aTopicWithRecords, retentionDays } from "../environment/guarded-topics.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

describe("docs/change-guard.md", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
  });
  after(() => operator.stop());

  it("says commands that do what it says they do", async function () {
    this.timeout(180_000);
    await operator.createPolicy("events", {
      retention: { time: "7d" },
      bounds: { retentionTime: { min: "1d" } },
      appliesTo: { domains: ["billing-usage-events"] },
    });
    await aTopicWithRecords(operator, "billing-usage-events", { spec: {} });
    const told: string[] = [];
    for (const command of shellBlocks("change-guard.md").flatMap((block) => block.split("\n"))) {
      // The page speaks of the samples; here the same stand under the names of this test.
      const here = command
        .replaceAll("-n data-platform", `-n ${operator.id}`)
        .replaceAll("retentionpolicy events", `retentionpolicy ${operator.policyName("events")}`);
      told.push(await runShell(here, operator.controlPlane.adminKubeconfig));
    }
    expect(await retentionDays(operator, "billing-usage-events")).to.equal(2);
    const shown = told.join("\n");
    expect(shown)
      .to.include('"deletableRecords":3')
      .and.include('"reason":"ApprovalRequired"')
      .and.include('"pending":1');
    const { status } = await operator.topic("billing-usage-events");
    expect(told.at(-1)).to.equal(status?.lastApproval);
  });
});
