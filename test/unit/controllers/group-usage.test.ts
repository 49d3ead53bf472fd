import { expect } from "chai";
import { describe, it } from "mocha";

import { GroupUsage } from "../../../src/controllers/group-usage.ts";
import type { KafkaAdmin } from "../../../src/kafka/admin.ts";
import { failedWith, ok, type Answer } from "../../../src/kafka/model/failure.ts";

const DENIED = failedWith({ kind: "denied", name: "CLUSTER_AUTHORIZATION_FAILED", message: "No" });
const call = { signal: new AbortController().signal, deadlineMs: 1_000, priority: "live" } as const;

/** What the operator's user may do, at each look; and what was asked, in its order. */
async function use(operations: readonly (readonly string[] | undefined | "denied")[]) {
  const asked: string[] = [];
  let looks = 0;
  const admin = {
    cluster: async (): Promise<Answer<unknown>> => {
      asked.push("cluster");
      const may = operations[looks];
      looks += 1;
      return may === "denied" ? DENIED : ok({ operations: may });
    },
    listGroups: async () => {
      asked.push("groups");
      return ok({ groups: [], isPartial: false });
    },
  } as unknown as KafkaAdmin;
  return { used: await new GroupUsage().of("topic", admin, call), asked };
}

const ALL = ["Describe"];

describe("GroupUsage", () => {
  it("tells that nobody uses a topic only to who may see all groups, before and after it looked", async () => {
    expect(await use([ALL, ALL])).to.deep.equal({ used: [], asked: ["cluster", "groups", "cluster"] });
  });

  for (const [why, operations] of [
    ["may not describe the cluster", [[], []]],
    ["is not told what it may do", [undefined, undefined]],
    ["cannot ask", ["denied", "denied"]],
    ["lost the right while it looked", [ALL, []]],
    ["got the right only while it looked", [[], ALL]],
  ] as const) {
    it(`knows nothing of the use where the operator's user ${why}`, async () => {
      expect((await use(operations)).used).to.equal(undefined);
    });
  }
});
