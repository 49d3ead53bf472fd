import { Readable } from "node:stream";

import { expect } from "chai";
import { describe, it } from "mocha";

import type { ApiRequest } from "../../../../src/kubernetes/client/exchange.ts";
import { LeaseClient } from "../../../../src/kubernetes/client/lease-client.ts";
import type { WatchFrame, WatchRequest } from "../../../../src/kubernetes/client/watch-stream.ts";
import type { LeaseRecord } from "../../../../src/kubernetes/leases.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";

const { signal } = new AbortController();
const RECORD: LeaseRecord = {
  holderIdentity: "me",
  leaseDurationSeconds: 15,
  acquireTime: "2026-01-01T00:00:00.000000Z",
  renewTime: "2026-01-01T00:00:00.000000Z",
  leaseTransitions: 0,
};

const found = (holderIdentity: string) => () => ({
  metadata: { resourceVersion: "9" },
  spec: { ...RECORD, holderIdentity },
});

const refuse = (code: number) => (): never => {
  throw new KubernetesError(code, "MadeUp", "made up");
};

const clientWith = (
  answers: Partial<Record<ApiRequest["method"], () => unknown>>,
  frames: readonly WatchFrame[] = [],
): { leases: LeaseClient; requests: ApiRequest[]; watches: WatchRequest[] } => {
  const requests: ApiRequest[] = [];
  const watches: WatchRequest[] = [];
  const transport = {
    request: <T>(request: ApiRequest): Promise<T> => {
      requests.push(request);
      // oxlint-disable-next-line promise/prefer-await-to-then -- what throws here is the answer
      return Promise.resolve().then(() => answers[request.method]?.() as T);
    },
  };
  const watch = (request: WatchRequest): AsyncIterable<WatchFrame> => {
    watches.push(request);
    return Readable.from(frames) as AsyncIterable<WatchFrame>;
  };
  return { leases: new LeaseClient({ namespace: "ops", name: "operator" }, { transport, watch }), requests, watches };
};

describe("LeaseClient", () => {
  it("uses the socket that is kept for leases", async () => {
    const { leases, requests } = clientWith({ GET: found("other") });
    expect(await leases.get(signal)).to.deep.equal({
      record: { ...RECORD, holderIdentity: "other" },
      resourceVersion: "9",
    });
    expect(requests[0]).to.include({
      path: "/apis/coordination.k8s.io/v1/namespaces/ops/leases/operator",
      connectionClass: "leases",
    });
  });

  it("reads a lease that nobody has filled in", async () => {
    const { leases } = clientWith({ GET: () => ({ metadata: { resourceVersion: "1" } }) });
    expect((await leases.get(signal))?.record.holderIdentity).to.equal("");
  });

  it("tells of an absent lease", async () => {
    expect(await clientWith({ GET: refuse(404) }).leases.get(signal)).to.equal(undefined);
  });

  it("resolves a creation without an answer by reading: ours, if we stand in it", async () => {
    const { leases, requests } = clientWith({ POST: refuse(0), GET: found("me") });
    expect((await leases.create(RECORD, signal)).resourceVersion).to.equal("9");
    expect(requests.map(({ method }) => method)).to.deep.equal(["POST", "GET"]);
  });

  for (const { why, answers } of [
    { why: "somebody else stands in it", answers: { POST: refuse(0), GET: found("other") } },
    { why: "there is none", answers: { POST: refuse(0), GET: refuse(404) } },
    { why: "it was refused", answers: { POST: refuse(409), GET: found("me") } },
  ]) {
    it(`does not take a lease for created when ${why}`, async () => {
      const { leases } = clientWith(answers);
      const error: unknown = await leases.create(RECORD, signal).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(KubernetesError);
    });
  }

  it("updates exactly the version it knows", async () => {
    const { leases, requests } = clientWith({ PUT: found("me") });
    await leases.update({ record: RECORD, resourceVersion: "8" }, signal);
    expect(requests[0]?.body).to.deep.include({
      metadata: { name: "operator", namespace: "ops", resourceVersion: "8" },
      spec: RECORD,
    });
  });

  it("watches the one lease, so that a Role may name it, and tells of its end", async () => {
    const { leases, watches } = clientWith({}, [
      { type: "MODIFIED", object: found("")() },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "10" } } },
      { type: "DELETED", object: found("")() },
    ]);
    const told: unknown[] = [];
    for await (const lease of leases.watch("8", signal)) told.push(lease);
    expect(told).to.deep.equal([{ record: { ...RECORD, holderIdentity: "" }, resourceVersion: "9" }, undefined]);
    const { pathname, searchParams } = new URL(watches[0]?.path ?? "", "https://api");
    expect(pathname).to.equal("/apis/coordination.k8s.io/v1/namespaces/ops/leases");
    expect(Object.fromEntries(searchParams)).to.deep.equal({
      fieldSelector: "metadata.name=operator",
      watch: "true",
      resourceVersion: "8",
      timeoutSeconds: String(watches[0]?.timeoutSeconds),
    });
  });
});
