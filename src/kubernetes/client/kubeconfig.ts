// Where the API server is and how to prove who we are, from kubeconfig files or the in-cluster account. The only
// importer of @kubernetes/client-node, whose import costs more memory than the rest of the operator.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";

import { OidcTokens, type OidcConfig } from "./oidc.ts";

/** What is needed to connect, and to be let in, at this moment. */
export interface Access {
  /** Origin and path prefix, without a slash at the end. */
  readonly server: string;
  /** `proxy-url` of the kubeconfig: http, https or socks5. The environment's proxies are not used. */
  readonly proxyUrl: string | undefined;
  readonly tls: TlsMaterial;
  /** Authorization and impersonation. */
  readonly headers: Readonly<Record<string, string>>;
  /** Namespace of the context, or of the in-cluster account. */
  readonly namespace: string | undefined;
}

export interface TlsMaterial {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
  readonly rejectUnauthorized?: boolean | undefined;
}

export type KubeconfigSource =
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "in-cluster" };

const ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/**
 * As kubectl looks for it: KUBECONFIG, then ~/.kube/config, then the account of the pod.
 * Throws an Error that names the places when there is none.
 */
export function findKubeconfig(
  environment: Readonly<Record<string, string | undefined>>,
  homeDirectory: string,
): KubeconfigSource {
  const named = (environment["KUBECONFIG"] ?? "").split(process.platform === "win32" ? ";" : ":").filter(Boolean);
  if (named.length > 0) return { kind: "files", paths: named };
  const usual = join(homeDirectory, ".kube", "config");
  if (existsSync(usual)) return { kind: "files", paths: [usual] };
  if (existsSync(ACCOUNT_TOKEN)) return { kind: "in-cluster" };
  throw new Error(`Cannot find a kubeconfig: set KUBECONFIG, or create "${usual}", or run in a pod with an account`);
}

/** Reads access from its source; credentials.ts decides how often. */
export class AccessReader {
  readonly #source: KubeconfigSource;
  readonly #oidc = new OidcTokens();
  #config: KubeConfig | undefined;

  constructor(source: KubeconfigSource) {
    this.#source = source;
  }

  /**
   * `isDenied`: the last credentials were refused, so nothing may come from a cache. Rejects when a file cannot be read
   * or a credential plugin fails.
   */
  async read({ isDenied }: { readonly isDenied: boolean }): Promise<Access> {
    const known = this.#config;
    // Plugins keep what they fetched until it expires; everything else is files, read again each time.
    const config = known === undefined || isDenied || !keepsItsOwnCache(known) ? load(this.#source) : known;
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error(`The kubeconfig has no cluster for context "${config.currentContext}"`);
    await this.#renewIdToken(config, isDenied);
    const options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0] = {};
    await config.applyToHTTPSOptions(options);
    this.#config = config;
    return {
      server: cluster.server.replace(/\/+$/, ""),
      proxyUrl: cluster.proxyUrl,
      tls: {
        ca: text(options.ca),
        cert: text(options.cert),
        key: text(options.key),
        servername: cluster.tlsServerName,
        rejectUnauthorized: options.rejectUnauthorized,
      },
      headers: headersOf(options),
      namespace: config.getContextObject(config.currentContext)?.namespace?.trim(),
    };
  }

  /** Puts the token itself in place of the provider that client-node would ask for it. */
  async #renewIdToken(config: KubeConfig, isDenied: boolean): Promise<void> {
    const current = config.getCurrentUser();
    const provider = current?.authProvider as AuthProvider | null | undefined;
    if (current === null || provider?.name !== "oidc") return;
    const token = await this.#oidc.idToken(provider.config ?? {}, { isDenied }, Date.now());
    config.users = config.users.map((user) =>
      user.name === current.name ? { ...user, authProvider: undefined, token } : user,
    );
  }
}

/** The kinds of credentials of a user that are not simply read. */
interface AuthProvider {
  readonly name?: string;
  readonly config?: OidcConfig;
}

function keepsItsOwnCache(config: KubeConfig): boolean {
  const user = config.getCurrentUser();
  const provider = user?.authProvider as AuthProvider | null | undefined;
  return (user?.exec !== undefined && user.exec !== null) || provider?.name === "exec";
}

function load(source: KubeconfigSource): KubeConfig {
  const config = new KubeConfig();
  if (source.kind === "in-cluster") {
    config.loadFromCluster();
    return config;
  }
  const files = source.paths.map((path) => loadFile(path));
  config.loadFromOptions({
    clusters: firstByName(files.flatMap((file) => file.clusters)),
    users: firstByName(files.flatMap((file) => file.users)),
    contexts: firstByName(files.flatMap((file) => file.contexts)),
    currentContext: files.find((file) => file.currentContext)?.currentContext ?? "",
  });
  return config;
}

function loadFile(path: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  const tokenFiles = tokenFilesIn(path);
  config.users = config.users.map((user) => {
    const tokenFile = tokenFiles.get(user.name);
    return tokenFile === undefined ? user : { ...user, authProvider: { name: "tokenFile", config: { tokenFile } } };
  });
  return config;
}

/** client-node does not read `tokenFile`, which is how client-go spells it. */
function tokenFilesIn(path: string): Map<string, string> {
  const { users = [] } = parse(readFileSync(path, "utf8")) as {
    readonly users?: readonly { readonly name: string; readonly user?: { readonly tokenFile?: string } }[] | null;
  };
  return new Map(
    (users ?? []).flatMap(({ name, user }) =>
      user?.tokenFile === undefined ? [] : [[name, resolve(dirname(path), user.tokenFile)]],
    ),
  );
}

/** As kubectl merges files: the first to name something wins. */
function firstByName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.filter((item, index) => items.findIndex(({ name }) => name === item.name) === index);
}

function headersOf(options: { readonly headers?: unknown; readonly auth?: string | null }): Record<string, string> {
  const given = Object.entries((options.headers ?? {}) as Record<string, unknown>);
  const headers = Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), String(value).trim()]));
  if (headers["authorization"] === undefined && typeof options.auth === "string") {
    headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  }
  return headers;
}

function text(material: unknown): string | undefined {
  if (Buffer.isBuffer(material)) return material.toString("utf8");
  return typeof material === "string" ? material : undefined;
}
