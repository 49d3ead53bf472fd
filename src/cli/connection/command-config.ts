// The settings of a connection in the form that Kafka's own tools read with --command-config: a client.properties file.
// Pure but for the files that it names. What it returns holds secrets; what it says of them are keys and file names.

import type { ConnectionSecurity, ConnectionSettings, TlsSettings } from "../../kafka/model/connection.ts";
import { CommandError } from "../terminal.ts";

const PROTOCOLS = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] as const;
const MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
const PEM_BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]+?-----END \1-----/g;

export type Properties = ReadonlyMap<string, string>;

/** As java.util.Properties reads it. */
export function parseProperties(text: string): Properties {
  const lines = text.replaceAll(/\\\r?\n[ \t]*/g, "").split(/\r?\n/);
  const properties = new Map<string, string>();
  for (const line of lines) {
    const [, key, value = ""] =
      /^[ \t]*((?:[^\\ \t=:#!]|\\.)(?:[^\\ \t=:]|\\.)*)[ \t]*(?:[=:][ \t]*)?(.*)$/.exec(line) ?? [];
    if (key !== undefined) properties.set(unescaped(key), unescaped(value));
  }
  return properties;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/**
 * @param readFile Reads what the properties name: trust and key stores of type PEM.
 * @throws CommandError naming the property that is missing or not supported.
 */
export async function connectionSettings(
  bootstrapServers: string | undefined,
  properties: Properties,
  readFile: (path: string) => Promise<string>,
): Promise<ConnectionSettings> {
  const servers = (bootstrapServers ?? properties.get("bootstrap.servers") ?? "").split(",").map((part) => part.trim());
  const given = servers.filter((server) => server !== "");
  if (given.length === 0) throw new CommandError("No address of Kafka is given; use --bootstrap-server <host:port>");
  return { bootstrapServers: given, security: await securityOf(properties, readFile) };
}

async function securityOf(
  properties: Properties,
  readFile: (path: string) => Promise<string>,
): Promise<ConnectionSecurity> {
  const protocol = chosen(properties, "security.protocol", PROTOCOLS, "PLAINTEXT");
  switch (protocol) {
    case "PLAINTEXT":
      return { protocol };
    case "SSL":
      return { protocol, tls: await tlsOf(properties, readFile) };
    case "SASL_PLAINTEXT":
      return { protocol, sasl: saslOf(properties) };
    case "SASL_SSL":
      return { protocol, tls: await tlsOf(properties, readFile), sasl: saslOf(properties) };
  }
}

function chosen<Choice extends string>(
  properties: Properties,
  key: string,
  choices: readonly Choice[],
  otherwise?: Choice,
): Choice {
  const value = properties.get(key) ?? otherwise;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const what = value === undefined ? "is missing" : `"${value}" is not supported`;
  throw new CommandError(`The command configuration's ${key} ${what}; use one of ${choices.join(", ")}`);
}

type Sasl = Extract<ConnectionSecurity, { readonly protocol: "SASL_PLAINTEXT" }>["sasl"];

function saslOf(properties: Properties): Sasl {
  const mechanism = chosen(properties, "sasl.mechanism", MECHANISMS);
  const jaas = properties.get("sasl.jaas.config") ?? "";
  const option = (name: string): string => {
    const [, quoted, plain] = new RegExp(`\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`).exec(jaas) ?? [];
    const value = quoted === undefined ? plain : unescaped(quoted);
    if (value !== undefined) return value;
    throw new CommandError(`The command configuration's sasl.jaas.config names no ${name}`);
  };
  return { mechanism, username: option("username"), password: option("password") };
}

async function tlsOf(properties: Properties, readFile: (path: string) => Promise<string>): Promise<TlsSettings> {
  const trusted = await storeOf(properties, "ssl.truststore", "ssl.truststore.certificates", readFile);
  const kept = await storeOf(properties, "ssl.keystore", "ssl.keystore.certificate.chain", readFile);
  const own = [kept ?? "", properties.get("ssl.keystore.key") ?? ""].join("\n");
  if (own.includes("BEGIN ENCRYPTED PRIVATE KEY")) {
    throw new CommandError("The command configuration's private key is encrypted, which is not supported; decrypt it");
  }
  const certificate = blocksOf(own, (type) => type === "CERTIFICATE").join("\n");
  const privateKey = blocksOf(own, (type) => type.endsWith("PRIVATE KEY")).join("\n");
  const authorities = trusted === undefined ? undefined : blocksOf(trusted, (type) => type === "CERTIFICATE");
  if (kept !== undefined && (certificate === "" || privateKey === "")) {
    throw new CommandError("The command configuration's ssl.keystore holds no certificate with its private key");
  }
  return {
    certificateAuthorities: authorities,
    clientCertificate: kept === undefined ? undefined : { certificate, privateKey },
  };
}

/** Text of a store: given as it is, or as a file of type PEM. */
async function storeOf(
  properties: Properties,
  store: string,
  inline: string,
  readFile: (path: string) => Promise<string>,
): Promise<string | undefined> {
  const text = properties.get(inline);
  if (text !== undefined) return text;
  const location = properties.get(`${store}.location`);
  if (location === undefined) return undefined;
  if (properties.get(`${store}.type`) !== "PEM") {
    throw new CommandError(`The command configuration's ${store}.type must be PEM: other stores are not supported`);
  }
  return await readFile(location);
}

function blocksOf(text: string, isWanted: (type: string) => boolean): string[] {
  return [...text.matchAll(PEM_BLOCK)].filter(([, type = ""]) => isWanted(type)).map(([block]) => block);
}
