// Tokens, certificates and authorities are replaced under a running operator: it follows, and loses nothing.

import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import type { ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { createLogger } from "../../src/telemetry/logger.ts";
import { environment } from "../environment/environment.ts";
import { createAuthority, type Authority } from "../fakes/certificate.ts";
import { eventually } from "../fakes/eventually.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import type { WidgetOperator } from "../fakes/widget-operator.ts";
import { ApiProxy, type RequestFault } from "./api-proxy.ts";
import { SHORT_TIMING, WidgetWorld } from "./widget-world.ts";

const MAX_AGE_MS = 300;

describe("When the token", () => {
  let world: WidgetWorld;
  let operator: WidgetOperator;
  let log: RecordingLogger;

  beforeEach(async () => {
    world = await WidgetWorld.start(await environment().controlPlane(), "credential-faults");
    log = new RecordingLogger();
    operator = world.operator({ credentialsMaxAgeMs: MAX_AGE_MS, log });
    await world.create("widget");
    await operator.start();
    await world.expectCurrent(operator);
  });
  afterEach(async () => {
    await operator.stop();
    await world.stop();
  });

  const refusals = (): number => log.messages("warn").filter((text) => text.startsWith("Cannot renew")).length;
  const newToken = async (): Promise<string> => await world.controlPlane.token(world.namespace, "operator");
  const onlyAccept = (token: string): void => {
    const refusal = { kind: "answer", status: 401, reason: "Unauthorized" } as const;
    world.proxy.faultFor = ({ authorization }) => (authorization === `Bearer ${token}` ? undefined : refusal);
  };

  it("is rotated, and the old one is refused, the new one is used at once and no run fails", async () => {
    const token = await newToken();
    await writeFile(world.tokenFile, token);
    onlyAccept(token);
    world.proxy.strike({ kind: "reset" });
    await world.edit("widget", { size: 5 });
    await world.expectCurrent(operator);
    expect(await operator.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
  });

  it("is rotated, and both are good, the new one is used soon", async () => {
    const token = await newToken();
    await writeFile(world.tokenFile, token);
    await eventually(async () => {
      await world.edit("widget", { size: Math.floor(Math.random() * 1_000) });
      await world.expectCurrent(operator);
      expect(world.proxy.requests.at(-1)?.authorization).to.equal(`Bearer ${token}`);
    });
  });

  it("cannot be read for a while, the old one keeps the watch alive", async () => {
    await rename(world.tokenFile, `${world.tokenFile}.gone`);
    for (let size = 2; refusals() < 3; size += 1) {
      world.proxy.strike({ kind: "reset" });
      await world.edit("widget", { size });
      await world.expectCurrent(operator);
    }
    await rename(`${world.tokenFile}.gone`, world.tokenFile);
    await world.edit("widget", { size: 9 });
    await world.expectCurrent(operator);
    expect(await operator.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
  });

  it("is refused for a while, although it is the newest, the operator comes back", async () => {
    onlyAccept("another");
    world.proxy.strike({ kind: "reset" });
    await world.edit("widget", { size: 5 });
    const refused = world.proxy.requests.length;
    await eventually(() => expect(world.proxy.requests.length).to.be.greaterThan(refused + 6));
    world.proxy.faultFor = () => undefined;
    await world.expectCurrent(operator);
  });

  it("is never shown in the log, whatever goes wrong, at any level", async () => {
    await operator.stop();
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk: Buffer, _, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const log = createLogger({ level: "debug", format: "json", destination });
    operator = world.operator({ credentialsMaxAgeMs: MAX_AGE_MS, requestDeadlineMs: 1_000, log });
    const faults: readonly RequestFault[] = [
      { kind: "answer", status: 401, reason: "Unauthorized" },
      { kind: "answer", status: 403, reason: "Forbidden" },
      { kind: "answer", status: 500, reason: "InternalError" },
      { kind: "reset" },
      { kind: "close" },
      { kind: "silence" },
    ];
    let struck = 0;
    world.proxy.faultFor = () => faults[struck++];
    await operator.start();
    await rename(world.tokenFile, `${world.tokenFile}.gone`);
    for (const [size, fault] of faults.entries()) {
      world.proxy.faultFor = ({ method }) => (method === "PATCH" ? fault : undefined);
      await world.edit("widget", { size: size + 10 });
      const before = lines.length;
      const told = (): string[] => lines.slice(before).filter((line) => line.includes('"failed"'));
      await eventually(() => expect(told(), JSON.stringify(fault)).not.to.deep.equal([]));
    }
    world.proxy.faultFor = () => undefined;
    await rename(`${world.tokenFile}.gone`, world.tokenFile);
    // So many failures in a row have earned minutes of backoff, which an edit cuts short.
    await world.edit("widget", { size: 99 });
    await world.expectCurrent(operator);
    const token = await readFile(world.tokenFile, "utf8");
    expect(lines.length).to.be.greaterThan(faults.length);
    expect(lines.filter((line) => line.includes(token) || line.includes(token.split(".")[2] ?? token))).to.deep.equal(
      [],
    );
  });
}).timeout(60_000);

/** What the server shows, and whose clients it lets in. */
const server = (own: Authority, clients: Authority): ServerOptions => {
  const { certPem, keyPem } = own.issue("api-server");
  return { cert: certPem, key: keyPem, ca: clients.certPem, requestCert: true, rejectUnauthorized: true };
};

describe("When the TLS material changes", () => {
  let folder: string;
  let world: WidgetWorld;
  let proxy: ApiProxy;
  let operator: WidgetOperator;
  let first: Authority;
  let second: Authority;

  const giveClientCertificate = async (authority: Authority): Promise<void> => {
    const { certPem, keyPem } = authority.issue("operator");
    await writeFile(join(folder, "client.crt"), certPem);
    await writeFile(join(folder, "client.key"), keyPem);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tls-faults-"));
    world = await WidgetWorld.start(await environment().controlPlane(), "tls-faults");
    first = createAuthority("first");
    second = createAuthority("second");
    const { url, caPem } = world.controlPlane;
    proxy = await ApiProxy.start(url, caPem, server(first, first));
    await writeFile(join(folder, "ca.crt"), first.certPem);
    await giveClientCertificate(first);
    const config = {
      clusters: [{ name: "c", cluster: { server: proxy.url, "certificate-authority": "ca.crt" } }],
      users: [
        { name: "u", user: { "client-certificate": "client.crt", "client-key": "client.key", tokenFile: "token" } },
      ],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(join(folder, "token"), await world.controlPlane.token(world.namespace, "operator"));
    await writeFile(join(folder, "kubeconfig"), JSON.stringify(config));
    operator = world.operator({ kubeconfig: join(folder, "kubeconfig"), timing: SHORT_TIMING });
    await world.create("widget");
    await operator.start();
    await world.expectCurrent(operator);
  });
  afterEach(async () => {
    await operator.stop();
    await proxy.stop();
    await world.stop();
    await rm(folder, { recursive: true });
  });

  it("a new certificate authority is trusted as soon as its file is there", async () => {
    proxy.changeTls(server(second, first));
    await world.edit("widget", { size: 5 });
    await eventually(async () =>
      expect(await operator.metric("rest_client_requests_total", { code: "<error>" })).to.be.greaterThan(2),
    );
    await writeFile(join(folder, "ca.crt"), second.certPem);
    await world.expectCurrent(operator);
  });

  it("a new client certificate is used as soon as its file is there", async () => {
    proxy.changeTls(server(first, second));
    await world.edit("widget", { size: 5 });
    await eventually(async () =>
      expect(await operator.metric("rest_client_requests_total", { code: "<error>" })).to.be.greaterThan(2),
    );
    await giveClientCertificate(second);
    await world.expectCurrent(operator);
  });
}).timeout(60_000);
