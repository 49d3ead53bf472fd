// One admin a bus and version: when it serves, when it is replaced, and how the old one leaves.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { Call, KafkaAdmin } from "../../../src/kafka/admin.ts";
import { Clusters } from "../../../src/kafka/clusters.ts";
import type { ConnectionSettings } from "../../../src/kafka/model/connection.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { InMemoryKafka } from "../../fakes/in-memory-kafka/in-memory-kafka.ts";

const settings: ConnectionSettings = { bootstrapServers: ["kafka:9092"], security: { protocol: "PLAINTEXT" } };
const call: Call = { signal: new AbortController().signal, deadlineMs: 10_000, priority: "live" };

describe("The clusters of the buses", () => {
  let clock: FakeClock;
  let kafka: InMemoryKafka;
  let clusters: Clusters;
  let connected: { readonly bus: string; readonly admin: KafkaAdmin; isClosed: boolean }[];

  beforeEach(() => {
    clock = new FakeClock();
    kafka = new InMemoryKafka({ clock });
    connected = [];
    clusters = new Clusters({
      clock,
      connect: (bus) => {
        const target = kafka.admin();
        const close = target.close.bind(target);
        const entry = { bus, admin: target, isClosed: false };
        target.close = async () => {
          entry.isClosed = true;
          await close();
        };
        connected.push(entry);
        return target;
      },
    });
  });

  const open = (version: string): Promise<unknown> => clusters.open("a", version, settings, call);
  const closed = (): readonly boolean[] => connected.map(({ isClosed }) => isClosed);

  it("tell of a connection what programs may know, and no secret", async () => {
    const tls = { certificateAuthorities: ["PEM"], clientCertificate: { certificate: "C", privateKey: "hunter2" } };
    const sasl = { mechanism: "SCRAM-SHA-512", username: "u", password: "hunter2" } as const;
    const secured = { bootstrapServers: ["kafka:9093"], security: { protocol: "SASL_SSL", tls, sasl } } as const;
    await clusters.open("a", "1", secured, call);
    expect(clusters.get("a")?.connection).to.deep.equal({
      bootstrapServers: ["kafka:9093"],
      protocol: "SASL_SSL",
      mechanism: "SCRAM-SHA-512",
      certificateAuthorities: ["PEM"],
    });
  });

  it("serve a bus from the moment its cluster has answered", async () => {
    const opening = clusters.open("a", "1", settings, call);
    expect(clusters.get("a")).to.equal(undefined);
    const answer = await opening;
    expect(answer.status === "ok" && answer.value.id).to.equal(kafka.clusterId);
    expect(clusters.get("a")).to.include({ version: "1" });
    expect(clusters.get("b")).to.equal(undefined);
  });

  it("connect once for all who ask for the same at the same time, and not again for what serves", async () => {
    await Promise.all([clusters.open("a", "1", settings, call), clusters.open("a", "1", settings, call)]);
    const requests = kafka.requestCount();
    expect((await clusters.open("a", "1", settings, call)).status).to.equal("ok");
    expect([connected.length, kafka.requestCount()]).to.deep.equal([1, requests]);
  });

  it("keep the old connection until the new one works, however often that fails", async () => {
    await clusters.open("a", "1", settings, call);
    const old = clusters.get("a")?.admin;
    kafka.network = "refused";
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await clusters.open("a", "2", settings, call)).status).to.equal("failed");
      await clock.advance(1000);
    }
    expect(clusters.get("a")).to.include({ version: "1", admin: old });
    expect(closed()).to.deep.equal([false, false]);
    kafka.network = "up";
    expect((await clusters.open("a", "2", settings, call)).status).to.equal("ok");
    expect(clusters.get("a")?.version).to.equal("2");
  });

  it("try what failed at most once a second, and something new at once", async () => {
    kafka.network = "refused";
    const first = await open("1");
    const requests = kafka.requestCount();
    expect(await open("1")).to.equal(first);
    await clock.advance(999);
    await open("1");
    expect(kafka.requestCount()).to.equal(requests);
    await open("2");
    expect(kafka.requestCount()).to.equal(2 * requests);
    await clock.advance(1000);
    await open("2");
    expect(kafka.requestCount()).to.equal(3 * requests);
  });

  it("try again what failed over the same admin, which knows what it has tried, and close it for other settings", async () => {
    kafka.network = "refused";
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await clusters.open("a", "1", settings, call);
      await clock.advance(1000);
    }
    expect(closed()).to.deep.equal([false]);
    await clusters.open("a", "2", settings, call);
    expect(closed()).to.deep.equal([true, false]);
    await clusters.close("a");
    expect(closed()).to.deep.equal([true, true]);
  });

  it("try again at once for another caller when the first one gave up", async () => {
    kafka.network = "hanging";
    const stop = new AbortController();
    const first = clusters.open("a", "1", settings, { ...call, signal: stop.signal });
    await clock.advance(0);
    stop.abort();
    expect((await first).status).not.to.equal("ok");
    kafka.network = "up";
    expect((await clusters.open("a", "1", settings, call)).status).to.equal("ok");
  });

  it("let work in flight on a replaced connection finish, then close it", async () => {
    await clusters.open("a", "1", settings, call);
    const old = clusters.get("a")?.admin;
    kafka.network = "hanging";
    const underWay = old?.listTopics({ ...call, deadlineMs: 60_000 });
    await clock.advance(0);
    kafka.network = "up";
    await clusters.open("a", "2", settings, call);
    await clock.advance(59_000);
    expect(closed()).to.deep.equal([false, false]);
    await clock.advance(1000);
    expect((await underWay)?.status).to.equal("failed");
    await clock.advance(4999);
    expect((await old?.describeTopic({ name: "t" }, call))?.status).to.equal("failed");
    await clock.advance(4999);
    expect(closed()).to.deep.equal([false, false]);
    await clock.advance(1);
    expect(closed()).to.deep.equal([true, false]);
    expect((await old?.describeTopic({ name: "t" }, call))?.status).to.equal("notSent");
  });

  it("give up an attempt that was overtaken", async () => {
    const first = clusters.open("a", "1", settings, call);
    const second = clusters.open("a", "2", settings, call);
    expect((await first).status).to.equal("notSent");
    expect((await second).status).to.equal("ok");
    expect(clusters.get("a")?.version).to.equal("2");
    expect(closed()).to.deep.equal([true, false]);
  });

  it("end at once when a bus is closed, with what is still connecting", async () => {
    await clusters.open("a", "1", settings, call);
    await clusters.open("b", "1", settings, call);
    const connecting = clusters.open("c", "1", settings, call);
    await clusters.close("a");
    await clusters.close("c");
    expect((await connecting).status).to.equal("notSent");
    expect([clusters.get("a"), clusters.get("c")]).to.deep.equal([undefined, undefined]);
    expect(clusters.get("b")).to.not.equal(undefined);
    await clusters.open("b", "2", settings, call);
    await clusters.closeAll();
    expect(closed().every((isClosed) => isClosed)).to.equal(true);
    expect(clock.pendingTimers).to.equal(0);
  });
});
