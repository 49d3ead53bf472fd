// Runs what docs/command-line.md says, through the launcher that people run.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { stringify } from "yaml";

import { controlPlaneBinary } from "../environment/assets.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PAGE = join(ROOT, "docs", "command-line.md");

/** How commands end that find something to do; the others end with 0. */
const ENDS: Readonly<Record<string, number>> = { "eventbus plan manifests": 3 };

interface Ran {
  readonly command: string;
  readonly code: number;
  readonly said: string;
}

describe("docs/command-line.md", () => {
  let operator: OperatorUnderTest;
  let folder = "";
  let environment: NodeJS.ProcessEnv = {};

  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
    folder = await mkdtemp(join(tmpdir(), "eventbus-docs-"));
    const bin = join(folder, "bin");
    await mkdir(bin);
    for (const name of ["eventbus", "kubectl-eventbus"])
      await symlink(join(ROOT, "hack/eventbus.mjs"), join(bin, name));
    const kubectl = await controlPlaneBinary("kubectl");
    const { adminKubeconfig: KUBECONFIG } = operator.controlPlane;
    // kubectl keeps a cache in its home.
    const HOME = dirname(KUBECONFIG);
    const PATH = [bin, dirname(kubectl), process.env["PATH"]].join(":");
    environment = { ...process.env, PATH, KUBECONFIG, HOME };
    await mkdir(join(folder, "manifests"));
    const topic = {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "EventTopic",
      metadata: { name: "usage", namespace: operator.id },
      spec: { busRef: { name: operator.id }, domain: "usage", partitions: 1 },
    };
    await writeFile(join(folder, "manifests", "topics.yaml"), stringify(topic));
    for (const name of ["legacy", "legacy_Audit"]) {
      await operator.probe.createTopic({ name: operator.topicName(name), configs: { "retention.ms": "86400000" } });
    }
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await operator.stop();
  });

  /** As on the page, where the samples stand under other names. */
  function here(command: string): string {
    return command
      .replaceAll("data-platform", operator.id)
      .replaceAll("legacy*", operator.topicName("legacy*"))
      .replaceAll("kafka:9092", operator.bootstrapServers.join(","));
  }

  async function run(command: string): Promise<Ran> {
    return await new Promise((resolve) => {
      execFile("sh", ["-c", here(command)], { cwd: folder, env: environment }, (error, stdout, stderr) => {
        resolve({ command, code: error === null ? 0 : Number(error.code), said: stdout + stderr });
      });
    });
  }

  it("says commands that do what it says they do", async function () {
    this.timeout(120_000);
    const blocks = [...(await readFile(PAGE, "utf8")).matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) =>
      block.trim(),
    );
    const ran: Ran[] = [];
    for (const command of blocks.flatMap((block) => block.split("\n"))) {
      const result = await run(command);
      expect(result.code, `${command}\n${result.said}`).to.equal(ENDS[command] ?? 0);
      ran.push(result);
    }
    const said = (command: string): string[] =>
      ran.filter((result) => result.command === command).map((result) => result.said);
    expect(said("eventbus validate manifests")[0]).to.include(
      "1 object in 1 file: all valid; 1 object not judged in full",
    );
    expect(said("eventbus plan manifests")[0]).to.include(`+ Create topic "${operator.topicName("usage")}"`);
    expect(said("eventbus plan adopted.yaml")[0])
      .to.include("Adopts the topic that is there")
      .and.include("nothing to do");
    expect(said("eventbus plan adopted.yaml")[1]).to.equal("Plan for 2 objects: nothing to do\n");
    const backup = await readdir(join(folder, "kafka-backup"), { recursive: true });
    expect(backup.filter((file) => file.endsWith(".yaml"))).to.have.length(3);
  });

  it("is the same as a plugin of kubectl", async () => {
    const [direct, plugin] = await Promise.all([
      run("eventbus validate manifests"),
      run("kubectl eventbus validate manifests"),
    ]);
    expect(plugin?.said).to.equal(direct?.said);
  });
});
