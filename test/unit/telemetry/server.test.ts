import { networkInterfaces } from "node:os";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { createMetrics } from "../../../src/telemetry/prometheus-metrics.ts";
import { TelemetryServer } from "../../../src/telemetry/server.ts";

describe("TelemetryServer", () => {
  let problem: string | undefined;
  let server: TelemetryServer;

  beforeEach(async () => {
    problem = undefined;
    const { registry } = createMetrics({ withProcessMetrics: false });
    const fine = { name: "fine", check: () => undefined };
    server = new TelemetryServer({
      address: { host: "127.0.0.1", port: 0 },
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
    const address = { host: "127.0.0.1", port: server.port };
    const second = new TelemetryServer({ address, registry, liveness: [], readiness: [] });
    const error: unknown = await second.start().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("code", "EADDRINUSE");
    await second.stop();
  });

  it("listens on every interface when no host is named", async () => {
    const { registry } = createMetrics({ withProcessMetrics: false });
    const open = new TelemetryServer({ address: { host: "", port: 0 }, registry, liveness: [], readiness: [] });
    await open.start();
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const { address } of own.filter(({ family }) => family === "IPv4")) {
      expect((await fetch(`http://${address}:${open.port}/healthz`)).status, address).to.equal(200);
    }
    await open.stop();
  });
});
