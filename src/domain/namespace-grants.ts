// Who may use a bus, and claim what on it: the platform's `EventBus.spec.namespaces`. Pure.

import { describePattern, matchesAnyPattern, type NamePattern } from "./name-pattern.ts";
import { coversNamespace, type Namespace, type NamespaceSelection } from "./namespace-selection.ts";

export type Adoption = "Never" | "IfIdentical" | "Adopt";
export type DeletionPolicy = "Retain" | "Delete" | "DeleteGroup";

/** One entry of `EventBus.spec.namespaces`. */
export interface NamespaceEntry extends NamespaceSelection {
  readonly domains?: readonly string[] | undefined;
  readonly topicNames?: readonly NamePattern[] | undefined;
  readonly groupIds?: readonly NamePattern[] | undefined;
  readonly adoption?: Adoption | undefined;
  readonly deletionPolicies?: readonly DeletionPolicy[] | undefined;
}

/** What an object wants to claim: a topic (with the domain that it declares, if any) or a group. */
export type Claimed =
  | { readonly kind: "topic"; readonly topicName: string; readonly domain?: string | undefined }
  | { readonly kind: "group"; readonly groupId: string };

export type Grant =
  | {
      readonly kind: "granted";
      /** The furthest adoption that the platform allows here. */
      readonly adoption: Adoption;
      readonly deletionPolicies: readonly DeletionPolicy[];
    }
  | { readonly kind: "refused"; readonly reason: "NamespaceNotAllowed" | "PolicyViolation"; readonly message: string };

const DEFAULT_CEILING = { adoption: "IfIdentical", deletionPolicies: ["Retain"] } as const;
const ADOPTION_ORDER: readonly Adoption[] = ["Never", "IfIdentical", "Adopt"];

/**
 * Judges one claim of one namespace. Entries add up: every entry that fits both the namespace and the name
 * contributes its ceilings. Without any list, every namespace may claim any name, with the default ceilings.
 */
export function grantFor(
  bus: { readonly name: string; readonly namespaces?: readonly NamespaceEntry[] | undefined },
  namespace: Namespace,
  claimed: Claimed,
): Grant {
  if (bus.namespaces === undefined || bus.namespaces.length === 0) return granted([{}]);
  const forNamespace = bus.namespaces.filter((entry) => coversNamespace(entry, namespace));
  if (forNamespace.length === 0) {
    return {
      kind: "refused",
      reason: "NamespaceNotAllowed",
      message:
        `Namespace "${namespace.name}" may not use EventBus "${bus.name}": no entry of its spec.namespaces covers it; ` +
        "ask the platform team to add one",
    };
  }
  const fitting = forNamespace.filter((entry) => coversClaim(entry, claimed));
  if (fitting.length === 0) {
    const wanted = claimed.kind === "topic" ? `topic "${claimed.topicName}"` : `group "${claimed.groupId}"`;
    const allowed = forNamespace.flatMap((entry) => describeAllowed(entry, claimed));
    return {
      kind: "refused",
      reason: "PolicyViolation",
      message:
        `Namespace "${namespace.name}" may not claim ${wanted} on EventBus "${bus.name}": ` +
        `its entries allow ${allowed.join(", ")}; choose such a name or ask the platform team`,
    };
  }
  return granted(fitting);
}

/** Adoption policies from careful to bold, compared with a ceiling. */
export function exceedsAdoption(wanted: Adoption, ceiling: Adoption): boolean {
  return ADOPTION_ORDER.indexOf(wanted) > ADOPTION_ORDER.indexOf(ceiling);
}

function granted(entries: readonly NamespaceEntry[]): Grant {
  const adoptions = entries.map((entry) => entry.adoption ?? DEFAULT_CEILING.adoption);
  const deletions = entries.flatMap((entry) => entry.deletionPolicies ?? DEFAULT_CEILING.deletionPolicies);
  const adoption = adoptions.reduce((boldest, next) => (exceedsAdoption(next, boldest) ? next : boldest), "Never");
  return { kind: "granted", adoption, deletionPolicies: [...new Set(deletions)].toSorted() };
}

function coversClaim(entry: NamespaceEntry, claimed: Claimed): boolean {
  if (claimed.kind === "group")
    return entry.groupIds === undefined || matchesAnyPattern(entry.groupIds, claimed.groupId);
  if (entry.domains === undefined && entry.topicNames === undefined) return true;
  const byDomain = claimed.domain !== undefined && entry.domains?.includes(claimed.domain) === true;
  return byDomain || (entry.topicNames !== undefined && matchesAnyPattern(entry.topicNames, claimed.topicName));
}

function describeAllowed(entry: NamespaceEntry, claimed: Claimed): string[] {
  if (claimed.kind === "group") return (entry.groupIds ?? []).map((pattern) => `"${describePattern(pattern)}"`);
  const domains = (entry.domains ?? []).map((domain) => `domain "${domain}"`);
  return [...domains, ...(entry.topicNames ?? []).map((pattern) => `"${describePattern(pattern)}"`)];
}
