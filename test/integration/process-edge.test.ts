import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { findFreePorts } from "../environment/free-ports.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const ROOT = join(import.meta.dirname, "..", "..");

describe("The operator as a process", () => {
  const children: ChildProcess[] = [];
  let operator: OperatorUnderTest;

  before(async function () {
    this.timeout(60_000);
    // Only for its objects: it is the process that reconciles them.
    operator = await startOperatorUnderTest();
    await operator.stop();
  });
  after(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  function run(environmentOf: Readonly<Record<string, string>>, ...args: string[]) {
    const { PATH } = process.env;
    const child = spawn(process.execPath, [join(ROOT, "src/main.ts"), ...args], { env: { PATH, ...environmentOf } });
    children.push(child);
    const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    return { child, ended, stdout: text(child.stdout), stderr: text(child.stderr) };
  }

  async function settings(): Promise<Record<string, string>> {
    const controlPlane = await environment().controlPlane();
    return {
      KUBECONFIG: await controlPlane.kubeconfigForServiceAccount("event-bus-system", "event-bus-operator"),
      EVENTBUS_BUS_SELECTOR: `test=${operator.id}`,
      EVENTBUS_WATCH_NAMESPACES: operator.id,
      EVENTBUS_METRICS_ADDRESS: "0",
    };
  }

  it("tells its settings with --help", async () => {
    const { ended, stdout } = run({}, "operator", "--help");
    expect(await ended).to.deep.equal([0, null]);
    expect(await stdout).to.include("EVENTBUS_WATCH_NAMESPACES");
  });

  it("reports all wrong settings at once and exits with 2", async () => {
    const { ended, stderr } = run({ EVENTBUS_LOG_LEVEL: "loud", EVENTBUS_LEADER_ELECTION: "maybe" });
    expect(await ended).to.deep.equal([2, null]);
    expect(await stderr)
      .to.include("EVENTBUS_LOG_LEVEL")
      .and.include("EVENTBUS_LEADER_ELECTION");
  });

  it("exits with 1 and says why when it finds no cluster", async () => {
    const { ended, stderr } = run({ KUBECONFIG: "/does/not/exist" });
    expect(await ended).to.deep.equal([1, null]);
    expect(await stderr).to.include("Cannot start");
  });

  it("goes on trying to reach the API server, and ends with 0 when told to stop meanwhile", async () => {
    const [port = 0] = await findFreePorts(1);
    const { KUBECONFIG = "" } = await settings();
    const config = JSON.parse(await readFile(KUBECONFIG, "utf8")) as object;
    const clusters = [{ name: "test", cluster: { server: `https://127.0.0.1:${port}` } }];
    await writeFile(`${KUBECONFIG}-nowhere`, JSON.stringify({ ...config, clusters }));
    const { child, ended, stderr } = run({ KUBECONFIG: `${KUBECONFIG}-nowhere`, EVENTBUS_METRICS_ADDRESS: "0" });
    // Each kind is tried, refused, and tried again.
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    await eventually(
      () => said,
      (text) => expect(text.match(/"failures":2/g) ?? []).to.have.length.above(0),
    );
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
    expect(await stderr).to.not.include("unsettled");
  });

  it("elects itself, reconciles, and on SIGTERM lets go of the lease and exits with 0", async () => {
    const { child, ended, stderr } = run(await settings());
    await operator.createTopic("by-process");
    await eventually(() => operator.topic("by-process"), ready("True", "Created"));
    const lease = "/apis/coordination.k8s.io/v1/namespaces/event-bus-system/leases/event-bus-operator";
    const holderOf = async (): Promise<string> =>
      (await operator.controlPlane.request<{ readonly spec: { readonly holderIdentity: string } }>("GET", lease)).body
        .spec.holderIdentity;
    expect(await holderOf()).not.to.equal("");
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
    expect(await holderOf()).to.equal("");
    expect(await stderr)
      .to.include('"message":"Stopped"')
      .and.not.include("keeps the stopped process alive");
  });

  it("lets a second one wait until the first is gone", async () => {
    const first = run(await settings());
    await operator.createTopic("led");
    await eventually(() => operator.topic("led"), ready("True", "Created"));
    const [port = 0] = await findFreePorts(1);
    const second = run({ ...(await settings()), EVENTBUS_METRICS_ADDRESS: `127.0.0.1:${port}` });
    const get = async (path: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${answer.status} ${await answer.text()}`;
    };
    await eventually(
      () => get("/readyz").catch(String),
      (answer) => expect(answer, "readiness does not depend on leadership").to.equal("200 [+] caches ok\nok\n"),
    );
    expect(await get("/healthz")).to.equal("200 [+] event-loop ok\n[+] watches ok\nok\n");
    expect(await get("/metrics")).to.include('leader_election_master_status{name="event-bus-operator"} 0');
    first.child.kill("SIGTERM");
    await first.ended;
    await operator.createTopic("taken-over");
    await eventually(() => operator.topic("taken-over"), ready("True", "Created"));
    expect(await get("/metrics")).to.include('leader_election_master_status{name="event-bus-operator"} 1');
    const watches = (await operator.controlPlane.auditedRequests()).filter(
      ({ resource, verb, namespace }) => resource === "leases" && verb === "watch" && namespace === "event-bus-system",
    );
    expect(
      watches.map(({ code }) => code),
      "the Role that names the one lease is enough to wait by it",
    ).to.include(200);
    second.child.kill("SIGINT");
    expect(await second.ended).to.deep.equal([0, null]);
  });
});
