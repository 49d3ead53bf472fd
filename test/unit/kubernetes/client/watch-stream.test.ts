import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { Connections } from "../../../../src/kubernetes/client/connections.ts";
import { Credentials } from "../../../../src/kubernetes/client/credentials.ts";
import { Exchange } from "../../../../src/kubernetes/client/exchange.ts";
import { watchStream, type WatchFrame } from "../../../../src/kubernetes/client/watch-stream.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { createMetrics } from "../../../../src/telemetry/prometheus-metrics.ts";
import { redact } from "../../../../src/telemetry/redact.ts";
import { eventually } from "../../../fakes/eventually.ts";
import { RecordingLogger } from "../../../fakes/recording-logger.ts";
import { ScriptedServer } from "../../../fakes/scripted-server.ts";

const ADDED = '{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n';

const outcome = async (stream: AsyncIterable<WatchFrame>): Promise<{ frames: WatchFrame[]; error: unknown }> => {
  const frames: WatchFrame[] = [];
  try {
    for await (const frame of stream) frames.push(frame);
    return { frames, error: undefined };
  } catch (error) {
    return { frames, error };
  }
};

describe("watchStream()", () => {
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

  const watch = (timeoutSeconds = 5, signal = new AbortController().signal): AsyncGenerator<WatchFrame> => {
    const log = new RecordingLogger();
    const clock = systemClock;
    const access = { server: server.url, proxyUrl: undefined, tls: {}, headers: {}, namespace: undefined };
    const credentials = new Credentials({ read: () => Promise.resolve(access), clock, log });
    const metrics = createMetrics({ withProcessMetrics: false });
    const exchange = new Exchange({ credentials, connections, clock, log, metrics, userAgent: "test" });
    return watchStream(
      { path: "/things?watch=true", timeoutSeconds, signal },
      { exchange, credentials, clock, graceMs: 0 },
    );
  };

  it("yields what was sent and returns at an orderly end", async () => {
    server.script = (_, response) => void response.end(`${ADDED}\n${ADDED}`);
    const { frames, error } = await outcome(watch());
    expect([frames.length, error]).to.deep.equal([2, undefined]);
  });

  for (const { title, body, code, reason } of [
    { title: "half a line", body: `${ADDED}{"type":"ADDED"`, code: 0, reason: "Unreachable" },
    { title: "something that is not JSON", body: `${ADDED}{oops}\n`, code: 0, reason: "BadPayload" },
    {
      title: "an ERROR event",
      body: `${ADDED}{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n`,
      code: 410,
      reason: "Expired",
    },
  ]) {
    it(`yields what came before ${title}, then throws`, async () => {
      server.script = (_, response) => void response.end(body);
      const { frames, error } = await outcome(watch());
      expect(frames).to.have.length(1);
      expect(error).to.be.instanceOf(KubernetesError).and.include({ code, reason });
    });
  }

  it("says nothing of a line that is not JSON: it may be a part of a Secret", async () => {
    server.script = (_, response) => void response.end(`c2VjcmV0LXZhbHVl"}}}\n`);
    const { error } = await outcome(watch());
    expect(JSON.stringify(redact(error)))
      .to.include("not JSON")
      .and.not.include("c2Vj");
  });

  it("throws when the connection breaks after a whole line", async () => {
    server.script = ({ socket }, response) => {
      response.write(ADDED, () => setImmediate(() => socket.destroy()));
    };
    const { error } = await outcome(watch());
    expect(error).to.be.instanceOf(KubernetesError).and.include({ code: 0, reason: "Unreachable" });
  });

  it("throws when the server is silent beyond the time asked for", async () => {
    server.script = (_, response) => response.flushHeaders();
    const { error } = await outcome(watch(0.05));
    expect(error).to.be.instanceOf(KubernetesError).and.include({ code: 0, reason: "Timeout" });
  });

  it("throws a refusal, after one more try where the credentials were refused", async () => {
    for (const [code, tries] of [
      [403, 1],
      [401, 2],
    ] as const) {
      server.requests.length = 0;
      server.script = (_, response) => void response.writeHead(code).end("{}");
      const { error } = await outcome(watch());
      expect(error).to.be.instanceOf(KubernetesError).and.include({ code });
      expect(server.requests).to.have.length(tries);
    }
  });

  it("throws the reason of its signal", async () => {
    server.script = (_, response) => response.flushHeaders();
    const stop = new AbortController();
    const ending = outcome(watch(5, stop.signal));
    await eventually(() => expect(server.requests).to.have.length(1));
    const reason = new Error("Enough");
    stop.abort(reason);
    expect((await ending).error).to.equal(reason);
  });

  it("closes the connection when the consumer stops", async () => {
    let isClosed = false;
    server.script = ({ socket }, response) => {
      socket.on("close", () => (isClosed = true));
      response.write(ADDED);
    };
    for await (const frame of watch()) {
      expect(frame.type).to.equal("ADDED");
      break;
    }
    await eventually(() => expect(isClosed).to.equal(true));
  });
});
