// The rules of config/rbac, config/strimzi and config/strimzi-topics, sorted by where the chart grants them: they are written there only.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import { GROUP } from "../../src/api/group.ts";
import { KINDS } from "../../src/api/kinds.ts";

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** One role, or part of one, of the chart. */
type Grant =
  | "cluster"
  | "namespaced"
  | "events"
  | "strimzi"
  | "strimziSecrets"
  | "strimziTopics"
  | "strimziUsers"
  | "lease"
  | "secrets"
  | "bindings"
  | "view"
  | "edit";
export type ChartRules = Readonly<Record<Grant, readonly PolicyRule[]>>;

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly PolicyRule[];
}

const CONFIG = join(import.meta.dirname, "..", "..", "config");
const OPERATOR = "event-bus-operator";

/** Roles beside the operator's own ClusterRole, whose rules are split by scope. */
const GRANTS: Readonly<Record<string, Grant>> = {
  [`Role/${OPERATOR}-lease`]: "lease",
  [`Role/${OPERATOR}-secrets`]: "secrets",
  [`ClusterRole/${OPERATOR}-bindings`]: "bindings",
  [`Role/${OPERATOR}-strimzi`]: "strimzi",
  [`Role/${OPERATOR}-strimzi-secrets`]: "strimziSecrets",
  [`Role/${OPERATOR}-strimzi-topics`]: "strimziTopics",
  [`Role/${OPERATOR}-strimzi-users`]: "strimziUsers",
  [`ClusterRole/${OPERATOR}-view`]: "view",
  [`ClusterRole/${OPERATOR}-edit`]: "edit",
};

/** Throws an Error for a role that it does not know. */
export function chartRules(): ChartRules {
  const grants: Record<Grant, PolicyRule[]> = {
    cluster: [],
    namespaced: [],
    events: [],
    strimzi: [],
    strimziSecrets: [],
    strimziTopics: [],
    strimziUsers: [],
    lease: [],
    secrets: [],
    bindings: [],
    view: [],
    edit: [],
  };
  for (const { kind, metadata, rules } of [
    ...readRoles("rbac"),
    ...readRoles("strimzi"),
    ...readRoles("strimzi-topics"),
    ...readRoles("strimzi-users"),
  ]) {
    const grant = GRANTS[`${kind}/${metadata.name}`];
    if (grant !== undefined) grants[grant].push(...rules);
    else if (kind === "ClusterRole" && metadata.name === OPERATOR) {
      for (const rule of rules) for (const [scope, part] of splitByScope(rule)) grants[scope].push(part);
    } else {
      throw new Error(
        `${kind} "${metadata.name}" has no place in the chart: name it in hack/chart/rbac-rules.ts, and bind it in charts/event-bus-operator/templates/rbac.yaml`,
      );
    }
  }
  return grants;
}

function readRoles(folder: string): Role[] {
  const files = readdirSync(join(CONFIG, folder)).filter((file) => /^(?!kustomization).*\.yaml$/.test(file));
  const objects = files
    .toSorted()
    .flatMap((file) => parseAllDocuments(readFileSync(join(CONFIG, folder, file), "utf8")))
    .map((document) => document.toJS() as Role);
  return objects.filter(({ kind }) => kind === "ClusterRole" || kind === "Role");
}

/** A rule for several resources, as one rule for each scope among them. */
function splitByScope(rule: PolicyRule): [Grant, PolicyRule][] {
  const byScope = new Map<Grant, string[]>();
  for (const resource of rule.resources) {
    const scope = scopeOf(rule.apiGroups[0] ?? "", resource);
    byScope.set(scope, [...(byScope.get(scope) ?? []), resource]);
  }
  return [...byScope].map(([scope, resources]) => [scope, { ...rule, resources }]);
}

function scopeOf(group: string, resource: string): Grant {
  if (group === "events.k8s.io") return "events";
  const [plural] = resource.split("/", 1);
  const kind = group === GROUP ? KINDS.find((known) => known.plural === plural) : undefined;
  return kind?.isNamespaced === true ? "namespaced" : "cluster";
}
