// The image: what it holds, as whom it runs, and that it does its work and ends as a container should.

import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { NODE_FLAGS } from "../../hack/shipped-form.ts";
import project from "../../package.json" with { type: "json" };
import { eventually } from "../environment/eventually.ts";
import { tokenFileOf } from "../environment/kubeconfig.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";
import { Docker } from "./docker.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const IMAGE = "event-bus-operator:test";
const LIMIT_MB = 200;

interface Inspected {
  readonly Size: number;
  readonly Config: { readonly User: string; readonly Entrypoint: readonly string[]; readonly Env: readonly string[] };
}

describe("The image", () => {
  let docker: Docker;
  let operator: OperatorUnderTest;
  let folder: string;

  before(async function () {
    this.timeout(600_000);
    docker = await Docker.open();
    folder = await mkdtemp(join(tmpdir(), "image-"));
    const base = await docker.baseImage();
    // The network of the host: a sandbox may have no other.
    await docker.succeed("build", "--network=host", "--build-arg", `NODE_IMAGE=${base}`, "--tag", IMAGE, ROOT);
    // Only for its objects: it is the container that reconciles them.
    operator = await startOperatorUnderTest();
    await operator.stop();
  });
  after(async function () {
    // Many files.
    this.timeout(120_000);
    await rm(folder, { recursive: true, force: true });
    await docker[Symbol.asyncDispose]();
  });

  /** As Kubernetes would by the chart's security context. */
  const CONFINED = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp",
    "--network=host",
  ];

  async function kubeconfig(): Promise<string> {
    const { controlPlane } = operator;
    const token = await controlPlane.token("event-bus-system", "event-bus-operator");
    const path = join(folder, "config");
    const data = Buffer.from(controlPlane.caPem).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster: { server: controlPlane.url, "certificate-authority-data": data } }],
      users: [{ name: "pod", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "pod", namespace: "event-bus-system" } }],
      "current-context": "test",
    };
    await writeFile(path, JSON.stringify(config));
    await chmod(folder, 0o755);
    await rm(tokenFileOf(path), { force: true });
    return path;
  }

  it("is small, runs as nobody in particular, and starts Node as process 1 with the flags that were measured", async () => {
    const [{ Size, Config }] = JSON.parse(await docker.succeed("image", "inspect", IMAGE)) as [Inspected];
    expect(Size / 1e6).to.be.below(LIMIT_MB);
    expect(Config.User).to.equal("65532:65532");
    expect(Config.Entrypoint).to.deep.equal(["/usr/local/bin/node", ...NODE_FLAGS, "/app/operator.mjs"]);
    console.log(`      ${(Size / 1e6).toFixed(0)} MB`);
  });

  it("holds no shell, no package manager, no sources and no secrets of the build", async () => {
    const container = await docker.succeed("create", IMAGE);
    const archive = join(folder, "image.tar");
    await docker.succeed("export", "--output", archive, container);
    const files = execFileSync("tar", ["-tf", archive], { encoding: "utf8", maxBuffer: 64 * 1024 ** 2 }).split("\n");
    const own = files.filter((file) => !file.includes("/node_modules/"));
    expect(own).to.include.members(["app/operator.mjs", "app/sbom.cdx.json", "usr/local/bin/node"]);
    expect(files.filter((file) => /(^|\/)(sh|bash|npm|apt|dpkg|esbuild|\.npmrc)$|\.ts$/.test(file))).to.deep.equal([]);
    const text = execFileSync("tar", ["-xOf", archive, "app/sbom.cdx.json"], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 ** 2,
    });
    const sbom = JSON.parse(text) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly purl: string }[];
    };
    expect(sbom.bomFormat).to.equal("CycloneDX");
    const listed = sbom.components.map(({ purl }) => decodeURIComponent(purl));
    for (const [name, version] of Object.entries(project.dependencies))
      expect(listed).to.include(`pkg:npm/${name}@${version}`);
    await docker.succeed("rm", container);
  });

  it("knows its command line", async () => {
    expect(await docker.succeed("run", "--rm", ...CONFINED, IMAGE, "--version")).to.equal(project.version);
    const { code, stderr } = await docker.run("run", "--rm", ...CONFINED, "--env", "EVENTBUS_LOG_LEVEL=loud", IMAGE);
    expect(code).to.equal(2);
    expect(stderr).to.include("EVENTBUS_LOG_LEVEL");
  });

  it("confined as in the cluster it makes a topic real, and on SIGTERM gives up its lease and ends with 0", async () => {
    const settings = {
      KUBECONFIG: "/kube/config",
      EVENTBUS_BUS_SELECTOR: `test=${operator.id}`,
      EVENTBUS_WATCH_NAMESPACES: operator.id,
      EVENTBUS_METRICS_ADDRESS: "0",
    };
    const env = Object.entries(settings).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
    await kubeconfig();
    const mount = ["--volume", `${folder}:/kube:ro`];
    const container = await docker.succeed("run", "--detach", ...CONFINED, ...mount, ...env, IMAGE);
    try {
      await operator.createTopic("by-image");
      await eventually(() => operator.topic("by-image"), ready("True", "Created"));
      const before = performance.now();
      await docker.succeed("stop", "--time", "30", container);
      console.log(`      stopped in ${((performance.now() - before) / 1_000).toFixed(1)} s`);
      expect(
        await docker.succeed("inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", container),
      ).to.equal("0 false");
      expect((await docker.run("logs", container)).stderr).to.include('"message":"Stopped"');
      const lease = "/apis/coordination.k8s.io/v1/namespaces/event-bus-system/leases/event-bus-operator";
      const { body } = await operator.controlPlane.request<{ spec: { holderIdentity: string } }>("GET", lease);
      expect(body.spec.holderIdentity).to.equal("");
    } finally {
      await docker.succeed("rm", "--force", container);
    }
  });
}).timeout(120_000);
