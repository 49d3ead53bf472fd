import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { createSecureServer as createHttp2Server } from "node:http2";
import { createServer as createSecureServer } from "node:https";
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { Agent, Pool } from "undici";

import { Connections } from "../../../../src/kubernetes/client/connections.ts";
import type { Access } from "../../../../src/kubernetes/client/kubeconfig.ts";
import { createAuthority } from "../../../fakes/certificate.ts";
import { ScriptedServer } from "../../../fakes/scripted-server.ts";

interface TestProxy {
  readonly url: string;
  /** Connections made for clients so far. */
  readonly tunnels: () => number;
  readonly close: () => void;
}

/** A proxy that opens what is asked for by CONNECT. */
async function startConnectProxy(): Promise<TestProxy> {
  let tunnels = 0;
  const server = createServer();
  server.on("connect", (request, inner: Socket) => {
    tunnels += 1;
    const [host = "", port = ""] = request.url?.split(":") ?? [];
    join(inner, connect(Number(port), host), "HTTP/1.1 200 OK\r\n\r\n");
  });
  return await listening(server, "http", () => tunnels);
}

/** A proxy of SOCKS version 5 (RFC 1928) that asks for no credentials. */
async function startSocksProxy(): Promise<TestProxy> {
  let tunnels = 0;
  const server = createTcpServer((inner) => {
    inner.once("data", () => {
      inner.write(Buffer.from([5, 0]));
      inner.once("data", (asked) => {
        tunnels += 1;
        const [host, port] = [asked.subarray(4, 8).join("."), asked.readUInt16BE(8)];
        join(inner, connect(port, host), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      });
    });
  });
  return await listening(server, "socks5", () => tunnels);
}

function join(inner: Socket, outer: Socket, greeting: string | Buffer): void {
  inner.write(greeting);
  inner.pipe(outer).pipe(inner);
  for (const socket of [inner, outer]) socket.on("error", () => socket.destroy());
}

async function listening(server: Server, scheme: string, tunnels: () => number): Promise<TestProxy> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, tunnels, close: () => server.close() };
}

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

  it("never speaks HTTP/2, also where the server prefers it", async () => {
    const authority = createAuthority("cluster");
    const { certPem, keyPem } = authority.issue("127.0.0.1");
    const versions: string[] = [];
    const both = createHttp2Server({ cert: certPem, key: keyPem, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.end("{}");
    });
    both.listen(0, "127.0.0.1");
    await once(both, "listening");
    const origin = `https://127.0.0.1:${(both.address() as AddressInfo).port}`;
    for (const connectionClass of ["requests", "leases", "watches"] as const) {
      const pool = connections.pool(connectionClass, access({ server: origin, tls: { ca: authority.certPem } }));
      await (await pool.request({ origin, path: "/", method: "GET" })).body.dump();
    }
    expect(versions).to.deep.equal(["1.1", "1.1", "1.1"]);
    await connections.close();
    both.close();
  });

  for (const { kind, most } of [
    { kind: "http", most: 16 },
    // undici's SOCKS agent has no bound of its own; it does use connections again.
    { kind: "socks5", most: 80 },
  ] as const) {
    it(`trusts the API server behind a proxy (${kind}) as without one, and uses its connections again`, async () => {
      const authority = createAuthority("cluster");
      const { certPem, keyPem } = authority.issue("127.0.0.1");
      let answered = 0;
      const secure = createSecureServer({ cert: certPem, key: keyPem }, (_, response) => {
        answered += 1;
        response.end("{}");
      });
      secure.listen(0, "127.0.0.1");
      await once(secure, "listening");
      const origin = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`;
      const proxy = kind === "http" ? await startConnectProxy() : await startSocksProxy();
      try {
        const proxied = access({ server: origin, proxyUrl: proxy.url, tls: { ca: authority.certPem } });
        const pool = connections.pool("requests", proxied);
        // As many at once as the transport has slots.
        const callers = Array.from({ length: 16 }, async () => {
          for (let count = 0; count < 10; count += 1) {
            const { body } = await pool.request({ origin, path: "/", method: "GET" });
            await body.dump();
          }
        });
        await Promise.all(callers);
        expect(answered).to.equal(160);
        expect(proxy.tunnels()).to.be.within(1, most);
        const untrusting = connections.pool("requests", { ...proxied, tls: {} });
        const error: unknown = await untrusting
          .request({ origin, path: "/", method: "GET" })
          .catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(Error);
        expect(answered).to.equal(160);
      } finally {
        await connections.close();
        proxy.close();
        secure.closeAllConnections();
        secure.close();
      }
    });
  }

  it("leans on a pool that honours its options, of an undici without the hanging streams of 8.7", async () => {
    const manifest = JSON.parse(await readFile("node_modules/undici/package.json", "utf8")) as { version: string };
    const [major = 0, minor = 0] = manifest.version.split(".").map(Number);
    expect(major > 8 || (major === 8 && minor >= 12), `undici ${manifest.version}`).to.equal(true);
    expect(connections.pool("requests", access())).to.be.instanceOf(Pool).and.not.instanceOf(Agent);
  });
});
