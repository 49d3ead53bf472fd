// Makes a broker's message fit for a status: one line, bounded, the same for the same mistake. Drops connection ids,
// session hashes and clients' addresses, which some messages carry; keeps everything that a person can act on.

const longest = 1024;

// `Request(processor=0, connectionId=…, session=…, listenerName=ListenerName(PLAINTEXT), …) is not authorized.`
const requestDump = /\bRequest\(.*\)/g;
const attributes = /\b(?:connectionId|session|processor|clientAddress|correlationId)=[^\s,)]*,?\s*/g;
const objectHash = /@[0-9a-f]{5,}\b/g;
const ipv4 = /\/?\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g;
const ipv6 = /\/?\[?\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?:%\w+)?\]?(?::\d{1,5})?/gi;

/** The part of a broker's message that does not change from request to request; "" where nothing is left. */
export function stableText(message: string): string {
  const text = message
    .replace(/\s+/g, " ")
    .replace(requestDump, "The request")
    .replace(/\bRequest The request\b/g, "The request")
    .replace(attributes, "")
    .replace(objectHash, "")
    .replace(ipv4, "(address)")
    .replace(ipv6, "(address)")
    .trim();
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
