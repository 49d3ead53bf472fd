// A real Prometheus that scrapes one address and evaluates the shipped rules. Queries go through its own API.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { request } from "undici";
import { stringify } from "yaml";

import { Progress } from "../../hack/toolchain/progress.mjs";
import { prometheusBinaries } from "../../hack/toolchain/prometheus.mjs";
import { findFreePorts, withFreshPorts } from "./free-ports.ts";
import { Sandbox } from "./sandbox.ts";

const RULES = join(import.meta.dirname, "../../config/prometheus/rules.yaml");

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: string;
}

export interface Prometheus extends AsyncDisposable {
  /** What an instant query yields. */
  query(expression: string): Promise<readonly Sample[]>;
  /** Health of each rule by its name: `ok`, `err`, or `unknown` before the first evaluation. */
  ruleHealth(): Promise<Readonly<Record<string, string>>>;
  /** Names of the alerts that hold, firing or not yet for long enough. */
  activeAlerts(): Promise<readonly string[]>;
}

function isReady(log: string): boolean {
  return log.includes("Server is ready to receive web requests");
}

/** `target`: host and port of a metrics server. Scrapes and evaluates every second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const { prometheus } = await prometheusBinaries(new Progress());
  const sandbox = new Sandbox("prometheus");
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: [RULES],
    scrape_configs: [{ job_name: "event-bus-operator", static_configs: [{ targets: [target] }] }],
  };
  const configFile = join(sandbox.folder, "prometheus.yaml");
  writeFileSync(configFile, stringify(config));
  const address = await withFreshPorts(async () => {
    const [port = 0] = await findFreePorts(1);
    const args = [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(sandbox.folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    await sandbox.process({ name: "prometheus", command: prometheus, args, isReady, readyTimeoutMs: 30_000 }).start();
    return `http://127.0.0.1:${port}`;
  });
  return connectedTo(address, sandbox);
}

function connectedTo(address: string, sandbox: Sandbox): Prometheus {
  const get = async <T>(path: string): Promise<T> => {
    const { body, statusCode } = await request(`${address}/api/v1/${path}`, { reset: true });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`Prometheus refused ${path}: ${statusCode} ${text}`);
    return (JSON.parse(text) as { readonly data: T }).data;
  };
  return {
    query: async (expression) => {
      const path = `query?query=${encodeURIComponent(expression)}`;
      const { result } = await get<{ result: readonly { metric: Sample["metric"]; value: [number, string] }[] }>(path);
      return result.map(({ metric, value: [, value] }) => ({ metric, value }));
    },
    ruleHealth: async () => {
      const { groups } = await get<{ groups: readonly { rules: readonly { name: string; health: string }[] }[] }>(
        "rules",
      );
      return Object.fromEntries(groups.flatMap(({ rules }) => rules.map(({ health, name }) => [name, health])));
    },
    activeAlerts: async () => {
      const { alerts } = await get<{ alerts: readonly { labels: { alertname: string } }[] }>("alerts");
      return alerts.map(({ labels }) => labels.alertname);
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}
