// Rules for Prometheus, the same as an object of the Prometheus operator, and a page for every alert, from one table.

import { stringify } from "yaml";

import type { Alert } from "./alert.ts";
import { PLATFORM_ALERTS } from "./alerts-platform.ts";
import { TENANT_ALERTS } from "./alerts-tenant.ts";

export const ALERTS: readonly Alert[] = [...PLATFORM_ALERTS, ...TENANT_ALERTS];

const NOTE = "Generated from hack/monitoring by hack/generate.ts; do not edit.";
const UNFOLDED = { lineWidth: 0 };

/** Below the root of the repository. */
export function runbookPath({ name }: Alert): string {
  return `docs/runbooks/${name}.md`;
}

function groups(): unknown {
  return (["platform", "tenant"] as const).map((audience) => ({
    name: `event-bus-${audience}`,
    rules: ALERTS.filter((alert) => alert.audience === audience).map((alert) => ({
      alert: alert.name,
      expr: alert.expr,
      for: alert.for,
      labels: { severity: alert.severity, audience },
      annotations: { summary: alert.summary, description: alert.meaning, runbook_url: runbookPath(alert) },
    })),
  }));
}

/** For `rule_files` of Prometheus. */
export function prometheusRules(): string {
  return `# ${NOTE}\n${stringify({ groups: groups() }, UNFOLDED)}`;
}

/** The same for the Prometheus operator. */
export function prometheusRuleObject(): string {
  const object = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "event-bus-operator", labels: { "app.kubernetes.io/name": "event-bus-operator" } },
    spec: { groups: groups() },
  };
  return `# ${NOTE}\n${stringify(object, UNFOLDED)}`;
}

const OWNERS = { platform: "the platform team", tenant: "the team that declared the object" } as const;

export function runbookPage(alert: Alert): string {
  return [
    `<!-- ${NOTE} -->`,
    "",
    `# ${alert.name}`,
    "",
    `**${alert.severity}**, for ${OWNERS[alert.audience]}. ${readable(alert.meaning)}`,
    "",
    `Fires when this holds for ${alert.for}:`,
    "",
    fenced("promql", [alert.expr]),
    "",
    "## Find the cause",
    "",
    fenced("sh", alert.diagnosis.map(readable)),
    "",
    "## Put it right",
    "",
    ...alert.remedy.map((step) => `- ${readable(step)}`),
    "",
  ].join("\n");
}

/** Labels of the alert as placeholders: a page is read by people. */
function readable(text: string): string {
  return text.replaceAll(/\{\{ \$(?:labels\.)?(\w+) \}\}/g, "<$1>");
}

function fenced(language: string, lines: readonly string[]): string {
  return ["```" + language, ...lines, "```"].join("\n");
}
