import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { KubernetesError } from "../../../src/kubernetes/resources.ts";
import { Reflector, type ReflectorOptions } from "../../../src/runtime/reflector.ts";
import { ObjectStore } from "../../../src/runtime/store.ts";
import { createMetrics } from "../../../src/telemetry/prometheus-metrics.ts";
import { FakeClock, settle } from "../../fakes/fake-clock.ts";
import { InMemoryKubernetes } from "../../fakes/in-memory-kubernetes.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { WIDGET, type Widget } from "../../fakes/widget.ts";

const MINUTE_MS = 60_000;

const key = (name: string): { namespace: string; name: string } => ({ namespace: "default", name });

describe("Reflector", () => {
  let clock: FakeClock;
  let kubernetes: InMemoryKubernetes<Widget>;
  let store: ObjectStore<Widget>;
  let log: RecordingLogger;
  let metrics: ReturnType<typeof createMetrics>;
  let stop: AbortController;
  let reflector: Reflector<Widget>;

  beforeEach(() => {
    clock = new FakeClock();
    kubernetes = new InMemoryKubernetes<Widget>(WIDGET, clock);
    store = new ObjectStore<Widget>({ onListenerError: (error) => expect.fail(String(error)) });
    log = new RecordingLogger();
    metrics = createMetrics({ withProcessMetrics: false });
    stop = new AbortController();
  });
  afterEach(async () => {
    stop.abort();
    await settle();
    expect(clock.pendingTimers, "timers left behind").to.equal(0);
  });

  const start = async (options: Partial<ReflectorOptions<Widget>> = {}): Promise<void> => {
    reflector = new Reflector({
      name: "widgets",
      source: kubernetes,
      feed: store.feed(),
      clock,
      log,
      metrics: metrics.reflector("widgets"),
      random: () => 0,
      ...options,
    });
    void reflector.run(stop.signal);
    await settle();
  };
  const refuse = (code: number, reason: string, count = Infinity, verb?: string): void => {
    let left = count;
    kubernetes.before = (asked) => {
      if ((verb === undefined || asked === verb) && left-- > 0) throw new KubernetesError(code, reason, "made up");
    };
  };
  const count = (verb: string): number => kubernetes.requests.filter((request) => request === verb).length;
  const names = (): string[] => store.list().map(({ metadata }) => metadata.name);
  const metric = async (name: string, reason?: string): Promise<number> => {
    const { values } = (await metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    const wanted = values.filter(
      ({ labels }) => reason === undefined || (labels as { reason?: string }).reason === reason,
    );
    return wanted.reduce((sum, { value }) => sum + value, 0);
  };

  it("lists and watches in one stream, and then only watches", async () => {
    kubernetes.create("a", { size: 1 });
    await start();
    expect([reflector.hasSynced, names()]).to.deep.equal([true, ["a"]]);
    kubernetes.create("b", { size: 1 });
    kubernetes.remove(key("a"));
    await settle();
    expect(names()).to.deep.equal(["b"]);
    await clock.advance(10 * MINUTE_MS);
    expect(count("list")).to.equal(0);
    expect(await metric("reflector_lists_total")).to.equal(1);
    expect(await metric("reflector_missed_events_total")).to.equal(0);
  });

  it("stays current through an hour of quiet while its kind moves on elsewhere, without a list", async () => {
    kubernetes.create("a", { size: 1 });
    await start({ selection: { fieldSelector: "metadata.name=a" }, timing: { relistEveryMs: 0 } });
    for (let minute = 0; minute < 60; minute += 1) {
      kubernetes.create(`other-${minute}`, { size: 1 });
      await clock.advance(MINUTE_MS);
      // Only who moves on with the bookmarks survives this.
      kubernetes.forgetHistory();
    }
    kubernetes.edit(key("a"), { size: 2 });
    await settle();
    expect(store.get("default/a")?.spec.size).to.equal(2);
    expect(await metric("reflector_lists_total")).to.equal(1);
  });

  it("asks again with growing waits while it is refused, and syncs when it is not", async () => {
    refuse(500, "InternalError");
    await start();
    await clock.advance(5 * MINUTE_MS);
    const asked = count("watch") + count("list");
    expect(asked).to.be.within(15, 40);
    expect(reflector.hasSynced).to.equal(false);
    kubernetes.before = () => {};
    await clock.advance(20_000);
    expect(reflector.hasSynced).to.equal(true);
  });

  it("waits as long as the server asks it to", async () => {
    await start();
    let left = 1;
    kubernetes.before = () => {
      if (left-- > 0) throw new KubernetesError(429, "TooManyRequests", "made up", { retryAfterMs: 25_000 });
    };
    await clock.advance(45_000);
    const asked = count("watch");
    await clock.advance(24_900);
    expect(count("watch")).to.equal(asked);
    await clock.advance(200);
    expect(count("watch")).to.equal(asked + 1);
  });

  it("takes pages where initial events are not offered", async () => {
    kubernetes.create("a", { size: 1 });
    refuse(400, "BadRequest", 1, "watch");
    await start();
    await clock.advance(1_000);
    expect([names(), count("list")]).to.deep.equal([["a"], 1]);
  });

  it("takes pages, after a wait, where a stream ends before all of its initial events", async () => {
    kubernetes.create("a", { size: 1 });
    let streams = 0;
    await start({
      source: {
        type: WIDGET,
        list: (selection, call) => kubernetes.list(selection, call),
        async *watch(selection, options) {
          streams += 1;
          // Without a wait this would go on for ever, and nothing else would get a turn.
          if (streams > 20) stop.abort();
          if (options.sendInitialEvents !== true) yield* kubernetes.watch(selection, options);
        },
      },
    });
    expect([streams, reflector.hasSynced], "it does not ask again at once").to.deep.equal([1, false]);
    await clock.advance(1_000);
    expect([names(), count("list")]).to.deep.equal([["a"], 1]);
  });

  it("lists anew when its version has expired, and counts what no watch had told", async () => {
    kubernetes.create("a", { size: 1 });
    kubernetes.create("b", { size: 1 });
    await start();
    refuse(0, "Unreachable");
    await clock.advance(MINUTE_MS);
    kubernetes.remove(key("a"));
    kubernetes.create("c", { size: 1 });
    kubernetes.forgetHistory();
    kubernetes.before = () => {};
    const asked = count("watch");
    await clock.advance(MINUTE_MS);
    expect(names()).to.have.members(["b", "c"]);
    expect(count("watch") - asked, "one refused, one with initial events, and what follows").to.be.at.most(3);
    expect(await metric("reflector_lists_total", "expired")).to.equal(1);
    expect(await metric("reflector_missed_events_total")).to.equal(2);
    expect(log.messages("warn")).to.include("Listed, and found changes that no watch had told");
  });

  it("does not list again for trouble that a list would not mend", async () => {
    await start();
    for (const [code, reason] of [
      [0, "Unreachable"],
      [401, "Unauthorized"],
      [403, "Forbidden"],
      [429, "TooManyRequests"],
      [503, "ServiceUnavailable"],
    ] as const) {
      refuse(code, reason, 20, "watch");
      await clock.advance(10 * MINUTE_MS);
    }
    expect(await metric("reflector_lists_total")).to.equal(1);
  });

  it("lists again when the same watch is refused again and again", async () => {
    await start({ timing: { relistEveryMs: 0 } });
    refuse(500, "InternalError", 5, "watch");
    await clock.advance(5 * MINUTE_MS);
    expect(await metric("reflector_lists_total")).to.equal(2);
  });

  it("lists once an hour, so that an event lost on the way is found, and says so", async () => {
    kubernetes.create("a", { size: 1 });
    await start();
    kubernetes.lostNames.add("a");
    kubernetes.edit(key("a"), { size: 2 });
    await clock.advance(MINUTE_MS);
    expect(store.get("default/a")?.spec.size).to.equal(1);
    await clock.advance(60 * MINUTE_MS);
    expect(store.get("default/a")?.spec.size).to.equal(2);
    expect(await metric("reflector_missed_events_total")).to.equal(1);
    expect(log.messages("warn")).to.deep.equal(["Listed, and found changes that no watch had told"]);
  });

  it("refuses a list from behind what it has seen, keeps what it holds, and falls silent for liveness", async () => {
    const restored = new InMemoryKubernetes<Widget>(WIDGET, clock);
    restored.before = (verb) => {
      if (verb === "watch") throw new KubernetesError(410, "Expired", "made up");
    };
    let current = kubernetes;
    await start({
      source: {
        type: WIDGET,
        list: (selection, call) => current.list(selection, call),
        watch: (selection, options) => current.watch(selection, options),
      },
    });
    for (const name of ["a", "b"]) kubernetes.create(name, { size: 1 });
    await settle();
    current = restored;
    await clock.advance(10 * MINUTE_MS);
    expect(names()).to.have.members(["a", "b"]);
    expect(reflector.quietForMs()).to.be.greaterThan(8 * MINUTE_MS);
    for (const name of ["c", "d", "e"]) restored.create(name, { size: 1 });
    await clock.advance(MINUTE_MS);
    expect(names(), "its version has passed ours").to.have.members(["c", "d", "e"]);
  });

  it("takes an optional kind that is unknown for empty, and finds it when it comes", async () => {
    refuse(404, "NotFound");
    await start({ isOptional: true });
    await clock.advance(2_000);
    expect(reflector.hasSynced).to.equal(true);
    kubernetes.create("a", { size: 1 });
    const asked = kubernetes.requests.length;
    await clock.advance(5 * MINUTE_MS);
    expect(kubernetes.requests.length - asked, "requests in five minutes").to.be.at.most(25);
    kubernetes.before = () => {};
    await clock.advance(2 * MINUTE_MS);
    expect(names()).to.deep.equal(["a"]);
    expect(await metric("reflector_missed_events_total")).to.equal(0);
  });

  it("holds nobody up for an optional kind that is forbidden, and finds it once it is permitted", async () => {
    refuse(403, "Forbidden");
    await start({ isOptional: true });
    await clock.advance(2_000);
    expect(reflector.hasSynced).to.equal(true);
    expect(store.hasSynced, "what there is, is not known").to.equal(false);
    kubernetes.create("a", { size: 1 });
    kubernetes.before = () => {};
    await clock.advance(MINUTE_MS);
    expect(store.hasSynced).to.equal(true);
    expect(names()).to.deep.equal(["a"]);
  });

  it("does not take a kind that is needed for empty, nor go on without it where it is forbidden", async () => {
    refuse(403, "Forbidden");
    await start();
    await clock.advance(5 * MINUTE_MS);
    expect(reflector.hasSynced).to.equal(false);
  });

  it("does not take a kind that is needed for empty", async () => {
    refuse(404, "NotFound");
    await start();
    await clock.advance(5 * MINUTE_MS);
    expect(reflector.hasSynced).to.equal(false);
  });

  it("is never quiet for long while it is answered or refused", async () => {
    await start();
    await clock.advance(5 * MINUTE_MS);
    expect(reflector.quietForMs()).to.be.at.most(45_000);
    refuse(500, "InternalError");
    await clock.advance(5 * MINUTE_MS);
    expect(reflector.quietForMs()).to.be.at.most(45_000);
  });

  it("is quiet when a request neither ends nor fails", async () => {
    await start();
    kubernetes.before = () => new Promise(() => {});
    await clock.advance(10 * MINUTE_MS);
    expect(reflector.quietForMs()).to.be.greaterThan(9 * MINUTE_MS);
  });
});
