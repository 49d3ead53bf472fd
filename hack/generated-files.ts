// The table of generated files: a path and what produces its text. Add a row to have another file written and checked.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

import { KINDS } from "../src/api/kinds.ts";
import { CHART, CHART_FILES } from "./chart/chart-files.ts";
import { argocdConfigMap, fluxHealthChecks } from "./gitops/gitops-files.ts";
import { DASHBOARDS, dashboardFile } from "./monitoring/dashboards.ts";
import {
  ALERTS,
  prometheusRuleObject,
  prometheusRules,
  runbookPage,
  runbookPath,
} from "./monitoring/monitoring-files.ts";
import { reasonNames, reasonPage, reasonPath } from "./monitoring/reason-pages.ts";
import { commandLinePage } from "./reference/command-line-page.ts";
import { conditionsPage } from "./reference/conditions-page.ts";
import { crdFile } from "./reference/crd-file.ts";
import { dependenciesPage } from "./reference/dependencies-page.ts";
import { kindPage, pageNameOf } from "./reference/kind-page.ts";
import { metricsPage } from "./reference/metrics-page.ts";
import { performancePage } from "./reference/performance-page.ts";
import { purposesPage } from "./reference/purposes-page.ts";
import { aclScript, kafkaUser, readOnlyKafkaUser, rightsPage } from "./reference/rights-pages.ts";
import { settingsPage } from "./reference/settings-page.ts";

export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly produce: () => string | Promise<string>;
}

export const GENERATED_FILES: readonly GeneratedFile[] = [
  ...KINDS.map((kind) => ({ path: `crds/${kind.group}_${kind.plural}.yaml`, produce: () => crdFile(kind) })),
  ...KINDS.map((kind) => ({ path: `docs/reference/${pageNameOf(kind)}`, produce: () => kindPage(kind) })),
  { path: "docs/reference/conditions.md", produce: conditionsPage },
  { path: "docs/reference/command-line.md", produce: commandLinePage },
  { path: "docs/reference/group-purposes.md", produce: purposesPage },
  { path: "docs/reference/settings.md", produce: settingsPage },
  { path: "docs/reference/dependencies.md", produce: dependenciesPage },
  { path: "docs/reference/metrics.md", produce: metricsPage },
  { path: "docs/performance.md", produce: performancePage },
  { path: "docs/kafka-acls.md", produce: rightsPage },
  { path: "config/kafka-acls/kafka-user.yaml", produce: kafkaUser },
  { path: "config/kafka-acls/kafka-user-read-only.yaml", produce: readOnlyKafkaUser },
  { path: "config/kafka-acls/kafka-acls.sh", produce: aclScript },
  { path: "config/prometheus/rules.yaml", produce: prometheusRules },
  { path: "config/prometheus/prometheus-rule.yaml", produce: prometheusRuleObject },
  ...Object.entries(DASHBOARDS).map(([name, dashboard]) => ({
    path: `config/grafana/${name}.json`,
    produce: () => dashboardFile(dashboard),
  })),
  ...ALERTS.map((alert) => ({ path: runbookPath(alert), produce: () => runbookPage(alert) })),
  ...reasonNames().map((reason) => ({ path: reasonPath(reason), produce: () => reasonPage(reason) })),
  { path: "config/argocd/argocd-cm.yaml", produce: argocdConfigMap },
  { path: "config/flux/health-checks.yaml", produce: fluxHealthChecks },
  // Last: the chart carries some of the files above.
  ...CHART_FILES,
];

/** Folders that hold nothing but generated files: any other file there is stale. */
const GENERATED_FOLDERS = [
  "config/kafka-acls",
  "crds",
  "docs/reference",
  "docs/runbooks/reasons",
  `${CHART}/files/crds`,
  `${CHART}/files/grafana`,
];

/** Writes every file below `root` (a directory URL with a trailing slash). */
export async function writeFiles(root: URL): Promise<void> {
  for (const { path, produce } of GENERATED_FILES) {
    await mkdir(new URL(".", new URL(path, root)), { recursive: true });
    await writeFile(new URL(path, root), await produce());
  }
}

/** Paths of files that are missing, differ from what would be written, or that nothing generates any more. */
export async function staleFiles(root: URL): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, produce } of GENERATED_FILES) {
    if ((await contentOf(new URL(path, root))) !== (await produce())) stale.push(path);
  }
  const expected = new Set(GENERATED_FILES.map(({ path }) => path));
  for (const folder of GENERATED_FOLDERS) {
    const present = (await namesIn(new URL(`${folder}/`, root))).map((name) => `${folder}/${name}`);
    stale.push(...present.filter((path) => !expected.has(path)));
  }
  return stale;
}

async function contentOf(file: URL): Promise<string | undefined> {
  return await orWhenAbsent(readFile(file, "utf8"), undefined);
}

async function namesIn(folder: URL): Promise<string[]> {
  return await orWhenAbsent(readdir(folder), []);
}

async function orWhenAbsent<T, Absent>(reading: Promise<T>, absent: Absent): Promise<T | Absent> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return absent;
    throw error;
  }
}
