import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { controlPlaneBinary } from "../environment/assets.ts";
import { aTopicWithRecords, retentionDays } from "../environment/guarded-topics.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "change-guard.md");

/** Commands of the page, in order. */
async function commandsOf(page: string): Promise<string[]> {
  const text = await readFile(page, "utf8");
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block.trim());
  return blocks.flatMap((block) => block.split("\n"));
}

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
    const kubectl = await controlPlaneBinary("kubectl");
    const { adminKubeconfig: KUBECONFIG } = operator.controlPlane;
    // kubectl keeps a cache in its home.
    const env = { PATH: `${dirname(kubectl)}:${process.env["PATH"]}`, KUBECONFIG, HOME: dirname(KUBECONFIG) };
    const told: string[] = [];
    for (const command of await commandsOf(PAGE)) {
      // The page speaks of the samples; here the same stand under the names of this test.
      const here = command
        .replaceAll("-n data-platform", `-n ${operator.id}`)
        .replaceAll("retentionpolicy events", `retentionpolicy ${operator.policyName("events")}`);
      const { stdout } = await promisify(execFile)("sh", ["-c", here], { env });
      told.push(stdout);
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
