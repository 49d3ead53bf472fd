// What hack/kind does in a cluster, as far as it can be done without Docker: its manifests on a real API server, and the
// end-to-end tests against an operator on the parts that the other tests use.

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { before, describe, it } from "mocha";
import { parseAllDocuments } from "yaml";

import { e2eSuite } from "../e2e/e2e-suite.ts";
import type { Manifest } from "../environment/apply-manifests.ts";
import { controlPlaneBinary } from "../environment/assets.ts";
import { environment } from "../environment/environment.ts";
import { startOperatorUnderTest } from "../environment/operator-under-test.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAMESPACE = "data-platform";
const SAMPLES = ["1-namespace", "2-event-bus", "3-retention-policies", "4-event-topics", "5-consumer-groups"];

function manifestsIn(path: string, change: (text: string) => string = (text) => text): Manifest[] {
  const text = change(readFileSync(join(ROOT, path), "utf8"));
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

describe("hack/kind", () => {
  it("starts a Kafka by objects that an API server takes", async () => {
    const controlPlane = await environment().controlPlane();
    await controlPlane.applyManifests(manifestsIn("hack/kind/kafka.yaml"));
  });

  it("says how it is used", async () => {
    const script = join(ROOT, "hack/kind/kind.sh");
    await promisify(execFile)("bash", ["-n", script]);
    const usage: unknown = await promisify(execFile)(script).catch((error: unknown) => error);
    expect(usage).to.include({ code: 2 });
    expect((usage as { stdout: string }).stdout).to.include("kind.sh up [--strimzi]");
  });

  describe("its end-to-end tests", function () {
    this.timeout(180_000);
    before(async () => {
      const operator = await startOperatorUnderTest({
        createsBus: false,
        environment: { EVENTBUS_BUS_SELECTOR: "", EVENTBUS_WATCH_NAMESPACES: NAMESPACE },
      });
      const toThisKafka = (text: string): string => text.replace("localhost:9092", operator.bootstrapServers[0] ?? "");
      const samples = SAMPLES.flatMap((name) => manifestsIn(`config/samples/data-platform/${name}.yaml`, toThisKafka));
      await operator.controlPlane.applyManifests(samples);
    });

    e2eSuite(async () => {
      const [controlPlane, kafka] = await Promise.all([environment().controlPlane(), environment().kafka()]);
      const kubectl = await controlPlaneBinary("kubectl");
      return { kubeconfig: controlPlane.adminKubeconfig, kubectl, bootstrapServers: kafka.bootstrapServers };
    });
  });
});
