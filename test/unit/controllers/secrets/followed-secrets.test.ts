import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import type { CustomResource } from "../../../../src/api/custom-resource.ts";
import { FollowedSecrets } from "../../../../src/controllers/secrets/followed-secrets.ts";
import { SECRET, type Secret } from "../../../../src/controllers/secrets/secret.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { createMetrics } from "../../../../src/telemetry/prometheus-metrics.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { InMemoryKubernetes } from "../../../fakes/in-memory-kubernetes.ts";
import { RecordingLogger } from "../../../fakes/recording-logger.ts";

type StoredSecret = Secret & CustomResource<unknown>;

const HERE = "secrets";
const KEY = { namespace: HERE, name: "a" };
const call = { signal: new AbortController().signal };

describe("FollowedSecrets", () => {
  let clock: FakeClock;
  let kubernetes: InMemoryKubernetes<StoredSecret>;
  let followed: FollowedSecrets;
  let log: RecordingLogger;
  let woken: string[];

  beforeEach(() => {
    clock = new FakeClock();
    kubernetes = new InMemoryKubernetes<StoredSecret>(SECRET, clock);
    log = new RecordingLogger();
    woken = [];
    followed = new FollowedSecrets({
      resources: kubernetes,
      namespaces: new Set([HERE]),
      clock,
      log,
      metrics: createMetrics({ withProcessMetrics: false }).reflector("secrets"),
      onListenerError: (error) => expect.fail(String(error)),
    });
    followed.wakes((keys) => woken.push(...keys));
  });
  afterEach(async () => {
    followed.stop();
    await settle();
    expect(clock.pendingTimers, "timers left behind").to.equal(0);
  });

  async function store(
    data: Record<string, string>,
    { annotations = {}, namespace = HERE, name = "a" } = {},
  ): Promise<void> {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
    const metadata = { namespace, name, annotations };
    const secret = { apiVersion: "v1", kind: "Secret", metadata, data: Object.fromEntries(encoded) as object };
    const held = await kubernetes.get(metadata, call);
    if (held === undefined) await kubernetes.createOwned(secret, call);
    else await kubernetes.replaceOwned(secret, { ...metadata, ...held.metadata, namespace }, call);
    await settle();
  }
  const count = (verb: string): number =>
    kubernetes.requests.filter((request) => request.split(" ")[0] === verb).length;
  const use = async (user: string, ...names: readonly string[]): Promise<void> => {
    followed.use(
      user,
      names.map((name) => ({ namespace: HERE, name })),
    );
    await settle();
  };

  it("wakes who uses a Secret when its data change, when it goes and when it comes, and nobody else", async () => {
    await use("one", "a");
    await use("other", "b");
    await store({ password: "old" });
    expect(woken.splice(0), "it came").to.deep.equal(["one"]);
    await store({ password: "new" });
    expect(woken.splice(0), "it changed").to.deep.equal(["one"]);
    await store({ password: "new" }, { annotations: { note: "x" } });
    expect(woken.splice(0), "only its metadata changed").to.deep.equal([]);
    kubernetes.remove(KEY);
    await settle();
    expect(woken.splice(0), "it went").to.deep.equal(["one"]);
    expect(followed.digest(KEY)).to.equal(undefined);
  });

  it("keeps one watch a Secret, however many use it, until the last of them uses it no longer", async () => {
    await store({ password: "x" });
    await use("one", "a");
    await use("other", "a");
    expect(count("watch")).to.equal(1);
    await use("one");
    woken.length = 0;
    await store({ password: "y" });
    expect(woken.splice(0)).to.deep.equal(["other"]);
    await use("other");
    await store({ password: "z" });
    expect(woken).to.deep.equal([]);
    expect(followed.digest(KEY)).to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("goes on watching what is still used when the list of it changes", async () => {
    await use("one", "a");
    await use("one", "b", "a");
    await use("one", "a");
    expect(count("watch")).to.equal(2);
    await store({ password: "x" });
    expect(woken).to.deep.equal(["one"]);
  });

  it("keeps a digest, and hands values out only to whoever reads", async () => {
    await use("one", "a");
    await store({ password: "right-horse" }, { annotations: { "last-applied": "right-horse" } });
    const digest = followed.digest(KEY);
    expect(digest).to.match(/^[0-9a-f]{64}$/);
    const reading = await followed.read(KEY, call);
    expect(reading).to.deep.equal({ kind: "content", digest, content: new Map([["password", "right-horse"]]) });
    expect(JSON.stringify(log.lines)).to.not.include("horse");
  });

  it("tells an absent Secret and a missing right apart, and neither from an answer that did not come", async () => {
    expect(await followed.read(KEY, call)).to.deep.equal({ kind: "absent" });
    kubernetes.before = () => {
      throw new KubernetesError(403, "Forbidden", "no");
    };
    const denied = await followed.read(KEY, call);
    expect(denied.kind === "denied" && denied.why).to.include('may not read Secret "a" in namespace "secrets"');
    kubernetes.before = () => {
      throw new KubernetesError(0, "Unreachable", "no");
    };
    const thrown = await followed.read(KEY, call).catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(KubernetesError);
  });

  it("neither reads nor watches in any other namespace", async () => {
    const foreign = { namespace: "elsewhere", name: "a" };
    await store({ password: "x" }, { namespace: "elsewhere" });
    kubernetes.requests.length = 0;
    followed.use("one", [foreign]);
    const reading = await followed.read(foreign, call);
    expect(reading.kind === "denied" && reading.why).to.include('not read in namespace "elsewhere"');
    expect(kubernetes.requests).to.deep.equal([]);
  });
});
