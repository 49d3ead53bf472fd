// Alerts and dashboards against what the operator tells: every metric and label that a query names is registered, every
// query is PromQL, and every alert and reason has its page. What the alerts do over time is in test/long.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { describe, it } from "mocha";
import { parse } from "yaml";

import { DASHBOARDS, queriesOf } from "../hack/monitoring/dashboards.ts";
import { ALERTS, runbookPath } from "../hack/monitoring/monitoring-files.ts";
import { reasonPath } from "../hack/monitoring/reason-pages.ts";
import { registeredMetrics } from "../hack/reference/metrics-page.ts";
import { READY_REASONS } from "../src/api/conditions.ts";

const ROOT = join(import.meta.dirname, "..");
/** Of prom-client, which are there where the process is. */
const OF_THE_PROCESS = /^(process|nodejs)_/;
/** What Prometheus adds to what it scrapes. */
const OF_PROMETHEUS = new Set(["instance", "job", "le"]);

function read(path: string): unknown {
  return parse(readFileSync(join(ROOT, path), "utf8"));
}

/** Series that the operator tells, and their labels. */
const series = new Map(
  registeredMetrics().flatMap(({ labels, name, type }) => {
    const names = type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name];
    return names.map((each) => [each, new Set(labels)] as const);
  }),
);

function nodesOf(query: string): { readonly name: string; readonly text: string; readonly node: SyntaxNode }[] {
  const nodes: { name: string; text: string; node: SyntaxNode }[] = [];
  parser.parse(query).iterate({
    enter: ({ from, name, node, to }) => {
      nodes.push({ name, text: query.slice(from, to), node });
    },
  });
  return nodes;
}

/** What is wrong with a query. */
function problemsOf(query: string): string[] {
  const nodes = nodesOf(query);
  if (nodes.some(({ node }) => node.type.isError)) return [`is no PromQL: ${query}`];
  const metrics = nodes.filter(({ name, node }) => name === "Identifier" && node.parent?.name === "VectorSelector");
  const labels = nodes.filter(({ name }) => name === "LabelName").map(({ text }) => text);
  const own = metrics.map(({ text }) => text).filter((name) => !OF_THE_PROCESS.test(name));
  const unknown = own.filter((name) => !series.has(name)).map((name) => `names the metric ${name}, which nobody tells`);
  const known = new Set(own.flatMap((name) => [...(series.get(name) ?? [])]));
  const odd = labels.filter((label) => !known.has(label) && !OF_PROMETHEUS.has(label));
  return [...unknown, ...odd.map((label) => `names the label ${label}, which none of ${own.join(", ")} has`)];
}

describe("Alerts", () => {
  for (const alert of ALERTS) {
    it(`${alert.name} asks for what there is, and has a runbook`, () => {
      expect(problemsOf(alert.expr)).to.deep.equal([]);
      expect(existsSync(join(ROOT, runbookPath(alert))), runbookPath(alert)).to.equal(true);
      expect(alert.remedy).not.to.deep.equal([]);
    });
  }

  it("use labels that their series have", () => {
    for (const { expr, name, summary, meaning, diagnosis } of ALERTS) {
      const used = [summary, meaning, ...diagnosis].flatMap((text) =>
        Array.from(text.matchAll(/\$labels\.(\w+)/g), ([, label]) => label ?? ""),
      );
      const nodes = nodesOf(expr);
      const grouped = nodes.filter(({ name: node }) => node === "GroupingLabels");
      const named = nodes.filter(({ name: node }) => node === "Identifier");
      const there = new Set(
        grouped.length === 0
          ? named.flatMap(({ text }) => [...(series.get(text) ?? [])])
          : grouped.flatMap(({ text }) => text.match(/\w+/g) ?? []),
      );
      expect(
        used.filter((label) => !there.has(label)),
        name,
      ).to.deep.equal([]);
    }
  });

  it("have names of their own", () => {
    const names = ALERTS.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("are the same for Prometheus and for its operator", () => {
    const { groups } = read("config/prometheus/rules.yaml") as { groups: unknown };
    expect((read("config/prometheus/prometheus-rule.yaml") as { spec: unknown }).spec).to.deep.equal({ groups });
  });
});

describe("Dashboards", () => {
  for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
    it(`${name} asks for what there is`, () => {
      const queries = queriesOf(dashboard).map((query) => query.replaceAll(/\$\w+/g, "x"));
      expect(queries).not.to.deep.equal([]);
      expect(queries.flatMap(problemsOf)).to.deep.equal([]);
    });
  }
});

describe("Every reason", () => {
  it("has a page", () => {
    const reasons = new Set(Object.values(READY_REASONS).flatMap((of) => Object.keys(of)));
    expect([...reasons].filter((reason) => !existsSync(join(ROOT, reasonPath(reason))))).to.deep.equal([]);
  });
});

describe("The check of queries", () => {
  const cases: readonly (readonly [query: string, problem: RegExp])[] = [
    ["sum by (", /is no PromQL/],
    ["eventbus_bus_conected == 0", /metric eventbus_bus_conected/],
    ['eventbus_bus_connected{buss="x"}', /label buss/],
    ["sum by (topic) (eventbus_bus_connected)", /label topic/],
    ["eventbus_kafka_request_duration_seconds", /metric eventbus_kafka_request_duration_seconds/],
  ];
  for (const [query, problem] of cases) {
    it(`finds the mistake in ${query}`, () => {
      expect(problemsOf(query).join("; ")).to.match(problem);
    });
  }
});
