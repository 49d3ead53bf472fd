import type { ServerResponse } from "node:http";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { Connections } from "../../../../src/kubernetes/client/connections.ts";
import { Credentials } from "../../../../src/kubernetes/client/credentials.ts";
import { Exchange } from "../../../../src/kubernetes/client/exchange.ts";
import { Transport } from "../../../../src/kubernetes/client/transport.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { createMetrics } from "../../../../src/telemetry/prometheus-metrics.ts";
import { redact } from "../../../../src/telemetry/redact.ts";
import { eventually } from "../../../fakes/eventually.ts";
import { RecordingLogger } from "../../../fakes/recording-logger.ts";
import { ScriptedServer } from "../../../fakes/scripted-server.ts";

const GET = { method: "GET", path: "/things?x=1" } as const;
const PATCH = {
  method: "PATCH",
  path: "/things/a",
  body: { a: 1 },
  contentType: "application/merge-patch+json",
} as const;
const POST = { method: "POST", path: "/things", body: {} } as const;

const failure = async (work: Promise<unknown>): Promise<KubernetesError> => {
  const error: unknown = await work.then(
    () => new Error("It succeeded"),
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(KubernetesError);
  return error as KubernetesError;
};

const refuse = (response: ServerResponse, code: number, headers: Record<string, string> = {}): void => {
  response.writeHead(code, headers).end(JSON.stringify({ kind: "Status", reason: "MadeUp", message: "made up" }));
};

describe("Transport", () => {
  let server: ScriptedServer;
  let connections: Connections;
  let transport: Transport;
  let log: RecordingLogger;
  let stop: AbortController;
  let tokens: string[];

  beforeEach(async () => {
    server = await ScriptedServer.start();
    connections = new Connections();
    log = new RecordingLogger();
    stop = new AbortController();
    tokens = ["first", "second"];
    transport = transportWith();
  });
  afterEach(async () => {
    stop.abort(new Error("The test is over"));
    await connections.close();
    await server.stop();
  });

  const transportWith = (deadlineMs = 5_000, prefix = ""): Transport => {
    const clock = systemClock;
    const read = (): Promise<Parameters<Credentials["deny"]>[0]> =>
      Promise.resolve({
        server: `${server.url}${prefix}`,
        proxyUrl: undefined,
        tls: {},
        headers: { authorization: `Bearer ${tokens.shift() ?? "last"}` },
        namespace: undefined,
      });
    // Reading again is allowed at once.
    const hasty = { ...clock, monotonic: () => clock.monotonic() * 10_000 };
    const credentials = new Credentials({ read, clock: hasty, log, maxAgeMs: Infinity });
    const metrics = createMetrics({ withProcessMetrics: false });
    const exchange = new Exchange({ credentials, connections, clock, log, metrics, userAgent: "operator/1.2.3" });
    return new Transport({ exchange, credentials, clock, deadlineMs });
  };
  const call = (priority: "live" | "bulk" = "live"): { signal: AbortSignal; priority: "live" | "bulk" } => ({
    signal: stop.signal,
    priority,
  });

  it("sends who we are, what we want and what it is, and parses the answer", async () => {
    server.script = (_, response) => void response.end('{"kind":"Thing"}');
    expect(await transport.request(PATCH, call())).to.deep.equal({ kind: "Thing" });
    const [request] = server.requests;
    expect([request?.method, request?.path, request?.body]).to.deep.equal(["PATCH", "/things/a", '{"a":1}']);
    expect(request?.headers).to.include({
      authorization: "Bearer first",
      "user-agent": "operator/1.2.3",
      accept: "application/json",
      "content-type": "application/merge-patch+json",
    });
  });

  it("keeps the path prefix of the server", async () => {
    await transportWith(5_000, "/k8s/clusters/c-1").request(GET, call());
    expect(server.requests[0]?.path).to.equal("/k8s/clusters/c-1/things?x=1");
  });

  it("reuses its connections: many calls, at most sixteen", async () => {
    await Promise.all(Array.from({ length: 500 }, () => transport.request(GET, call())));
    expect(server.requests).to.have.length(500);
    expect(server.connections).to.be.at.most(16);
  });

  it("has at most sixteen requests under way, and lets live ones pass bulk ones", async () => {
    const open: ServerResponse[] = [];
    server.script = (_, response) => void open.push(response);
    const all = [
      ...Array.from({ length: 30 }, (_, index) => transport.request({ ...GET, path: `/bulk/${index}` }, call("bulk"))),
      transport.request({ ...GET, path: "/live" }, call()),
    ];
    await eventually(() => expect(open).to.have.length(16));
    open.shift()?.end("{}");
    await eventually(() => expect(server.requests.at(-1)?.path).to.equal("/live"));
    server.script = (_, response) => void response.end("{}");
    for (const response of open) response.end("{}");
    await Promise.all(all);
  });

  it("keeps a lease from standing in line behind other requests", async () => {
    server.script = ({ path }, response) => {
      if (path === "/lease") response.end("{}");
    };
    for (let index = 0; index < 40; index += 1) void transport.request(GET, call()).catch(() => {});
    await eventually(() => expect(server.requests).to.have.length(16));
    await transport.request({ ...GET, path: "/lease", connectionClass: "leases" }, call());
  });

  for (const code of [400, 403, 404, 409, 422, 500, 502]) {
    it(`rejects ${code} at once, in the server's words`, async () => {
      server.script = (_, response) => refuse(response, code);
      const error = await failure(transport.request(GET, call()));
      expect(error).to.include({ code, reason: "MadeUp", message: `GET /things was refused with ${code}: made up` });
      expect(server.requests).to.have.length(1);
    });
  }

  it("answers 401 once with fresh credentials", async () => {
    server.script = ({ headers }, response) => {
      if (headers.authorization === "Bearer second") response.end("{}");
      else refuse(response, 401);
    };
    await transport.request(PATCH, call());
    expect(server.requests.map(({ headers }) => headers.authorization)).to.deep.equal([
      "Bearer first",
      "Bearer second",
    ]);
  });

  it("rejects a second 401", async () => {
    server.script = (_, response) => refuse(response, 401);
    expect((await failure(transport.request(GET, call()))).code).to.equal(401);
    expect(server.requests).to.have.length(2);
  });

  for (const code of [429, 503]) {
    it(`waits out ${code} with Retry-After, without holding a slot`, async () => {
      let refusals = 20;
      server.script = ({ path }, response) => {
        if (path === "/refused" && refusals-- > 0) refuse(response, code, { "retry-after": "1" });
        else response.end("{}");
      };
      const refused = Array.from({ length: 20 }, () => transport.request({ ...GET, path: "/refused" }, call()));
      await eventually(() => expect(server.requests).to.have.length(20));
      await transport.request(GET, call());
      expect(server.requests.at(-1)?.path, "served while the others wait").to.equal("/things?x=1");
      await Promise.all(refused);
      expect(server.requests).to.have.length(41);
    });
  }

  it("does not wait for longer than it has time, and tells the refusal", async () => {
    server.script = (_, response) => refuse(response, 429, { "retry-after": "30" });
    const error = await failure(transport.request(GET, call()));
    expect(error).to.include({ code: 429, retryAfterMs: 30_000 });
    expect(server.requests).to.have.length(1);
  });

  it("does not ask for ever", async () => {
    server.script = (_, response) => refuse(response, 429, { "retry-after": "0" });
    expect((await failure(transport.request(GET, call()))).code).to.equal(429);
    expect(server.requests).to.have.length(10);
  });

  it("repeats once what may be repeated when the connection breaks", async () => {
    let breaks = 1;
    server.script = ({ socket }, response) => {
      if (breaks-- > 0) socket.destroy();
      else response.end("{}");
    };
    await transport.request(PATCH, call());
    expect(server.requests).to.have.length(2);
    breaks = 2;
    expect(await failure(transport.request(PATCH, call()))).to.include({ code: 0, reason: "Unreachable" });
  });

  it("never repeats a POST of which it has no answer", async () => {
    server.script = ({ socket }) => void socket.destroy();
    expect((await failure(transport.request(POST, call()))).code).to.equal(0);
    expect(server.requests).to.have.length(1);
  });

  it("ends with its deadline when no answer comes, and in the middle of one", async () => {
    server.script = () => {};
    expect(await failure(transportWith(50).request(GET, call()))).to.include({ code: 0, reason: "Timeout" });
    server.script = (_, response) => void response.write('{"kind":');
    expect(await failure(transportWith(50).request(GET, call()))).to.include({ code: 0, reason: "Timeout" });
  });

  it("ends with its signal, for the signal's reason, whether in line, waiting or under way", async () => {
    server.script = () => {};
    const reason = new Error("Enough");
    const requests = Array.from({ length: 20 }, () => transport.request(GET, call()).catch((error: unknown) => error));
    await eventually(() => expect(server.requests).to.have.length(16));
    stop.abort(reason);
    expect(await Promise.all(requests)).to.deep.equal(requests.map(() => reason));
  });

  it("rejects what is not JSON, and says nothing of it: it may be a part of a Secret", async () => {
    server.script = (_, response) => void response.end('c2VjcmV0LXZhbHVl"}}}');
    const error = await failure(transport.request(GET, call()));
    expect(error).to.include({ code: 0, reason: "BadPayload" });
    expect(JSON.stringify(redact(error)))
      .to.include("not JSON")
      .and.not.include("c2Vj");
  });

  it("passes on each warning of the server once", async () => {
    server.script = (_, response) => void response.setHeader("warning", '299 - "unknown field"').end("{}");
    for (let time = 0; time < 3; time += 1) await transport.request(GET, call());
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]?.fields).to.deep.equal({ warning: '299 - "unknown field"' });
  });
});
