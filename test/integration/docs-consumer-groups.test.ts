// docs/consumer-groups.md with the sample that it applies: what aggregates and their projectors need (DOMAIN: A).

import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { runShell, shellBlocks } from "../environment/documented-commands.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { Sandbox } from "../environment/sandbox.ts";

const ROOT = join(import.meta.dirname, "../..");
const SAMPLE = "config/samples/aggregate-bus";

describe("docs/consumer-groups.md", () => {
  let operator: OperatorUnderTest;
  let sandbox: Sandbox;
  before(async () => {
    sandbox = new Sandbox("docs");
    operator = await startOperatorUnderTest({
      createsBus: false,
      environment: { EVENTBUS_WATCH_NAMESPACES: "aggregates" },
    });
  });
  after(async () => {
    await sandbox.close();
    await operator.stop();
  });

  /** The sample with the address of this Kafka, as this operator's, and looked at more often. */
  async function sample(): Promise<string> {
    const folder = join(sandbox.folder, "aggregate-bus");
    await cp(join(ROOT, SAMPLE), folder, { recursive: true });
    const file = join(folder, "1-event-bus.yaml");
    const bus = (await readFile(file, "utf8"))
      .replace("localhost:9092", operator.bootstrapServers[0] ?? "")
      .replace("  name: aggregates\nspec:", `  name: aggregates\n  labels: { test: ${operator.id} }\nspec:`)
      .replace("  kafka:\n", "  resyncInterval: 500ms\n  kafka:\n");
    await writeFile(file, bus);
    return folder;
  }

  it("says commands that do what it says they do", async function () {
    this.timeout(180_000);
    const folder = await sample();
    const told: string[] = [];
    for (const block of shellBlocks("consumer-groups.md")) {
      const here = block
        .replace(SAMPLE, folder)
        .replaceAll("$HOME/bindings", `${sandbox.folder}/bindings`)
        .replaceAll("preserve-status 10", "preserve-status 5")
        .replaceAll("docs/programs", `${ROOT}/docs/programs`);
      told.push(await runShell(here, operator.controlPlane.adminKubeconfig));
    }
    const [declared = "", binding = "", programs = "", watched = ""] = told;
    expect(declared)
      .to.match(/^player-projector +True +Observed +(Absent|Empty) /m)
      .and.match(/^output-projector +True/m);
    expect(binding).to.include(`servicebinding.io/kafka ${Buffer.from("angzarr").toString("base64")}`);
    expect(programs)
      .to.match(/^Writes .* angzarr\.events\.player$/m)
      .and.match(/^Read \d\d+ records, skipped 0$/m);
    expect(JSON.parse(watched.split("\n").at(-1) ?? "")).to.have.nested.property("[0].topic", "angzarr.events.player");
    for (const topic of ["angzarr.events.player", "angzarr.events.hand"]) {
      expect((await operator.probe.describeTopic(topic))?.partitions).to.have.length(6);
      const config = await operator.probe.topicConfig(topic);
      expect(config).to.include({ "retention.ms": "604800000", "retention.bytes": "-1" });
    }
    const committed = await operator.probe.committedOffsets("output-projector");
    expect(committed.map(({ offset }) => offset)).to.deep.equal(Array.from({ length: 12 }, () => 0));
  });
});
