// The operator as a process, for long, while topics come, change and go and its connections break: what it holds on to
// does not grow. SOAK_MINUTES sets how long (default 5); the figures are printed.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { seededRandom } from "../fakes/seeded-random.ts";
import { ApiProxy, type RequestFault } from "../faults/api-proxy.ts";
import type { Holdings } from "./soak-probe.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const MINUTES = Number(process.env["SOAK_MINUTES"] ?? 5);
const SAMPLES = 16;
const TOPICS = 40;
const BETWEEN_ACTS_MS = 100;
const ACCOUNT = ["event-bus-system", "event-bus-operator"] as const;

/** How much more may be held at the end than after the first quarter: what a quiet process varies by itself. */
const TOLERANCE: Readonly<Record<keyof Holdings, (this: void, before: number) => number>> = {
  heapMb: (before) => before * 1.1 + 3,
  // Not given back by the allocator: only a bound for runaway growth.
  rssMb: (before) => before * 1.3 + 20,
  timers: (before) => before + 10,
  descriptors: (before) => before + 8,
  eventLoopP99Ms: (before) => before * 2 + 50,
};

describe("Through long churn and faults, the operator", function () {
  this.timeout((MINUTES + 5) * 60_000);
  let world: OperatorUnderTest;
  let proxy: ApiProxy;
  let folder: string;
  let child: ChildProcess;
  let errors: Promise<string>;
  const random = seededRandom(1);
  const acts = { edits: 0, recreations: 0, faults: 0 };

  before(async () => {
    // Only for its objects: it is the process that reconciles them.
    world = await startOperatorUnderTest({
      bus: { profile: "Development", namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] },
    });
    await world.stop();
    const controlPlane = await environment().controlPlane();
    proxy = await ApiProxy.start(controlPlane.url, controlPlane.caPem);
    folder = await mkdtemp(join(tmpdir(), "soak-"));
    await rotateToken();
    const kubeconfig = join(folder, "kubeconfig");
    const config = {
      clusters: [{ name: "c", cluster: { server: proxy.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { tokenFile: "token" } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: ACCOUNT[0] } }],
      "current-context": "x",
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    child = spawn(
      process.execPath,
      ["--import", pathToFileURL(join(ROOT, "test/long/soak-probe.ts")).href, join(ROOT, "src/main.ts")],
      {
        env: {
          PATH: process.env["PATH"],
          KUBECONFIG: kubeconfig,
          EVENTBUS_BUS_SELECTOR: `test=${world.id}`,
          EVENTBUS_WATCH_NAMESPACES: world.id,
          EVENTBUS_METRICS_ADDRESS: "0",
          EVENTBUS_LOG_LEVEL: "warn",
        },
        stdio: ["ignore", "inherit", "pipe", "ipc"],
      },
    );
    errors = child.stderr === null ? Promise.resolve("") : text(child.stderr);
    for (let index = 0; index < TOPICS; index += 1) await create(index);
    await expectSettled();
  });
  after(async () => {
    child.kill("SIGKILL");
    await proxy.stop();
    await rm(folder, { recursive: true });
  });

  const rotateToken = async (): Promise<void> => {
    await writeFile(join(folder, "token"), await (await environment().controlPlane()).token(...ACCOUNT));
  };
  const create = async (index: number): Promise<void> => {
    await world.createTopic(`soak-${index}`, { deletionPolicy: "Delete", config: { "flush.ms": 1 } });
  };
  const topics = async (): Promise<readonly EventTopic[]> => {
    const path = `/apis/eventbus.dev/v1alpha1/namespaces/${world.id}/eventtopics`;
    return (await world.controlPlane.request<{ readonly items: readonly EventTopic[] }>("GET", path)).body.items;
  };
  const expectSettled = async (): Promise<void> => {
    await eventually(
      topics,
      (items) => {
        expect(items).to.have.length(TOPICS);
        for (const { metadata, status } of items) {
          expect(status?.observedGeneration, metadata.name).to.equal(metadata.generation);
          expect(status?.conditions?.[0]?.status, metadata.name).to.equal("True");
        }
      },
      120_000,
    );
  };
  const recreate = async (index: number): Promise<void> => {
    await world.deleteTopic(`soak-${index}`);
    await eventually(topics, (items) => expect(items).to.have.length(TOPICS - 1), 60_000);
    await create(index);
  };
  const someFault = async (): Promise<void> => {
    const refusals: readonly RequestFault[] = [
      { kind: "reset" },
      { kind: "lose-answer" },
      { kind: "answer", status: 409, reason: "Conflict" },
      { kind: "answer", status: 429, reason: "TooManyRequests", headers: { "retry-after": "1" } },
      { kind: "answer", status: 500, reason: "InternalError" },
    ];
    const refusal = random.pick(refusals);
    const dice = random.below(4);
    if (dice === 0) proxy.strike({ kind: "reset" });
    else if (dice === 1) proxy.strike({ kind: "error-event", code: 410, reason: "Expired" });
    else if (dice === 2) await rotateToken();
    else {
      proxy.faultFor = ({ method }) => {
        if (method !== "PATCH") return undefined;
        proxy.faultFor = () => undefined;
        return refusal;
      };
    }
  };
  const act = async (): Promise<void> => {
    const index = random.below(TOPICS);
    const dice = random.below(20);
    if (dice === 0) {
      acts.faults += 1;
      await someFault();
    } else if (dice < 3) {
      acts.recreations += 1;
      await recreate(index);
    } else {
      acts.edits += 1;
      await world.patchTopic(`soak-${index}`, { spec: { config: { "flush.ms": 1 + random.below(1_000) } } });
    }
  };
  const holdings = async (): Promise<Holdings> => {
    const answer = once(child, "message");
    child.send("report");
    return ((await answer) as [Holdings])[0];
  };

  it("holds no more memory, timers, sockets than before, keeps its event loop free, and ends by itself", async () => {
    const samples: Holdings[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const end = performance.now() + (MINUTES * 60_000) / SAMPLES;
      while (performance.now() < end) {
        await act();
        await sleep(BETWEEN_ACTS_MS);
      }
      proxy.faultFor = () => undefined;
      await expectSettled();
      samples.push(await holdings());
    }
    console.log(acts);
    console.table(samples);
    const quarter = SAMPLES / 4;
    const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
    for (const [name, mostAfter] of Object.entries(TOLERANCE)) {
      const [before, now] = [early, late].map((of) => median(of.map((held) => held[name as keyof Holdings])));
      expect(now, name).to.be.at.most(mostAfter(before ?? 0));
    }
    expect(child.exitCode, "it is still the first process").to.equal(null);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).to.deep.equal([0, null]);
    expect(await errors)
      .not.to.include("keeps the stopped process alive")
      .and.not.to.include("this is a bug");
  });
});

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
