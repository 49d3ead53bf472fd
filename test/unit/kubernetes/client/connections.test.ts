import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Agent, Pool } from "undici";

import { Connections } from "../../../../src/kubernetes/client/connections.ts";
import type { Access } from "../../../../src/kubernetes/client/kubeconfig.ts";
import { ScriptedServer } from "../../../fakes/scripted-server.ts";

describe("Connections", () => {
  let server: ScriptedServer;
  let connections: Connections;

  beforeEach(async () => {
    server = await ScriptedServer.start();
    connections = new Connections();
  });
  afterEach(async () => {
    await connections.close();
    await server.stop();
  });

  const access = (change: Partial<Access> = {}): Access => ({
    server: server.url,
    proxyUrl: undefined,
    tls: {},
    headers: {},
    namespace: undefined,
    ...change,
  });

  it("keeps its pool while address and TLS material stay, whatever the token", () => {
    const pool = connections.pool("requests", access({ headers: { authorization: "a" } }));
    expect(connections.pool("requests", access({ headers: { authorization: "b" } }))).to.equal(pool);
    expect(connections.pool("leases", access())).not.to.equal(pool);
  });

  it("takes a new pool when the TLS material changes; what is under way ends on the old one", async () => {
    const open: ServerResponse[] = [];
    server.script = (_, response) => void open.push(response);
    const old = connections.pool("requests", access());
    const underWay = old.request({ origin: server.url, path: "/", method: "GET" });
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(connections.pool("requests", access({ tls: { ca: "new" } }))).not.to.equal(old);
    open[0]?.end("{}");
    expect((await underWay).statusCode).to.equal(200);
  });

  it("gives each watch that is open a connection of its own", async () => {
    server.script = (_, response) => {
      response.flushHeaders();
    };
    const pool = connections.pool("watches", access());
    const open = Array.from({ length: 30 }, () => pool.request({ origin: server.url, path: "/", method: "GET" }));
    for (const { body } of await Promise.all(open)) body.on("error", () => {});
    expect(server.connections).to.equal(30);
  });

  it("speaks to a proxy where the kubeconfig names one", async () => {
    const proxied = access({ server: "http://api.invalid", proxyUrl: server.url });
    const { statusCode } = await connections
      .pool("requests", proxied)
      .request({ origin: "http://api.invalid", path: "/x", method: "GET" });
    expect(statusCode).to.equal(200);
    expect(server.requests[0]?.path).to.equal("http://api.invalid/x");
  });

  it("leans on a pool that honours its options, of an undici without the hanging streams of 8.7", async () => {
    const manifest = JSON.parse(await readFile("node_modules/undici/package.json", "utf8")) as { version: string };
    const [major = 0, minor = 0] = manifest.version.split(".").map(Number);
    expect(major > 8 || (major === 8 && minor >= 12), `undici ${manifest.version}`).to.equal(true);
    expect(connections.pool("requests", access())).to.be.instanceOf(Pool).and.not.instanceOf(Agent);
  });
});
