// The programs of docs/programs on a bus with TLS and SASL: the same as without, by their binding and the credentials that
// the workload mounts beside it.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { grantBindings } from "../environment/bindings-under-test.ts";
import { eventually } from "../environment/eventually.ts";
import { mountBinding, mountCredentials, programOn } from "../environment/mounted-program.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { Sandbox } from "../environment/sandbox.ts";
import { SecretsUnderTest } from "../environment/secrets-under-test.ts";
import { OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("A program on a bus with TLS and SASL", function () {
  this.timeout(60_000);
  const sandbox = new Sandbox("programs");
  let kafka: SecureKafka;
  let operator: OperatorUnderTest;
  before(async () => {
    kafka = await startSecureKafka();
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.serversOf("SASL_SSL"), probe: kafka.probe },
      createsBus: false,
    });
    const secrets = new SecretsUnderTest(operator);
    const ca = await secrets.create("ca", { "ca.crt": kafka.authority.certPem });
    const user = await secrets.create("user", { username: OPERATOR, password: PASSWORD });
    await operator.createBus({
      resyncInterval: "1s",
      kafka: {
        bootstrapServers: kafka.serversOf("SASL_SSL"),
        security: {
          protocol: "SASL_SSL",
          tls: { caSecretRef: { name: ca } },
          sasl: { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: user } },
        },
      },
    });
    await grantBindings(operator);
  });
  after(async () => {
    await sandbox.close();
    await operator.stop();
    await kafka.stop();
  });

  it("writes and reads as anywhere else, and its binding holds no credential", async () => {
    await operator.createTopic("secured", { partitions: 1 });
    await eventually(() => operator.topic("secured"), ready("True", "Created"));
    await operator.createGroup("reader", {
      topics: [{ eventTopicRef: { name: "secured" } }],
      binding: { secretName: "reader-kafka", credentialsSecretRef: { name: "of-the-workload" } },
    });
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status?.binding?.name).to.equal("reader-kafka"),
    );
    const path = `/api/v1/namespaces/${operator.id}/secrets/reader-kafka`;
    const { body } = await operator.controlPlane.request<{ readonly data: Record<string, string> }>("GET", path);
    const told = Object.values(body.data).map((value) => Buffer.from(value, "base64").toString());
    expect(told.join("\n")).not.to.include(PASSWORD);
    const root = await mountBinding(sandbox, body.data);
    await mountCredentials(root, { username: OPERATOR, password: PASSWORD });
    const programs = [programOn(sandbox, root, "producer"), programOn(sandbox, root, "consumer")];
    await Promise.all(programs.map((program) => program.start()));
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status).to.include({ state: "Stable", members: 1 }),
    );
    await eventually(
      () => programs[1]?.logs() ?? Promise.resolve(""),
      (log) => expect(log).to.match(/^Read [1-9]/m),
    );
    await Promise.all(programs.map((program) => program.stop()));
  });
});
