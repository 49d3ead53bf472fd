import { expect } from "chai";
import { describe, it } from "mocha";

import { redact } from "../../../src/telemetry/redact.ts";

const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

describe("redact()", () => {
  for (const { why, text } of [
    { why: "a bearer token", text: `authorization: Bearer ${TOKEN}` },
    { why: "a token by itself", text: `got ${TOKEN} from the file` },
    { why: "a password in a URL", text: "connecting to https://user:hunter2@kafka:9093/" },
    { why: "a password in a JAAS line", text: 'ScramLoginModule required username="u" password="hunter2";' },
    { why: "a private key", text: "-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----" },
    { why: "basic authorization", text: "Basic aHVudGVyMg==" },
  ]) {
    it(`takes ${why} out of text, wherever it stands`, () => {
      const nested = { message: text, list: [text], error: new Error(text, { cause: new Error(text) }) };
      const shown = JSON.stringify([redact(text), redact(nested)]);
      for (const secret of ["hunter2", TOKEN, "aHVudGVyMg"]) expect(shown).not.to.include(secret);
      expect(shown).to.include("***");
    });
  }

  it("shows no value of a field with a secret's name", () => {
    const fields = {
      password: "hunter2",
      saslPassword: "hunter2",
      token: "hunter2",
      clientSecret: "hunter2",
      privateKey: "hunter2",
    };
    expect(JSON.stringify(redact({ ...fields, headers: { Authorization: "hunter2" } }))).not.to.include("hunter2");
  });

  it("leaves alone what is no secret", () => {
    const fields = {
      object: "shop/orders",
      generation: 3,
      cleanupPolicy: "delete",
      keys: ["a"],
      tokens: 3,
      none: null,
    };
    expect(redact(fields)).to.deep.equal(fields);
  });

  it("turns errors into plain data, causes included; the stack only of what may be a bug", () => {
    const answer = Object.assign(new Error("refused"), { code: 409, reason: "Conflict", socket: { huge: true } });
    const shown = redact(new TypeError("A bug", { cause: answer })) as Record<string, unknown>;
    expect(shown).to.include({ name: "TypeError", message: "A bug" });
    expect(shown["stack"]).to.be.a("string");
    expect(shown["cause"]).to.deep.equal({ name: "Error", message: "refused", code: 409, reason: "Conflict" });
  });

  it("survives cycles, bytes and big numbers", () => {
    const cycle: Record<string, unknown> = { bytes: new Uint8Array(3), big: 2n ** 70n };
    cycle["self"] = cycle;
    expect(JSON.stringify(redact(cycle)))
      .to.include("3 bytes")
      .and.to.include("1180591620717411303424")
      .and.to.include("…");
  });
});
