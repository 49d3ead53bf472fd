// TLS for one connection: the model's settings as options of Node. Verifies always; there is no switch to turn it off.

import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";

import type { TlsSettings } from "../model/connection.ts";

/** Options for a connection to `host`; several certificate authorities are all trusted, as a rotation needs. */
export function tlsOptions(settings: TlsSettings, host: string): ConnectionOptions {
  const { certificateAuthorities, clientCertificate, serverName } = settings;
  const name = serverName ?? host;
  return {
    minVersion: "TLSv1.2",
    ...(certificateAuthorities && { ca: [...certificateAuthorities] }),
    ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.privateKey }),
    // An IP address may not be sent as server name; the certificate is then compared with the address itself.
    ...(isIP(name) === 0 && { servername: name }),
  };
}
