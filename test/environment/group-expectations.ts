// What integration tests expect of ConsumerGroups: single conditions, and that nothing more happens.

import { expect } from "chai";

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import { isWrite } from "./audit-log.ts";
import { eventually } from "./eventually.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

/** A condition has this status and reason; `absent`: it is not there. */
export function condition(type: string, wanted: string): (group: ConsumerGroup) => void {
  return ({ status }) => {
    const found = status?.conditions?.find((candidate) => candidate.type === type);
    const is = found === undefined ? "absent" : `${found.status}/${found.reason}`;
    expect(is, `${type}: ${found?.message}`).to.equal(wanted);
  };
}

export function messageOf({ status }: ConsumerGroup, type = "Ready"): string {
  return status?.conditions?.find((candidate) => candidate.type === type)?.message ?? "";
}

/**
 * As `thenNothing` of topics: each is asked to run once more, and the echo of that is the only write on them. Other
 * groups of the test may go on: what the poller finds of them is told.
 */
export async function thenNothingOfGroups(operator: OperatorUnderTest, names: readonly string[]): Promise<void> {
  const writesOf = async (): Promise<{ readonly kafka: number; readonly kubernetes: number }> => {
    const requests = await operator.requests(["consumergroups", "secrets"]);
    const writes = requests.filter(
      (request) => isWrite(request) && (request.resource === "secrets" || names.includes(request.name ?? "")),
    );
    return { kafka: (await operator.writes()).kafka, kubernetes: writes.length };
  };
  const before = await writesOf();
  const token = `then-nothing-${performance.now()}`;
  for (const name of names) {
    await operator.patchGroup(name, { metadata: { annotations: { "eventbus.dev/requestedAt": token } } });
  }
  for (const name of names) {
    await eventually(
      () => operator.group(name),
      ({ status }) => expect(status?.lastHandledReconcileAt).to.equal(token),
    );
  }
  const after = await writesOf();
  expect({ kafka: after.kafka - before.kafka, kubernetes: after.kubernetes - before.kubernetes }).to.deep.equal({
    kafka: 0,
    kubernetes: names.length,
  });
}
