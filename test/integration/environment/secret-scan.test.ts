import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { createLogger } from "../../../src/telemetry/logger.ts";
import { shownSecrets } from "../../environment/environment.ts";
import { KnownSecrets, knownSecrets } from "../../environment/known-secrets.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../../environment/operator-under-test.ts";
import { secretsShown, Transcript, transcript } from "../../environment/secret-scan.ts";

/** Known to the scanner of this test alone, or the one after the file would find what is planted. */
const PLANTED = "planted-battery-staple";
const LABEL = "planted secret";

describe("The search for secrets", () => {
  let operator: OperatorUnderTest;
  const known = new KnownSecrets();
  before(async function () {
    this.timeout(60_000);
    known.add(LABEL, PLANTED);
    operator = await startOperatorUnderTest();
  });
  after(() => operator.stop());

  const shown = (): Promise<string[]> => secretsShown(operator.controlPlane, known);

  it("finds none where none is shown, and knows those that the environment has made", async () => {
    expect(await shown()).to.deep.equal([]);
    expect(await shownSecrets()).to.deep.equal([]);
    expect(knownSecrets.foundIn(`Bearer ${operator.controlPlane.adminToken}`)).to.deep.equal(["token of the admin"]);
  });

  it("finds one in the status of an object", async () => {
    await operator.createTopic("status");
    await operator.patchTopicStatus("status", { released: [PLANTED] });
    expect(await shown()).to.deep.equal([`The ${LABEL} is shown in /apis/eventbus.dev/v1alpha1/eventtopics`]);
    await operator.deleteTopic("status");
  });

  it("finds one in an event", async () => {
    const path = `/apis/events.k8s.io/v1/namespaces/${operator.id}/events`;
    const regarding = { apiVersion: "eventbus.dev/v1alpha1", kind: "EventTopic", name: "a", namespace: operator.id };
    const told = { type: "Normal", reason: "A", action: "A", note: `Connected with ${PLANTED}`, regarding };
    const by = { reportingController: "test", reportingInstance: "test", eventTime: "2026-01-01T00:00:00.000000Z" };
    await operator.controlPlane.request("POST", path, { metadata: { name: "planted" }, ...told, ...by });
    expect(await shown()).to.deep.equal([`The ${LABEL} is shown in /apis/events.k8s.io/v1/events`]);
    await operator.controlPlane.request("DELETE", `${path}/planted`);
  });

  it("finds one in a Secret that the operator wrote for others, and not in those that it reads", async () => {
    const path = `/api/v1/namespaces/${operator.id}/secrets`;
    const labels = { "app.kubernetes.io/managed-by": "event-bus-operator" };
    const stringData = { password: PLANTED };
    await operator.controlPlane.request("POST", path, { metadata: { name: "read" }, stringData });
    expect(await shown()).to.deep.equal([]);
    await operator.controlPlane.request("POST", path, { metadata: { name: "written", labels }, stringData });
    expect(await shown()).to.deep.equal([`The ${LABEL} is shown in Secrets that the operator wrote`]);
    await operator.controlPlane.request("DELETE", `${path}/written`);
  });

  for (const { why, text } of [
    { why: "as it is", text: PLANTED },
    { why: "in base64", text: Buffer.from(PLANTED).toString("base64") },
  ]) {
    it(`finds one in a log, ${why}, and tells each only once`, () => {
      const told = new Transcript(known);
      const log = createLogger({ level: "debug", format: "json", destination: told.stream("the log") });
      log.debug("Connected", { error: new Error(`Refused ${text}`) });
      log.debug("Connected", { detail: { parts: [text] } });
      log.debug("Connected");
      expect(told.take()).to.deep.equal([`The ${LABEL} is shown in the log`]);
      expect(told.take(), "forgotten").to.deep.equal([]);
    });
  }

  it("finds one in metrics, however much else was told", () => {
    const told = new Transcript(known);
    told.tell("metrics", `eventbus_info{bus="${PLANTED}"} 1`);
    for (let index = 0; index < 10; index += 1) told.tell("the log", "x".repeat(1_000_000));
    expect(told.take()).to.deep.equal([`The ${LABEL} is shown in metrics`]);
  });

  it("hears what an operator under test logs, down to the last detail, and its metrics", async () => {
    const heard: string[] = [];
    const tell = transcript.tell.bind(transcript);
    transcript.tell = (where, text) => {
      heard.push(`${where}: ${text}`);
      tell(where, text);
    };
    try {
      await operator.restart();
    } finally {
      transcript.tell = tell;
    }
    expect(heard.some((line) => line.startsWith("the log: {") && line.includes('"level":"debug"'))).to.equal(true);
    expect(heard.some((line) => line.startsWith("metrics: # HELP"))).to.equal(true);
  });
});
