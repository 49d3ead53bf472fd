import { expect } from "chai";
import { describe, it } from "mocha";

import { KnownSecrets } from "../../environment/known-secrets.ts";
import { createAuthority } from "../../fakes/certificate.ts";

const PASSWORD = "correct horse/battery";

describe("KnownSecrets", () => {
  const known = new KnownSecrets();
  known.addLogin("password", "operator", PASSWORD);
  const { certPem, keyPem } = createAuthority("Test CA").issue("operator");
  known.add("key", keyPem);
  const keyLine = keyPem.split("\n")[1] ?? "";

  for (const { why, text, found } of [
    { why: "as it is", text: `sasl "${PASSWORD}"`, found: ["password"] },
    { why: "in a URL", text: `https://operator:${encodeURIComponent(PASSWORD)}@host`, found: ["password"] },
    { why: "in base64", text: Buffer.from(PASSWORD).toString("base64"), found: ["password"] },
    { why: "as HTTP's Basic", text: `Basic ${btoa(`operator:${PASSWORD}`)}`, found: ["password"] },
    { why: "as SASL PLAIN", text: btoa(`\0operator\0${PASSWORD}`), found: ["password"] },
    { why: "as one line of a key", text: `x ${keyLine} y`, found: ["key"] },
    { why: "both", text: `${keyPem}${PASSWORD}`, found: ["key", "password"] },
    { why: "not a certificate", text: certPem, found: [] },
    { why: "not a part of one", text: "correct horse", found: [] },
  ]) {
    it(`finds a secret ${why}`, () => {
      expect(known.foundIn(text)).to.deep.equal(found);
    });
  }

  it("takes them out of what is shown", () => {
    expect(known.hidden(`Refused ${PASSWORD}`)).to.equal("Refused <password>");
  });

  it("does not know what is too short to be told from other words", () => {
    const short = new KnownSecrets();
    expect([short.add("pin", "1234"), short.foundIn("1234")]).to.deep.equal(["1234", []]);
  });
});
