import { expect } from "chai";
import { describe, it } from "mocha";

import { certificateEnds } from "../../../../src/controllers/event-bus/certificates.ts";
import { createAuthority } from "../../../fakes/certificate.ts";

const bootstrapServers = ["kafka:9093"];
// X.509 knows whole seconds.
const [sooner, later] = [1_800_000_000_000, 1_900_000_000_000];

describe("certificateEnds()", () => {
  it("tells when the client's certificate ends, and the CA that lasts longest", () => {
    const old = createAuthority("old", { toMs: sooner });
    const next = createAuthority("next", { toMs: later });
    const { certPem: certificate, keyPem: privateKey } = old.issue("operator", { toMs: sooner });
    const tls = {
      certificateAuthorities: [old.certPem, next.certPem],
      clientCertificate: { certificate, privateKey },
    };
    expect(certificateEnds({ bootstrapServers, security: { protocol: "SSL", tls } })).to.deep.equal({
      ca: later,
      client: sooner,
    });
  });

  it("tells nothing of what the system trusts, nor of clear text", () => {
    expect(certificateEnds({ bootstrapServers, security: { protocol: "SSL", tls: {} } })).to.deep.equal({});
    expect(certificateEnds({ bootstrapServers, security: { protocol: "PLAINTEXT" } })).to.deep.equal({});
  });
});
