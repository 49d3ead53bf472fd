// Which broker is asked: the bootstrap list, the one that serves, those that fail, and another cluster behind an address.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { addressText, type BrokerAddress } from "../../../../src/kafka/platformatic/address.ts";
import { Connector } from "../../../../src/kafka/platformatic/connector.ts";
import { Router } from "../../../../src/kafka/platformatic/router.ts";
import { WireError } from "../../../../src/kafka/platformatic/wire-error.ts";
import type { Wire, WireOptions } from "../../../../src/kafka/platformatic/wire.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { type FakeWire, fakeWire } from "./fake-operation.ts";

const brokers: readonly BrokerAddress[] = [1, 2, 3].map((id) => ({ id, host: `broker-${id}`, port: 9092 }));

function refused(address: string): WireError {
  return new WireError({ kind: "unreachable", name: "ECONNREFUSED", message: `no ${address}` }, "notWritten");
}

describe("A router", () => {
  let clock: FakeClock;
  /** What happens at each address: a wire, a refusal, or silence. */
  let world: Map<string, "up" | "down" | "silent">;
  let advertised: readonly BrokerAddress[];
  let clusterId: string;
  let opened: { readonly address: string; readonly wire: FakeWire }[];

  beforeEach(() => {
    clock = new FakeClock();
    world = new Map([...brokers.map((broker) => [addressText(broker), "up"] as const), ["lb:9092", "up"]]);
    advertised = brokers;
    clusterId = "C";
    opened = [];
  });

  async function open({ address, brokerId }: WireOptions, signal?: AbortSignal): Promise<Wire> {
    const state = world.get(addressText(address)) ?? "down";
    if (state === "silent") {
      await new Promise<never>((_, reject) => {
        const giveUp = (): void => reject(refused(addressText(address)));
        signal?.addEventListener("abort", giveUp);
        clock.after(5000, giveUp);
      });
    }
    if (state === "down") throw refused(addressText(address));
    const wire = { ...fakeWire(clusterId), address, brokerId, brokers: advertised };
    opened.push({ address: addressText(address), wire });
    return wire;
  }

  function router(...bootstrap: string[]): Router {
    const connector = new Connector({
      security: { protocol: "PLAINTEXT" },
      clientId: "test",
      clock,
      handshakeTimeoutMs: 5000,
      observer: {},
      pauseMs: 1000,
      open,
    });
    return new Router({
      bootstrapServers: bootstrap.map((host) => ({ host, port: 9092 })),
      connector,
      clock,
      requestTimeoutMs: { read: 1000, bulkRead: 1000, write: 1000 },
      maxInFlight: { read: 4, bulkRead: 1, write: 1 },
      idleMs: 60_000,
      staggerMs: 500,
      mayWrite: () => true,
    });
  }

  const addresses = (): readonly string[] => opened.map(({ address }) => address);

  it("takes the connection to a bootstrap server that is a broker", async () => {
    const lane = await router("broker-2").any("read");
    expect([lane.brokerId, lane.isConnected]).to.deep.equal([2, true]);
    expect(addresses()).to.deep.equal(["broker-2:9092"]);
    expect(opened[0]?.wire.brokerId).to.equal(2);
  });

  it("goes from a load balancer to a broker behind it, and lets the balancer go", async () => {
    const lane = await router("lb").any("read");
    expect(addresses()).to.deep.equal(["lb:9092", `broker-${lane.brokerId}:9092`]);
    expect(opened.map(({ wire }) => wire.isOpen)).to.deep.equal([false, true]);
  });

  it("keeps to the broker that answers, and searches once for all who ask", async () => {
    const one = router("lb");
    const lanes = await Promise.all([one.any("read"), one.any("read"), one.any("write"), one.any("bulkRead")]);
    expect(new Set(lanes.map(({ brokerId }) => brokerId)).size).to.equal(1);
    expect(lanes[0]).to.equal(lanes[1]);
    expect(new Set(lanes).size).to.equal(3);
    expect(opened).to.have.length(2);
  });

  it("passes over bootstrap servers that are down or silent", async () => {
    world.set("dead:9092", "down").set("mute:9092", "silent");
    const lane = router("dead", "mute", "broker-1").any("read");
    await settle();
    await clock.advance(500);
    expect((await lane).brokerId).to.equal(1);
  });

  it("says why when none answers, and tries again when asked later", async () => {
    const one = router("nowhere");
    const first = await one.any("read").catch((error: unknown) => error);
    expect(first instanceof WireError && first.failure.message).to.equal("no nowhere:9092");
    world.set("nowhere:9092", "up");
    expect(await one.any("read").catch((error: unknown) => error)).to.equal(first);
    await clock.advance(1000);
    expect((await one.any("read")).isConnected).to.equal(true);
  });

  it("turns to another broker when the one that serves fails", async () => {
    const one = router("broker-1");
    const first = await one.any("read");
    one.hasFailed(first.brokerId);
    world.set("broker-1:9092", "down");
    const second = await one.any("read");
    expect(second.brokerId).to.not.equal(1);
    expect(addresses()).to.have.length(2);
  });

  it("goes back to the bootstrap list when no advertised broker answers", async () => {
    const one = router("broker-1");
    await one.any("read");
    one.hasFailed(1);
    for (const broker of brokers) world.set(addressText(broker), "down");
    await clock.advance(1000);
    await one.any("read").catch(() => {});
    advertised = [{ id: 9, host: "moved", port: 9092 }];
    world.set("moved:9092", "up").set("broker-1:9092", "up");
    await clock.advance(1000);
    const found = one.any("read");
    // One address a second, of those that have failed.
    await clock.advance(4000);
    expect((await found).brokerId).to.equal(9);
    expect(one.broker(2, "read")).to.equal(undefined);
  });

  it("forgets a cluster when another answers", async () => {
    const one = router("broker-1");
    const first = await one.any("read");
    clusterId = "D";
    one.learn("D", advertised);
    await settle();
    expect(first.isConnected).to.equal(false);
    expect(await one.any("read")).to.not.equal(first);
  });

  it("closes what it opened, and what opens late", async () => {
    const one = router("broker-1");
    await one.any("read");
    world.set("broker-2:9092", "silent");
    one.close("over");
    expect(opened.every(({ wire }) => !wire.isOpen)).to.equal(true);
    const late = await one.any("read").catch((error: unknown) => error);
    expect(late instanceof Error || !(late as { isConnected: boolean }).isConnected).to.equal(true);
    await settle();
    expect(opened.every(({ wire }) => !wire.isOpen)).to.equal(true);
  });
});
