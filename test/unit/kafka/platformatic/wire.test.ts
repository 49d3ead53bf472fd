// What a connection to one broker promises, against a broker that greets, hangs, hangs up and says unheard-of things.

import { createTopicsV7, deleteTopicsV6 } from "@platformatic/kafka";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import type { ConnectionEvent, RequestEvent } from "../../../../src/kafka/platformatic/observer.ts";
import { WireError } from "../../../../src/kafka/platformatic/wire-error.ts";
import { openWire, type Wire } from "../../../../src/kafka/platformatic/wire.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { createTopicsBody, MockBroker, type Reaction } from "./mock-broker.ts";

const createTopics = createTopicsV7.api.key;
const topic = { name: "t", numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };

async function failureOf(promise: Promise<unknown>): Promise<WireError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WireError) return error;
  throw new Error(`Expected a WireError, got ${String(error)}`);
}

describe("A wire", () => {
  let broker: MockBroker;
  let wire: Wire | undefined;
  let requests: RequestEvent[];
  let connections: ConnectionEvent[];

  beforeEach(() => {
    requests = [];
    connections = [];
    wire = undefined;
  });
  afterEach(async () => {
    wire?.close();
    await broker.stop();
  });

  async function open(
    reactions: readonly (readonly [number, Reaction])[] = [],
    requestTimeoutMs = 5000,
  ): Promise<Wire> {
    broker = await MockBroker.start({ clusterId: "C", reactions: new Map(reactions) });
    wire = await openWire({
      address: broker.address,
      security: { protocol: "PLAINTEXT" },
      clientId: "test",
      clock: systemClock,
      handshakeTimeoutMs: 5000,
      requestTimeoutMs,
      observer: { onRequest: (event) => requests.push(event), onConnection: (event) => connections.push(event) },
    });
    return wire;
  }

  function create(): Promise<createTopicsV7.CreateTopicsResponse> {
    if (wire === undefined) throw new Error("Not open");
    return wire.request([createTopicsV7.api], [[topic], 1000, false], 1);
  }

  it("knows the cluster and its brokers once it is open", async () => {
    const opened = await open();
    expect(opened).to.include({ clusterId: "C", isOpen: true, retireAt: Infinity });
    expect(opened.brokers).to.deep.equal([{ id: 1, ...broker.address, rack: undefined }]);
    expect(connections.map(({ outcome }) => outcome)).to.deep.equal(["opened"]);
    expect(requests.map(({ api, outcome }) => [api, outcome])).to.deep.equal([
      ["ApiVersions", "answered"],
      ["Metadata", "answered"],
    ]);
  });

  for (const [what, reactions, kind, name] of [
    ["accepts and says nothing", [[18, "silence"]], "unreachable", "ETIMEDOUT"],
    ["accepts and hangs up", [[18, "hangUp"]], "unreachable", "CONNECTION_CLOSED"],
    ["greets and then says nothing", [[3, "silence"]], "unreachable", "ETIMEDOUT"],
    [
      "answers ApiVersions and then hangs up, as a SASL listener does",
      [[3, "hangUp"]],
      "authentication",
      "SASL_REQUIRED",
    ],
    ["answers in TLS", [[18, { raw: Buffer.from([0x15, 3, 3, 0, 2, 2, 40]) }]], "tls", "TLS_REQUIRED"],
  ] as const) {
    it(`is not opened by a broker that ${what}`, async () => {
      const error = await failureOf(open(reactions));
      expect(error.failure).to.include({ kind, name });
      expect(error.fate).to.equal("notWritten");
      expect(error.failure.message).to.include(`127.0.0.1:${broker.address.port}`);
      expect(connections.map(({ outcome }) => outcome)).to.deep.equal(["failed"]);
    });
  }

  it("gives an attempt up when its signal says so", async () => {
    broker = await MockBroker.start({ reactions: new Map([[18, "silence"]]) });
    const controller = new AbortController();
    const attempt = openWire(
      {
        address: broker.address,
        security: { protocol: "PLAINTEXT" },
        clientId: "test",
        clock: systemClock,
        handshakeTimeoutMs: 60_000,
        requestTimeoutMs: 60_000,
        observer: {},
      },
      controller.signal,
    );
    controller.abort();
    expect((await failureOf(attempt)).failure.kind).to.equal("unreachable");
  });

  it("hands over the answer whatever errors its items hold, also codes that the library does not know", async () => {
    for (const code of [0, 36, 133, 1000]) {
      await open([[createTopics, createTopicsBody("t", code)]]);
      const { topics } = await create();
      expect(topics[0]).to.include({ name: "t", errorCode: code });
      wire?.close();
      await broker.stop();
    }
  });

  it("says that a request was written when the connection ends before the answer", async () => {
    await open([[createTopics, "hangUp"]]);
    const error = await failureOf(create());
    expect(error.fate).to.equal("lost");
    expect(error.failure).to.include({ kind: "unreachable" });
    expect(wire?.isOpen).to.equal(false);
    expect(requests.at(-1)).to.include({ api: "CreateTopics", items: 1, outcome: "lost" });
    expect(connections.map(({ outcome }) => outcome)).to.deep.equal(["opened", "closed"]);
  });

  it("says that nothing was written once it has ended", async () => {
    await open();
    wire?.close();
    for (const socket of broker.sockets) await new Promise((resolve) => socket.once("close", resolve));
    expect((await failureOf(create())).fate).to.equal("notWritten");
  });

  it("gives the connection up when a request is not answered in time, with all that is in flight", async () => {
    await open([[createTopics, "silence"]], 100);
    const errors = await Promise.all([failureOf(create()), failureOf(create())]);
    expect(errors.map(({ fate }) => fate)).to.deep.equal(["lost", "lost"]);
    expect(errors[0]?.failure).to.include({ kind: "unreachable", name: "ETIMEDOUT" });
    expect(wire?.isOpen).to.equal(false);
  });

  it("refuses a version that the broker does not offer without a request", async () => {
    const opened = await open();
    const error = await failureOf(opened.request([deleteTopicsV6.api], [[], 1000], 0));
    expect(error.failure).to.include({ kind: "unsupported", code: 35 });
    expect(error.failure.message).to.equal("DeleteTopics is needed in version 6, the broker does not offer it");
    expect(broker.requests).to.deep.equal([18, 3]);
    expect(opened.isOpen).to.equal(true);
  });

  it("survives an answer that it cannot read and a request that it cannot write", async () => {
    await open([[createTopics, Buffer.from([0, 0, 0, 0, 0x7f])]]);
    const unread = await failureOf(create());
    expect(unread.failure.name).to.equal("PROTOCOL_MISMATCH");
    expect(unread.fate).to.equal("lost");
    wire?.close();
    await broker.stop();
    const nameless = { ...topic, numPartitions: 2 ** 40 };
    const opened = await open([[createTopics, createTopicsBody("t", 0)]]);
    const unwritten = await failureOf(opened.request([createTopicsV7.api], [[nameless], 1000, false], 1));
    expect([unwritten.fate, unwritten.failure.name]).to.deep.equal(["notWritten", "PROTOCOL_MISMATCH"]);
    expect((await create()).topics[0]).to.include({ name: "t" });
  });
});
