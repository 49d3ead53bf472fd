import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const SECRETS = "/api/v1/namespaces/event-bus-system/secrets";

describe("The Secrets of an EventBus", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ createsBus: false });
  });
  after(() => operator.stop());

  async function message(name: string): Promise<string> {
    const { status } = await operator.bus(name);
    return status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "";
  }

  it("are followed by their names: one that is missing, wrong, corrected, gone", async function () {
    this.timeout(40_000);
    const secret = `${operator.id}-user`;
    const sasl = { mechanism: "SCRAM-SHA-256" as const, credentialsSecretRef: { name: secret } };
    const security = { protocol: "SASL_PLAINTEXT" as const, sasl };
    await operator.createBus({ kafka: { bootstrapServers: operator.bootstrapServers, security } });
    await eventually(() => operator.bus(), ready("False", "SecretNotFound"));
    expect(await message(operator.id)).to.include(`Secret "${secret}" in namespace "event-bus-system" does not exist`);
    await operator.controlPlane.request("POST", SECRETS, {
      metadata: { name: secret },
      stringData: { username: "me" },
    });
    await eventually(() => operator.bus(), ready("False", "InvalidSecret"));
    expect(await message(operator.id)).to.include('no key "password"; it holds "username"');
    await operator.controlPlane.request("PATCH", `${SECRETS}/${secret}`, { stringData: { password: "right-horse" } });
    // The shared Kafka knows no SASL, and says so.
    await eventually(() => operator.bus(), ready("False", "AuthenticationFailed"));
    expect(await message(operator.id)).to.include("does not use SASL");
    await operator.controlPlane.request("DELETE", `${SECRETS}/${secret}`);
    await eventually(() => operator.bus(), ready("False", "SecretNotFound"));
  });
});
