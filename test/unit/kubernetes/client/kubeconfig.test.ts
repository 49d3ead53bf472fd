import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { AccessReader, findKubeconfig } from "../../../../src/kubernetes/client/kubeconfig.ts";

const readerOf = (...paths: string[]): AccessReader => new AccessReader({ kind: "files", paths });

const config = (user: object, cluster: object = {}): object => ({
  clusters: [{ name: "c", cluster: { server: "https://api:6443/", ...cluster } }],
  users: [{ name: "u", user }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "ops" } }],
  "current-context": "x",
});

describe("AccessReader", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const write = async (name: string, content: unknown): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
  const fresh = { isDenied: false };

  it("reads address, namespace and a token", async () => {
    const reader = readerOf(await write("config", config({ token: "secret-token" })));
    expect(await reader.read(fresh)).to.deep.include({
      server: "https://api:6443",
      namespace: "ops",
      proxyUrl: undefined,
      headers: { authorization: "Bearer secret-token" },
    });
  });

  it("reads a token file anew each time, beside its kubeconfig, without its line end", async () => {
    await write("token", "first\n");
    const reader = readerOf(await write("config", config({ tokenFile: "token" })));
    expect((await reader.read(fresh)).headers).to.deep.equal({ authorization: "Bearer first" });
    await write("token", "second");
    expect((await reader.read(fresh)).headers).to.deep.equal({ authorization: "Bearer second" });
  });

  it("reads certificates from files and from data, anew each time", async () => {
    await write("client.crt", "CERT 1");
    await write("client.key", "KEY");
    const data = {
      "certificate-authority-data": Buffer.from("CA").toString("base64"),
      "tls-server-name": "api.internal",
    };
    const reader = readerOf(
      await write("config", config({ "client-certificate": "client.crt", "client-key": "client.key" }, data)),
    );
    expect((await reader.read(fresh)).tls).to.include({
      ca: "CA",
      cert: "CERT 1",
      key: "KEY",
      servername: "api.internal",
    });
    await write("client.crt", "CERT 2");
    expect((await reader.read(fresh)).tls.cert).to.equal("CERT 2");
  });

  it("asks a credential plugin once, and again when its token is refused", async () => {
    const credential = {
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "T" },
    };
    const script = `#!/bin/sh\necho asked >> "${folder}/asked"\nCOUNT=$(wc -l < "${folder}/asked")\necho '${JSON.stringify(credential)}' | sed "s/\\"T\\"/\\"token-$COUNT\\"/;s/ //g"\n`;
    const plugin = await write("plugin", script);
    await chmod(plugin, 0o700);
    const reader = readerOf(
      await write("config", config({ exec: { command: plugin, apiVersion: credential.apiVersion } })),
    );
    const token = async (isDenied: boolean): Promise<string | undefined> =>
      (await reader.read({ isDenied })).headers["authorization"];
    expect([await token(false), await token(false), await token(true), await token(false)]).to.deep.equal([
      "Bearer token-1",
      "Bearer token-1",
      "Bearer token-2",
      "Bearer token-2",
    ]);
  });

  it("merges several files as kubectl does: the first to name something wins", async () => {
    const first = await write("first", config({ token: "first" }));
    const second = await write("second", config({ token: "second" }, { server: "https://other" }));
    expect((await readerOf(first, second).read(fresh)).headers["authorization"]).to.equal("Bearer first");
  });

  it("tells of proxies and of certificates that are not to be checked", async () => {
    const cluster = { "proxy-url": "http://proxy:3128", "insecure-skip-tls-verify": true };
    const access = await readerOf(await write("config", config({}, cluster))).read(fresh);
    expect([access.proxyUrl, access.tls.rejectUnauthorized]).to.deep.equal(["http://proxy:3128", false]);
  });

  it("passes on whom to impersonate", async () => {
    const access = await readerOf(await write("config", config({ token: "t", as: "somebody" }))).read(fresh);
    expect(access.headers).to.include({ "impersonate-user": "somebody" });
  });

  it("rejects when a file is not there, and when the context leads nowhere", async () => {
    const missing: unknown = await readerOf(join(folder, "none"))
      .read(fresh)
      .catch((error: unknown) => error);
    expect(missing).to.be.instanceOf(Error);
    const nowhere = await write("config", { ...config({}), "current-context": "y" });
    const error: unknown = await readerOf(nowhere)
      .read(fresh)
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", 'The kubeconfig has no cluster for context "y"');
  });
});

describe("findKubeconfig()", () => {
  it("takes KUBECONFIG, then the usual place, then the account of the pod, and names them when there is none", async () => {
    const home = await mkdtemp(join(tmpdir(), "home-"));
    try {
      expect(findKubeconfig({ KUBECONFIG: "/a:/b" }, home)).to.deep.equal({ kind: "files", paths: ["/a", "/b"] });
      expect(() => findKubeconfig({ KUBECONFIG: "" }, home)).to.throw(
        `set KUBECONFIG, or create "${home}/.kube/config"`,
      );
      await mkdir(join(home, ".kube"));
      await writeFile(join(home, ".kube", "config"), "{}");
      expect(findKubeconfig({}, home)).to.deep.equal({ kind: "files", paths: [join(home, ".kube", "config")] });
    } finally {
      await rm(home, { recursive: true });
    }
  });
});
