import { expect } from "chai";
import { describe, it } from "mocha";

import { noAnswer, refusal, watchFailure } from "../../../../src/kubernetes/client/api-failure.ts";

describe("A refusal of the API server", () => {
  it("tells code, reason and the server's own words", () => {
    const body = JSON.stringify({ kind: "Status", reason: "Forbidden", message: "widgets is forbidden", code: 403 });
    const error = refusal("PATCH /x", 403, body);
    expect(error).to.include({ code: 403, reason: "Forbidden", retryAfterMs: undefined });
    expect(error.message).to.equal("PATCH /x was refused with 403: widgets is forbidden");
  });

  for (const { why, body, message } of [
    {
      why: "a load balancer's page",
      body: "<html>Bad gateway</html>",
      message: "PATCH /x was refused with 502: <html>Bad gateway</html>",
    },
    { why: "nothing", body: "", message: "PATCH /x was refused with 502: no explanation was given" },
    { why: "JSON of another kind", body: "7", message: "PATCH /x was refused with 502: 7" },
  ]) {
    it(`is understood when it holds ${why}`, () => {
      const error = refusal("PATCH /x", 502, body);
      expect([error.reason, error.message]).to.deep.equal(["HTTP502", message]);
    });
  }

  for (const { header, seconds, expected } of [
    { header: "2", seconds: undefined, expected: 2_000 },
    { header: undefined, seconds: 3, expected: 3_000 },
    { header: "1", seconds: 3, expected: 1_000 },
    { header: "86400", seconds: undefined, expected: 30_000 },
    { header: "Wed, 21 Oct 2026 07:28:00 GMT", seconds: undefined, expected: undefined },
    { header: "-1", seconds: undefined, expected: undefined },
  ]) {
    it(`asks to wait ${expected ?? "no"} ms for the header ${header ?? "(none)"} and details of ${seconds ?? "none"}`, () => {
      const body = JSON.stringify({ details: { retryAfterSeconds: seconds } });
      expect(refusal("GET /x", 429, body, header).retryAfterMs).to.equal(expected);
    });
  }
});

describe("An ERROR event", () => {
  it("is a refusal with the code of its Status", () => {
    expect(watchFailure("Watching /x", { code: 410, reason: "Expired", message: "too old" })).to.include({
      code: 410,
      reason: "Expired",
      message: "Watching /x was ended by the server with 410: too old",
    });
  });

  it("without a code is an internal error", () => {
    expect(watchFailure("Watching /x", {})).to.include({ code: 500, reason: "HTTP500" });
  });
});

describe("The lack of an answer", () => {
  it("has code 0 and tells why, as far as is known", () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" });
    const error = noAnswer("GET /x", cause);
    expect(error).to.include({ code: 0, reason: "Unreachable", cause });
    expect(error.message).to.equal("GET /x got no answer (ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1)");
  });

  it("is a timeout where the transport says so", () => {
    const cause = Object.assign(new Error("Headers Timeout Error"), { code: "UND_ERR_HEADERS_TIMEOUT" });
    expect(noAnswer("GET /x", cause).reason).to.equal("Timeout");
  });
});
