import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { AccessReader } from "../../../../src/kubernetes/client/kubeconfig.ts";
import { createAuthority } from "../../../fakes/certificate.ts";

const authority = createAuthority("identity provider");
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (name: string, validForSeconds: number): string =>
  `${encoded({ alg: "none" })}.${encoded({ name, exp: Math.floor(Date.now() / 1_000) + validForSeconds })}.signature`;
const nameIn = (header: string | undefined): string =>
  (JSON.parse(Buffer.from(header?.split(".")[1] ?? "", "base64url").toString()) as { readonly name: string }).name;

const read = async (reader: AccessReader, isDenied = false): Promise<string> => {
  const { headers } = await reader.read({ isDenied });
  expect(headers["authorization"]).to.match(/^Bearer /);
  return nameIn(headers["authorization"]);
};

describe("A user of the auth provider oidc", () => {
  let server: Server;
  let url: string;
  let folder: string;
  /** Requests for a token: its form, and how the client said who it is. */
  let asked: { readonly form: Record<string, string>; readonly authorization: string | undefined }[];
  let provider: object;
  let status: number;
  /** In the place of tokens. */
  let unparsable: string | undefined;

  before(async () => {
    const { certPem, keyPem } = authority.issue("127.0.0.1");
    server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
      void (async () => {
        const body = await text(request);
        response.setHeader("content-type", "application/json");
        if (request.url === "/realm/.well-known/openid-configuration") {
          response.end(JSON.stringify({ token_endpoint: `${url}/token`, ...provider }));
          return;
        }
        asked.push({
          form: Object.fromEntries(new URLSearchParams(body)),
          authorization: request.headers.authorization,
        });
        const serial = asked.length;
        response
          .writeHead(status)
          .end(
            unparsable ??
              JSON.stringify({ id_token: token(`renewed-${serial}`, 3_600), refresh_token: `refresh-${serial}` }),
          );
      })();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "oidc-"));
    asked = [];
    provider = {};
    status = 200;
    unparsable = undefined;
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const write = async (config: Record<string, string>): Promise<string> => {
    const path = join(folder, "config");
    const whole = {
      "client-id": "kubernetes",
      "refresh-token": "refresh-0",
      "idp-issuer-url": `${url}/realm`,
      "idp-certificate-authority-data": Buffer.from(authority.certPem).toString("base64"),
      ...config,
    };
    const content = {
      clusters: [{ name: "c", cluster: { server: "https://api:6443" } }],
      users: [{ name: "u", user: { "auth-provider": { name: "oidc", config: whole } } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    await writeFile(path, JSON.stringify(content));
    return path;
  };
  const readerOf = async (config: Record<string, string>): Promise<AccessReader> =>
    new AccessReader({ kind: "files", paths: [await write(config)] });
  it("is let in by the token of the file while that is good, without asking anybody", async () => {
    const reader = await readerOf({ "id-token": token("given", 3_600) });
    expect([await read(reader), await read(reader)]).to.deep.equal(["given", "given"]);
    expect(asked).to.deep.equal([]);
  });

  it("gets a new token when that has expired, once, and the next by what the provider gave for it", async () => {
    const reader = await readerOf({ "id-token": token("given", 5) });
    expect([await read(reader), await read(reader)]).to.deep.equal(["renewed-1", "renewed-1"]);
    expect(asked.map(({ form }) => form)).to.deep.equal([
      { grant_type: "refresh_token", refresh_token: "refresh-0", client_id: "kubernetes" },
    ]);
    await write({ "id-token": token("given", 5), "refresh-token": "other" });
    expect(await read(reader), "the file was renewed by somebody else").to.equal("renewed-2");
    expect(asked[1]?.form["refresh_token"]).to.equal("other");
  });

  it("gets a new token when a good one was refused, but not again and again", async () => {
    const reader = await readerOf({ "id-token": token("given", 3_600) });
    expect(await read(reader)).to.equal("given");
    expect(await read(reader, true)).to.equal("renewed-1");
    expect(await read(reader, true)).to.equal("renewed-1");
  });

  for (const { why, methods, form, authorization } of [
    { why: "by header, as is the rule", methods: undefined, form: {}, authorization: "Basic a3ViZXJuZXRlczpzJTI2dA==" },
    {
      why: "in the form, where only that is taken",
      methods: ["client_secret_post"],
      form: { client_id: "kubernetes", client_secret: "s&t" },
      authorization: undefined,
    },
  ]) {
    it(`tells its secret ${why}`, async () => {
      provider = methods === undefined ? {} : { token_endpoint_auth_methods_supported: methods };
      await read(await readerOf({ "client-secret": "s&t" }));
      expect(asked).to.deep.equal([
        { form: { grant_type: "refresh_token", refresh_token: "refresh-0", ...form }, authorization },
      ]);
    });
  }

  for (const { why, config, message } of [
    { why: "there is no refresh token", config: { "refresh-token": "" }, message: "needs client-id, idp-issuer-url" },
    { why: "the provider refuses", config: {}, message: "said 400" },
    { why: "the provider is not trusted", config: { "idp-certificate-authority-data": "" }, message: "certificate" },
  ]) {
    it(`is not let in when ${why}, and the error says so without a secret`, async () => {
      status = 400;
      const error: unknown = await (
        await readerOf(config)
      )
        .read({ isDenied: false })
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(Error);
      expect(String(error)).to.include(message).and.not.to.include("refresh-0");
    });
  }

  it("is not let in when the provider sends no JSON, of which nothing is said", async () => {
    unparsable = "refresh-9";
    const reader = await readerOf({});
    const error: unknown = await reader.read({ isDenied: false }).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include("not JSON").and.not.to.include("refresh");
  });
});
