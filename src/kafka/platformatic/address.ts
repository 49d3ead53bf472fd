// Where a broker listens. Parses what people write as a bootstrap server; resolves nothing.

export interface Address {
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** A broker as the cluster advertises it. */
export interface BrokerAddress extends Address {
  readonly id: number;
  readonly rack?: string | undefined;
}

/** `host:port`, with brackets around IPv6. */
export function addressText({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads `host:port` or `[IPv6]:port`.
 * @throws Error where it is neither.
 */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    throw new Error(`Bootstrap server "${text}" is not an address; write host:port, or [IPv6]:port`);
  }
  return { host, port };
}
