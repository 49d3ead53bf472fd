import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { createMetrics } from "../../../src/telemetry/prometheus-metrics.ts";
import { parseAddress, TelemetryServer } from "../../../src/telemetry/server.ts";

describe("TelemetryServer", () => {
  let problem: string | undefined;
  let server: TelemetryServer;

  beforeEach(async () => {
    problem = undefined;
    const { registry } = createMetrics({ withProcessMetrics: false });
    const fine = { name: "fine", check: () => undefined };
    server = new TelemetryServer({
      address: "127.0.0.1:0",
      registry,
      liveness: [fine, { name: "watches", check: () => problem }],
      readiness: [fine],
    });
    await server.start();
  });
  afterEach(async () => {
    await server.stop();
  });
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };

  it("says that all is well, check by check", async () => {
    expect(await get("/healthz")).to.deep.equal({ status: 200, text: "[+] fine ok\n[+] watches ok\nok\n" });
    expect(await get("/readyz?verbose")).to.deep.equal({ status: 200, text: "[+] fine ok\nok\n" });
  });

  it("fails with the problem in words, and only where it belongs", async () => {
    problem = "Nothing heard for 180 s by widgets";
    expect(await get("/healthz")).to.deep.equal({
      status: 503,
      text: "[+] fine ok\n[-] watches: Nothing heard for 180 s by widgets\nfailed\n",
    });
    expect((await get("/readyz")).status).to.equal(200);
  });

  it("shows the metrics, and nothing else", async () => {
    const { status, text } = await get("/metrics");
    expect(status).to.equal(200);
    expect(text).to.include("# TYPE events_sent_total counter");
    expect((await get("/secrets")).status).to.equal(404);
  });

  it("says so when its address is taken", async () => {
    const { registry } = createMetrics({ withProcessMetrics: false });
    const second = new TelemetryServer({ address: `127.0.0.1:${server.port}`, registry, liveness: [], readiness: [] });
    const error: unknown = await second.start().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("code", "EADDRINUSE");
    await second.stop();
  });
});

describe("parseAddress()", () => {
  for (const { address, expected } of [
    { address: ":8080", expected: { host: undefined, port: 8080 } },
    { address: "127.0.0.1:0", expected: { host: "127.0.0.1", port: 0 } },
    { address: "[::1]:9090", expected: { host: "::1", port: 9090 } },
  ]) {
    it(`reads ${address}`, () => {
      expect(parseAddress(address)).to.deep.equal(expected);
    });
  }

  for (const address of ["8080", "", "host", ":65536", "::1:80", ":http"]) {
    it(`refuses "${address}"`, () => {
      expect(() => parseAddress(address)).to.throw(RangeError, "expected host:port or :port");
    });
  }
});
